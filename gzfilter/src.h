/*
 * src: buffered input that can be looked at before it is taken, and knows its offset.
 *
 * Reads only when what is buffered does not suffice, and then no more than is there, so that
 * input which trickles is handed on at once. Functions that fail return -1 with *e set.
 */
#ifndef GZFILTER_SRC_H
#define GZFILTER_SRC_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct src {
	int fd; /* borrowed */
	const char *name; /* for messages; borrowed */
	uint8_t *buf; /* owned */
	size_t pos; /* bytes of buf already taken */
	size_t len; /* bytes in buf */
	uint64_t offset; /* bytes taken since the start */
	bool eof;
};

int src_init(struct src *s, int fd, const char *name, struct err *e);
void src_free(struct src *s);

/*
 * src_peek(s, need, p, e): look at the next bytes, at least need of them (at most 4096).
 * out     *p, valid until the next call
 * return  how many bytes *p has; less than need only at end of file
 */
ssize_t src_peek(struct src *s, size_t need, const uint8_t **p, struct err *e);

/* src_skip(s, n): take n bytes that were peeked at */
void src_skip(struct src *s, size_t n);

/* src_read(s, dst, n, e): take n bytes. return bytes taken, less than n only at end of file */
ssize_t src_read(struct src *s, uint8_t *dst, size_t n, struct err *e);

#endif
