/*
 * ring: reader -> N workers -> ordered writer, over a fixed number of slots.
 *
 * The caller owns an array of slots and three functions. fill() puts the next piece of work into a
 * slot, work() transforms it, drain() takes the result away. A slot goes free -> filled -> worked
 * -> drained -> free; slots are drained in the order in which they were filled, whatever the order
 * in which the workers finish. Memory is bounded by the slots: fill() waits for a free one.
 *
 *     fill, one thread (the caller's) -> work, up to nworkers threads -> drain, one thread, in
 * order
 *
 * Failure. A function fails by returning -1 with *e set. The ring fails with the failure that comes
 * first in the order of the stream, so that the same input always gives the same output and the
 * same message: what was filled before the failing slot is still worked and drained, nothing behind
 * it is begun. A failing drain() ends everything at once. No thread ever ends the process.
 *
 * Stop (base/stop.h). No function is called once a stop was asked for, and the ring fails with
 * stop_err(). Its waits need no clock: each waits for a function that is running in another
 * thread, and all of them must return when a stop is asked for (io_* do).
 *
 * Threads are started when there is a slot for them to work on: a stream of one slot, announced
 * with RING_LAST, is worked and drained in the caller's thread. Where the system refuses another
 * thread, fewer workers do the work.
 */
#ifndef BASE_RING_H
#define BASE_RING_H

#include "base/err.h"

#include <stddef.h>

enum ring_fill {
	RING_FAILED = -1, /* *e is set */
	RING_END = 0, /* the slot was not filled, and there is no more */
	RING_MORE = 1, /* the slot was filled */
	RING_LAST = 2, /* the slot was filled, and is the last one */
};

struct ring_job {
	void *ctx; /* handed to the functions; borrowed */
	void *slots; /* nslots structures of slot_size bytes; borrowed */
	size_t slot_size; /* bytes */
	unsigned nslots; /* at least 1; 2 * nworkers + 2 keeps everybody busy */
	unsigned nworkers; /* at least 1: the most work() calls at the same time */

	/* Called by one thread at a time, the caller's. May block. */
	enum ring_fill (*fill)(void *ctx, void *slot, struct err *e);

	/* Called by several threads at once for different slots. worker (0..nworkers-1) names the
	 * thread, for resources that are kept one a worker. return 0, or -1 with *e set */
	int (*work)(void *ctx, unsigned worker, void *slot, struct err *e);

	/* Called by one thread at a time, in order. return 0, or -1 with *e set */
	int (*drain)(void *ctx, void *slot, struct err *e);
};

/*
 * ring_run(job, e): run the whole stream through. Blocks until every slot is drained or the
 * failure is final, and all threads have ended.
 * return  0, or -1 with *e set: by a function, by a stop (EX_TEMPFAIL), or EX_OSERR when no
 *         thread could be started
 */
int ring_run(const struct ring_job *job, struct err *e);

#endif
