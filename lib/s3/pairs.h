/*
 * pairs: an ordered list of names and values: headers, query parameters.
 *
 * A struct pairs of zeros is an empty list. Names and values are copied and owned by the list.
 * Functions that can fail return 0, or -1 with *e set (EX_OSERR, out of memory).
 */
#ifndef S3_PAIRS_H
#define S3_PAIRS_H

#include "base/err.h"

#include <stddef.h>

struct pair {
	char *name;
	char *value;
};

struct pairs {
	struct pair *v;
	size_t n;
};

int pairs_add(struct pairs *p, const char *name, const char *value, struct err *e);

/* pairs_addf(): the same, with a formatted value */
int pairs_addf(struct pairs *p, struct err *e, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* pairs_copy(to, from, e): add every pair of from to to */
int pairs_copy(struct pairs *to, const struct pairs *from, struct err *e);

/* pairs_find(p, name): the value of the first pair of that name, or NULL. Exact case. */
const char *pairs_find(const struct pairs *p, const char *name);

/* pairs_clear(p): forget all. pairs_free(p): the same, and give the memory back. */
void pairs_clear(struct pairs *p);
void pairs_free(struct pairs *p);

#endif
