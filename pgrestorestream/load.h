/*
 * load: one COPY ... FROM stdin on a connection, fed with lines of the stream from one place or
 * from several; a row that the server refuses is found again in the stream.
 */
#ifndef PGRESTORESTREAM_LOAD_H
#define PGRESTORESTREAM_LOAD_H

#include "base/err.h"
#include "tally.h"

#include <libpq-fe.h>

#define LOAD_RUNS 64 /* places in the stream that one COPY can be fed from */

/* What is loaded. */
struct load_target {
	char *sql; /* the COPY statement */
	struct tally_table *table; /* borrowed; gets the rows */
	uint64_t line; /* of the statement */
};

struct load_run {
	uint64_t line; /* of the stream, of its first byte */
	uint64_t newlines;
};

struct load {
	PGconn *c; /* borrowed */
	const struct load_target *target; /* NULL while no COPY is open */
	struct load_run runs[LOAD_RUNS];
	size_t nruns;
};

/* load_begin(l, target, e): open the COPY. target is borrowed until load_end(). return 0, or -1
 * with *e set */
int load_begin(struct load *l, const struct load_target *target, struct err *e);

/* load_full(l): the COPY takes no data from another place; end it and begin a new one */
bool load_full(const struct load *l);

/*
 * load_data(l, text, len, line, e): the next bytes of the COPY, which stand on that line of the
 * stream. The server's refusal comes at load_end().
 * return  0, or -1 with *e set
 */
int load_data(struct load *l, const char *text, size_t len, uint64_t line, struct err *e);

/*
 * load_end(l, e): end the COPY and add what the server counted to the table's rows.
 * return  0, or -1 with *e set: table, line of the stream, and why
 */
int load_end(struct load *l, struct err *e);

#endif
