#include "pack.h"

#include "base/buf.h"
#include "base/io.h"
#include "base/ring.h"
#include "format.h"
#include "level.h"

#include <stdlib.h>

struct block {
	struct buf in; /* data */
	struct buf out; /* the member: room for the head, deflate data, tail */
	uint32_t crc; /* of the data */
};

struct pack {
	int in_fd;
	int out_fd;
	struct level level;
	unsigned jobs;
	void **states; /* the engine's, one a worker, made when needed */
	struct format_head head; /* what came before the next member; drain's own */
};

static enum ring_fill fill(void *ctx, void *slot, struct err *e)
{
	struct pack *p = ctx;
	struct block *b = slot;
	ssize_t n;

	buf_clear(&b->in);
	if (buf_reserve(&b->in, p->level.block, e) != 0)
		return RING_FAILED;
	n = io_read(p->in_fd, b->in.data, p->level.block, "standard input", e);
	if (n < 0)
		return RING_FAILED;
	b->in.len = (size_t)n;
	if (n == 0)
		return RING_END;
	return (size_t)n < p->level.block ? RING_LAST : RING_MORE;
}

static int work(void *ctx, unsigned worker, void *slot, struct err *e)
{
	struct pack *p = ctx;
	const struct engine *engine = p->level.engine;
	struct block *b = slot;
	const uint8_t *data = (const uint8_t *)b->in.data;
	size_t cap = engine_stored_size(b->in.len);
	uint8_t *out;
	size_t n;

	if (p->states[worker] == NULL)
		p->states[worker] = engine->deflate_new(p->level.engine_level);
	if (p->states[worker] == NULL)
		return err_nomem(e);
	buf_clear(&b->out);
	if (buf_reserve(&b->out, FORMAT_HEAD + cap + FORMAT_TAIL, e) != 0)
		return -1;
	out = (uint8_t *)b->out.data + FORMAT_HEAD;
	n = engine->deflate(p->states[worker], data, b->in.len, out, cap);
	if (n == 0) {
		engine_stored(data, b->in.len, out);
		n = cap;
	}
	b->crc = engine_crc(0, data, b->in.len);
	format_write_tail(out + n, b->crc, (uint32_t)b->in.len);
	b->out.len = FORMAT_HEAD + n + FORMAT_TAIL;
	return 0;
}

static int drain(void *ctx, void *slot, struct err *e)
{
	struct pack *p = ctx;
	struct block *b = slot;

	p->head.size = (uint32_t)b->out.len;
	format_write_head((uint8_t *)b->out.data, &p->head);
	if (io_write(p->out_fd, b->out.data, b->out.len, "standard output", e) != 0)
		return -1;
	p->head.number++;
	p->head.offset += b->in.len;
	p->head.crc = engine_crc_join(p->head.crc, b->crc, b->in.len);
	return 0;
}

static int run(struct pack *p, struct block *blocks, unsigned nblocks, struct err *e)
{
	struct ring_job job = {
	    .ctx = p,
	    .slots = blocks,
	    .slot_size = sizeof(*blocks),
	    .nslots = nblocks,
	    .nworkers = p->jobs,
	    .fill = fill,
	    .work = work,
	    .drain = drain,
	};
	uint8_t end[FORMAT_END_SIZE];

	if (ring_run(&job, e) != 0)
		return -1;
	format_write_end(end, &p->head);
	return io_write(p->out_fd, end, sizeof(end), "standard output", e);
}

int pack_run(int in_fd, int out_fd, unsigned level, unsigned jobs, struct err *e)
{
	struct pack p = {
	    .in_fd = in_fd,
	    .out_fd = out_fd,
	    .level = level_get(level),
	    .jobs = jobs,
	};
	unsigned nblocks = 2 * jobs + 2;
	struct block *blocks = calloc(nblocks, sizeof(*blocks));
	int rc = -1;

	p.head = (struct format_head){.kind = FORMAT_DATA, .xfl = p.level.xfl};
	p.states = calloc(jobs, sizeof(*p.states));
	if (blocks != NULL && p.states != NULL)
		rc = run(&p, blocks, nblocks, e);
	else
		err_nomem(e);
	for (unsigned i = 0; blocks != NULL && i < nblocks; i++) {
		buf_free(&blocks[i].in);
		buf_free(&blocks[i].out);
	}
	for (unsigned i = 0; p.states != NULL && i < jobs; i++)
		p.level.engine->deflate_free(p.states[i]);
	free(p.states);
	free(blocks);
	return rc;
}
