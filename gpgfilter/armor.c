#include "armor.h"

#include <string.h>

static const char last_line[] = "-----END PGP MESSAGE-----";

bool armor_feed(void *hook, const void *data, size_t len)
{
	struct armor *a = hook;
	const char *p = data;
	size_t keep;

	/* A binary message begins with a packet tag, whose highest bit is set (RFC 4880, 4.2). */
	if (!a->begun && len > 0)
		a->armored = ((unsigned char)p[0] & 0x80) == 0;
	a->begun = a->begun || len > 0;
	if (len >= ARMOR_TAIL) {
		memcpy(a->tail, p + len - ARMOR_TAIL, ARMOR_TAIL);
		a->len = ARMOR_TAIL;
	} else {
		keep = a->len < ARMOR_TAIL - len ? a->len : ARMOR_TAIL - len;
		memmove(a->tail, a->tail + a->len - keep, keep);
		memcpy(a->tail + keep, p, len);
		a->len = keep + len;
	}
	return a->armored;
}

bool armor_is_whole(const struct armor *a)
{
	size_t wanted = sizeof(last_line) - 1;
	size_t len = a->len;

	if (!a->armored)
		return true;
	while (len > 0 && memchr(" \t\r\n", a->tail[len - 1], 4) != NULL)
		len--;
	return len >= wanted && memcmp(a->tail + len - wanted, last_line, wanted) == 0;
}
