/*
 * analyze: planner statistics for what was loaded. Nothing that fails here makes the restored data
 * wrong: it is a warning.
 */
#ifndef PGRESTORESTREAM_ANALYZE_H
#define PGRESTORESTREAM_ANALYZE_H

#include "pool.h"

/*
 * analyze_run(c, pool, tally, e): ANALYZE, over the pool's connections; pool NULL: over c.
 * tally   the tables that were loaded; NULL: all that are in the database, partitioned ones and
 *         materialized views too
 * return  0, or -1 with *e set: a stop, memory
 */
int analyze_run(PGconn *c, struct pool *pool, struct tally *tally, struct err *e);

#endif
