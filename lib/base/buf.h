/*
 * buf: a growable run of bytes, always followed by a NUL that does not count.
 *
 * A struct buf of zeros is an empty buffer. buf_free() is safe on it and leaves one behind.
 * Not thread-safe. Functions that can fail return 0, or -1 with *e set (EX_OSERR, out of memory).
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/err.h"

#include <stddef.h>

struct buf {
	char *data; /* NULL until something was added */
	size_t len; /* bytes in use */
	size_t cap; /* bytes allocated */
};

int buf_add(struct buf *b, const void *data, size_t len, struct err *e);
int buf_str(struct buf *b, const char *text, struct err *e);
int buf_fmt(struct buf *b, struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* buf_reserve(b, more, e): make room for `more` bytes beyond len */
int buf_reserve(struct buf *b, size_t more, struct err *e);

/* buf_cstr(b): the content as a C string; "" for an empty buffer. Valid until the next change. */
const char *buf_cstr(const struct buf *b);

/* buf_clear(b): forget the content, keep the memory. buf_free(b): give the memory back. */
void buf_clear(struct buf *b);
void buf_free(struct buf *b);

#endif
