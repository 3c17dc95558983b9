#include "engine.h"

#ifdef HAVE_ISAL

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <limits.h>
#include <stdlib.h>

static uint32_t crc(uint32_t sum, const uint8_t *p, size_t n)
{
	return crc32_gzip_refl(sum, p, n);
}

struct deflater {
	struct isal_zstream z;
	uint32_t level;
	uint8_t work[ISAL_DEF_LVL3_EXTRA_LARGE]; /* the largest of all levels */
};

static void *block_deflate_new(int level)
{
	struct deflater *d = malloc(sizeof(*d));

	if (d != NULL)
		d->level = (uint32_t)level;
	return d;
}

static size_t block_deflate(void *state, const uint8_t *in, size_t n, uint8_t *out, size_t cap)
{
	struct deflater *d = state;

	isal_deflate_init(&d->z);
	d->z.level = d->level;
	d->z.level_buf = d->work;
	d->z.level_buf_size = sizeof(d->work);
	d->z.end_of_stream = 1;
	d->z.next_in = (uint8_t *)(uintptr_t)in; /* not written to: an interface without const */
	d->z.avail_in = (uint32_t)n;
	d->z.next_out = out;
	d->z.avail_out = (uint32_t)cap;
	if (isal_deflate(&d->z) != COMP_OK || d->z.internal_state.state != ZSTATE_END)
		return 0;
	return d->z.total_out;
}

static void *block_inflate_new(void)
{
	return malloc(sizeof(struct inflate_state));
}

static int block_inflate(void *state, const uint8_t *in, size_t n, uint8_t *out, size_t len)
{
	struct inflate_state *s = state;

	isal_inflate_init(s);
	s->next_in = (uint8_t *)(uintptr_t)in;
	s->avail_in = (uint32_t)n;
	s->next_out = out;
	s->avail_out = (uint32_t)len;
	if (isal_inflate_stateless(s) != ISAL_DECOMP_OK || s->block_state != ISAL_BLOCK_FINISH)
		return -1;
	return s->avail_in == 0 && s->avail_out == 0 ? 0 : -1;
}

static void stream_start(void *state)
{
	struct inflate_state *s = state;

	isal_inflate_init(s);
	s->crc_flag = ISAL_GZIP_NO_HDR_VER;
}

static uint32_t clamp(size_t n)
{
	return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

static enum engine_step stream_step(void *state, struct engine_io *io)
{
	struct inflate_state *s = state;
	size_t used, made;
	int rc;

	s->next_in = (uint8_t *)(uintptr_t)io->in;
	s->avail_in = clamp(io->in_len);
	s->next_out = io->out;
	s->avail_out = clamp(io->out_len);
	rc = isal_inflate(s);
	used = (size_t)(s->next_in - io->in);
	made = (size_t)(s->next_out - io->out);
	io->in += used;
	io->in_len -= used;
	io->out += made;
	io->out_len -= made;
	if (rc == ISAL_INCORRECT_CHECKSUM)
		return ENGINE_BAD_TAIL;
	if (rc < 0)
		return ENGINE_BAD_DATA;
	return s->block_state == ISAL_BLOCK_FINISH ? ENGINE_DONE : ENGINE_MORE;
}

static const struct engine self = {
    .name = "ISA-L",
    .crc = crc,
    .deflate_new = block_deflate_new,
    .deflate_free = free,
    .deflate = block_deflate,
    .inflate_new = block_inflate_new,
    .inflate_free = free,
    .inflate = block_inflate,
    .stream_new = block_inflate_new,
    .stream_free = free,
    .stream_start = stream_start,
    .stream_step = stream_step,
};

const struct engine *const engine_isal = &self;

#else

const struct engine *const engine_isal = NULL;

#endif
