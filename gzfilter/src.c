#include "src.h"

#include "base/io.h"

#include <stdlib.h>
#include <string.h>

enum { SRC_SIZE = 256 << 10 };

int src_init(struct src *s, int fd, const char *name, struct err *e)
{
	*s = (struct src){.fd = fd, .name = name, .buf = malloc(SRC_SIZE)};
	return s->buf != NULL ? 0 : err_nomem(e);
}

void src_free(struct src *s)
{
	free(s->buf);
	s->buf = NULL;
}

ssize_t src_peek(struct src *s, size_t need, const uint8_t **p, struct err *e)
{
	if (s->len - s->pos < need && s->pos > 0) {
		memmove(s->buf, s->buf + s->pos, s->len - s->pos);
		s->len -= s->pos;
		s->pos = 0;
	}
	while (s->len - s->pos < need && !s->eof) {
		ssize_t n = io_read_some(s->fd, s->buf + s->len, SRC_SIZE - s->len, s->name, e);

		if (n < 0)
			return -1;
		s->eof = n == 0;
		s->len += (size_t)n;
	}
	*p = s->buf + s->pos;
	return (ssize_t)(s->len - s->pos);
}

void src_skip(struct src *s, size_t n)
{
	s->pos += n;
	s->offset += n;
}

ssize_t src_read(struct src *s, uint8_t *dst, size_t n, struct err *e)
{
	size_t have = s->len - s->pos;
	ssize_t rest;

	if (have > n)
		have = n;
	memcpy(dst, s->buf + s->pos, have);
	src_skip(s, have);
	if (have == n || s->eof)
		return (ssize_t)have;
	rest = io_read(s->fd, dst + have, n - have, s->name, e);
	if (rest < 0)
		return -1;
	s->offset += (uint64_t)rest;
	s->eof = (size_t)rest < n - have;
	return (ssize_t)have + rest;
}
