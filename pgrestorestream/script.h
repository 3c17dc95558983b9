/*
 * script: run a dump stream, from after its header to its last line.
 *
 * Statements run one after another on one connection; the data of tables goes to a pool of
 * connections where there is one. A statement waits for all data before it, except settings and
 * large objects' contents, which meet no table.
 */
#ifndef PGRESTORESTREAM_SCRIPT_H
#define PGRESTORESTREAM_SCRIPT_H

#include "dumpstream/sqllex.h"
#include "options.h"
#include "pool.h"
#include "progress.h"
#include "tally.h"

/* What a script runs on; all borrowed. */
struct script_env {
	const struct restore_options *o;
	struct sqllex *lx;
	PGconn *c;
	struct pool *pool; /* NULL: everything over c */
	struct tally *tally;
	struct progress *progress;
};

/*
 * script_run(env, e): all of it, and the counts compared.
 * out     *began (which may be set in a failure too): a statement was given to the server
 * return  0; -1 with *e set: EX_DATAERR for a stream that is damaged, ends early or goes on after
 *         its end, or does not have the rows that its trailer counts; and what the server says to
 *         a statement or a row
 */
int script_run(const struct script_env *env, bool *began, struct err *e);

#endif
