/*
 * keys: the keys to delete, from standard input.
 *
 * One a line: a key alone, or a line of s3ls, "TIME<tab>SIZE<tab>CLASS<tab>KEY". Any other line
 * with a tab is an error, since what it means to delete is a guess. With NULs instead of newlines:
 * keys alone, any bytes.
 */
#ifndef S3RM_KEYS_H
#define S3RM_KEYS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct keys {
	FILE *in; /* borrowed */
	bool null; /* NULs end the keys */
	uint64_t count; /* lines read */
	char *line; /* owned */
	size_t cap;
};

/*
 * keys_next(k, key, e): read one key; empty lines are passed over. Blocks.
 * out     *key, valid until the next call
 * return  1, 0 at the end of the input, or -1 with *e set: EX_DATAERR for a line that is no key
 */
int keys_next(struct keys *k, const char **key, struct err *e);

void keys_free(struct keys *k);

#endif
