#include "unpack.h"

#include "base/io.h"
#include "base/ring.h"
#include "engine.h"
#include "members.h"

#include <stdlib.h>

struct unpack {
	struct members members;
	int out_fd;
	unsigned jobs;
	const struct engine *engine;
	void **states; /* the engine's, one a worker, made when needed */
};

static enum ring_fill fill(void *ctx, void *slot, struct err *e)
{
	struct unpack *u = ctx;

	return members_next(&u->members, slot, e);
}

static int work(void *ctx, unsigned worker, void *slot, struct err *e)
{
	struct unpack *u = ctx;
	struct piece *p = slot;
	const uint8_t *in = (const uint8_t *)p->in.data;
	uint8_t *out;

	if (!p->packed)
		return 0;
	if (u->states[worker] == NULL)
		u->states[worker] = u->engine->inflate_new();
	if (u->states[worker] == NULL)
		return err_nomem(e);
	buf_clear(&p->out);
	if (buf_reserve(&p->out, p->data_len, e) != 0)
		return -1;
	out = (uint8_t *)p->out.data;
	if (u->engine->inflate(u->states[worker], in, p->in.len, out, p->data_len) != 0)
		return members_damaged(p->member, p->at, "its deflate data is corrupt", e);
	if (engine_crc(0, out, p->data_len) != p->data_crc)
		return members_damaged(p->member, p->at, "CRC-32 mismatch", e);
	p->out.len = p->data_len;
	return 0;
}

static int drain(void *ctx, void *slot, struct err *e)
{
	struct unpack *u = ctx;
	struct piece *p = slot;

	if (u->out_fd == UNPACK_NO_OUTPUT)
		return 0;
	return io_write(u->out_fd, p->out.data, p->out.len, "standard output", e);
}

static int run(struct unpack *u, struct piece *pieces, unsigned npieces, struct err *e)
{
	struct ring_job job = {
	    .ctx = u,
	    .slots = pieces,
	    .slot_size = sizeof(*pieces),
	    .nslots = npieces,
	    .nworkers = u->jobs,
	    .fill = fill,
	    .work = work,
	    .drain = drain,
	};

	return ring_run(&job, e);
}

int unpack_run(int in_fd, int out_fd, unsigned jobs, struct err *e)
{
	struct unpack u = {.out_fd = out_fd, .jobs = jobs, .engine = engine_for_inflate()};
	unsigned npieces = 2 * jobs + 2;
	struct piece *pieces = calloc(npieces, sizeof(*pieces));
	int rc = -1;

	u.states = calloc(jobs, sizeof(*u.states));
	if (pieces == NULL || u.states == NULL)
		err_nomem(e);
	else if (members_init(&u.members, in_fd, e) == 0)
		rc = run(&u, pieces, npieces, e);
	members_free(&u.members);
	for (unsigned i = 0; pieces != NULL && i < npieces; i++) {
		buf_free(&pieces[i].in);
		buf_free(&pieces[i].out);
	}
	for (unsigned i = 0; u.states != NULL && i < jobs; i++)
		u.engine->inflate_free(u.states[i]);
	free(u.states);
	free(pieces);
	return rc;
}
