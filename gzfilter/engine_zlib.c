#define ZLIB_CONST
#include "engine.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { RAW = -15, MEM_LEVEL = 9, TAIL = 8 };

static uint32_t crc(uint32_t sum, const uint8_t *p, size_t n)
{
	return (uint32_t)crc32_z(sum, p, n);
}

static void *block_deflate_new(int level)
{
	z_stream *z = calloc(1, sizeof(*z));

	if (z != NULL &&
	    deflateInit2(z, level, Z_DEFLATED, RAW, MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK) {
		free(z);
		return NULL;
	}
	return z;
}

static void block_deflate_free(void *state)
{
	if (state != NULL)
		deflateEnd(state);
	free(state);
}

static size_t block_deflate(void *state, const uint8_t *in, size_t n, uint8_t *out, size_t cap)
{
	z_stream *z = state;

	if (deflateReset(z) != Z_OK)
		return 0;
	z->next_in = in;
	z->avail_in = (uInt)n;
	z->next_out = out;
	z->avail_out = (uInt)cap;
	return deflate(z, Z_FINISH) == Z_STREAM_END ? cap - z->avail_out : 0;
}

static void *block_inflate_new(void)
{
	z_stream *z = calloc(1, sizeof(*z));

	if (z != NULL && inflateInit2(z, RAW) != Z_OK) {
		free(z);
		return NULL;
	}
	return z;
}

static void block_inflate_free(void *state)
{
	if (state != NULL)
		inflateEnd(state);
	free(state);
}

static int block_inflate(void *state, const uint8_t *in, size_t n, uint8_t *out, size_t len)
{
	z_stream *z = state;

	if (inflateReset(z) != Z_OK)
		return -1;
	z->next_in = in;
	z->avail_in = (uInt)n;
	z->next_out = out;
	z->avail_out = (uInt)len;
	if (inflate(z, Z_FINISH) != Z_STREAM_END)
		return -1;
	return z->avail_in == 0 && z->avail_out == 0 ? 0 : -1;
}

/* A member's deflate data and then its trailer, which zlib in raw mode leaves to us. */
struct stream {
	z_stream *z;
	int in_tail;
	uint32_t crc;
	uint32_t len;
	uint8_t tail[TAIL];
	size_t tail_len;
};

static void stream_free(void *state)
{
	struct stream *s = state;

	if (s != NULL)
		block_inflate_free(s->z);
	free(s);
}

static void *stream_new(void)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (s != NULL && (s->z = block_inflate_new()) == NULL) {
		free(s);
		return NULL;
	}
	return s;
}

static void stream_start(void *state)
{
	struct stream *s = state;

	inflateReset(s->z);
	s->in_tail = 0;
	s->crc = 0;
	s->len = 0;
	s->tail_len = 0;
}

static uint32_t little32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static enum engine_step step_tail(struct stream *s, struct engine_io *io)
{
	while (s->tail_len < TAIL && io->in_len > 0) {
		s->tail[s->tail_len++] = *io->in++;
		io->in_len--;
	}
	if (s->tail_len < TAIL)
		return ENGINE_MORE;
	if (little32(s->tail) != s->crc || little32(s->tail + 4) != s->len)
		return ENGINE_BAD_TAIL;
	return ENGINE_DONE;
}

static uInt clamp(size_t n)
{
	return n < UINT_MAX ? (uInt)n : UINT_MAX;
}

static enum engine_step stream_step(void *state, struct engine_io *io)
{
	struct stream *s = state;
	z_stream *z = s->z;
	size_t used, made;
	int rc;

	if (s->in_tail)
		return step_tail(s, io);
	z->next_in = io->in;
	z->avail_in = clamp(io->in_len);
	z->next_out = io->out;
	z->avail_out = clamp(io->out_len);
	rc = inflate(z, Z_NO_FLUSH);
	used = (size_t)(z->next_in - io->in);
	made = (size_t)(z->next_out - io->out);
	s->crc = crc(s->crc, io->out, made);
	s->len += (uint32_t)made;
	io->in += used;
	io->in_len -= used;
	io->out += made;
	io->out_len -= made;
	if (rc == Z_STREAM_END) {
		s->in_tail = 1;
		return step_tail(s, io);
	}
	if (rc == Z_MEM_ERROR)
		return ENGINE_NO_MEMORY;
	return rc == Z_OK || rc == Z_BUF_ERROR ? ENGINE_MORE : ENGINE_BAD_DATA;
}

static const struct engine self = {
    .name = "zlib",
    .crc = crc,
    .deflate_new = block_deflate_new,
    .deflate_free = block_deflate_free,
    .deflate = block_deflate,
    .inflate_new = block_inflate_new,
    .inflate_free = block_inflate_free,
    .inflate = block_inflate,
    .stream_new = stream_new,
    .stream_free = stream_free,
    .stream_start = stream_start,
    .stream_step = stream_step,
};

const struct engine *const engine_zlib = &self;
