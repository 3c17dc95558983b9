/*
 * worker: the threads of a pool, and what they share with the reader. Only for pool.c and worker.c.
 */
#ifndef PGRESTORESTREAM_WORKER_H
#define PGRESTORESTREAM_WORKER_H

#include "load.h"
#include "options.h"

#include <pthread.h>

/* A piece of work: data for a COPY, or a command. */
struct batch {
	struct batch *next;
	const struct load_target *target; /* NULL: a command */
	char *command; /* owned */
	char *data; /* of POOL_BATCH bytes, once used; owned */
	size_t len;
	uint64_t line; /* of the stream, of the first byte */
	bool continues; /* begins inside a line: for the worker that has its beginning */
	bool more; /* ends inside a line */
};

struct worker {
	struct pool *pool;
	pthread_t thread;
	PGcancel *cancel; /* under the pool's lock; NULL while there is no connection */
	struct load load;
	size_t settings; /* how many of the pool's are in force */
	bool in_line; /* the last batch ended inside a line */
	bool busy; /* under the pool's lock: has a batch, or a COPY that is open */
};

struct pool {
	PGconn *beside; /* the reader's connection: where to connect to; borrowed */
	const struct restore_options *o;
	struct worker *workers;
	unsigned nworkers; /* threads that were started */
	struct batch *batches;
	size_t nbatches;
	struct load_target **targets;
	size_t ntargets;
	struct batch *current; /* the reader's, being filled */
	bool in_line; /* the last batch that the reader posted ended inside a line */

	pthread_mutex_t lock; /* for everything below */
	pthread_cond_t changed;
	struct batch *free;
	struct batch *head; /* of the queue */
	struct batch *tail;
	char **settings;
	size_t nsettings;
	unsigned alive; /* threads that have not ended */
	bool draining;
	bool quit;
	struct err failure;
};

/* worker_run(w): what a thread does, from connecting to the pool's end */
void *worker_run(void *w);

/* pool_failed(p): has some worker failed? Under the lock. */
static inline bool pool_failed(const struct pool *p)
{
	return p->failure.code != 0;
}

#endif
