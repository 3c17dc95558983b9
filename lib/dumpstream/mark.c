#include "dumpstream/mark.h"

#include <stdlib.h>
#include <string.h>

int mark_add(struct buf *b, const char *kind, json_t *object, struct err *e)
{
	char *text = object != NULL ? json_dumps(object, JSON_ENSURE_ASCII | JSON_COMPACT) : NULL;
	int ret;

	json_decref(object);
	if (text == NULL)
		return err_nomem(e);
	ret = buf_fmt(b, e, MARK_PREFIX "%s %s\n", kind, text);
	free(text);
	return ret;
}

int mark_parse(
    const char *text, size_t len, char *kind, size_t kind_size, json_t **object, struct err *e)
{
	const size_t prefix = strlen(MARK_PREFIX);
	const char *space;
	json_error_t je;
	size_t kind_len;

	*object = NULL;
	if (len < prefix || memcmp(text, MARK_PREFIX, prefix) != 0)
		return 0;
	text += prefix;
	len -= prefix;
	space = memchr(text, ' ', len);
	kind_len = space != NULL ? (size_t)(space - text) : len;
	if (kind_len == 0 || kind_len >= kind_size || space == NULL)
		return err_set(e, EX_DATAERR,
		    "a line of the stream begins with \"%s\" and is damaged", MARK_PREFIX);
	memcpy(kind, text, kind_len);
	kind[kind_len] = '\0';
	*object = json_loadb(space + 1, len - kind_len - 1, JSON_REJECT_DUPLICATES, &je);
	if (!json_is_object(*object)) {
		json_decref(*object);
		*object = NULL;
		return err_set(e, EX_DATAERR, "the line \"%s%s\" of the stream is damaged: %s",
		    MARK_PREFIX, kind, je.text);
	}
	return 1;
}

/* U+0080..U+00FF take two bytes of UTF-8. */
static json_t *from_bytes(const char *name)
{
	size_t len = strlen(name);
	char *utf8 = malloc(2 * len + 1);
	json_t *out;
	char *p = utf8;

	if (utf8 == NULL)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)name[i];

		if (c >= 0x80) {
			*p++ = (char)(0xc0 | c >> 6);
			c = (unsigned char)(0x80 | (c & 0x3f));
		}
		*p++ = (char)c;
	}
	*p = '\0';
	out = json_string(utf8);
	free(utf8);
	return out;
}

json_t *mark_name(const char *name)
{
	json_t *out;

	if (name == NULL)
		return json_null();
	out = json_string(name);
	return out != NULL ? out : from_bytes(name);
}
