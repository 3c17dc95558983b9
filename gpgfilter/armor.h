/*
 * armor: has an ASCII-armored message (RFC 4880, 6.2) come to its last line?
 *
 * gpg is content once the encrypted data are whole: it misses neither the checksum nor the line
 * "-----END PGP MESSAGE-----". But a file without them was cut short, and what stands after them
 * belongs to something else.
 */
#ifndef GPGFILTER_ARMOR_H
#define GPGFILTER_ARMOR_H

#include <stdbool.h>
#include <stddef.h>

#define ARMOR_TAIL 64

struct armor {
	bool begun;
	bool armored;
	size_t len;
	char tail[ARMOR_TAIL]; /* the last bytes seen */
};

/*
 * armor_feed(hook, data, len): take the next piece of a message; hook is a struct armor, zeros at
 * the beginning. A relay_observer.
 * return  false when no more needs to be seen: the message is binary
 */
bool armor_feed(void *hook, const void *data, size_t len);

/* armor_is_whole(a): false only for an armored message that does not end with its last line */
bool armor_is_whole(const struct armor *a);

#endif
