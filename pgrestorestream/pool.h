/*
 * pool: N connections that load table data while the stream is being read.
 *
 * The reader cuts COPY data at line ends into batches of POOL_BATCH bytes; each worker thread takes
 * the batch at the head of one queue, whatever table it is for, and so one table is loaded by all
 * connections. A line longer than a batch comes in several, which the worker that began it takes.
 *
 * Memory: POOL_BATCHES(jobs) batches, and libpq's buffers. The reader waits for a free one.
 * Order: the rows of one table arrive in no particular order. What must happen before or after is
 * parted by pool_drain().
 * Failure: the first one stops all workers; pool_free() then cancels what they are doing.
 * All functions are for the reader's thread.
 */
#ifndef PGRESTORESTREAM_POOL_H
#define PGRESTORESTREAM_POOL_H

#include "load.h"
#include "options.h"

#define POOL_BATCH ((size_t)1024 * 1024)
#define POOL_BATCHES(jobs) (2 * (jobs) + 2)

struct pool;

/*
 * pool_new(beside, o, e): start o->jobs threads, which connect to where that connection goes. Both
 * are borrowed.
 * return  NULL with *e set when threads or memory ran out; that connections fail is seen later
 */
struct pool *pool_new(PGconn *beside, const struct restore_options *o, struct err *e);

/* pool_setting(p, sql, e): run it on every connection, before anything that is handed in later.
 * Only after pool_drain() or before any work. return 0, or -1 with *e set */
int pool_setting(struct pool *p, const char *sql, struct err *e);

/*
 * pool_copy(p, sql, table, line, e): the data that follows is for this COPY statement.
 * return  0, or -1 with *e set: memory, or what a worker failed with
 */
int pool_copy(
    struct pool *p, const char *sql, struct tally_table *table, uint64_t line, struct err *e);

/* pool_data(p, text, len, line, e): the next data, which begins on that line of the stream. */
int pool_data(struct pool *p, const char *text, size_t len, uint64_t line, struct err *e);

/* pool_command(p, sql, e): run a statement on some connection; a refusal is only a warning. */
int pool_command(struct pool *p, const char *sql, struct err *e);

/* pool_drain(p, e): wait until all that was handed in is done and committed. return 0, or -1 with
 * *e set: the first failure. NULL is done already. */
int pool_drain(struct pool *p, struct err *e);

/* pool_free(p): end the threads and their connections; cancels what is still running. */
void pool_free(struct pool *p);

#endif
