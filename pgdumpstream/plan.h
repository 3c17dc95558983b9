/*
 * plan: cut the tables into chunks, each of which is one COPY.
 */
#ifndef PGDUMPSTREAM_PLAN_H
#define PGDUMPSTREAM_PLAN_H

#include "base/buf.h"
#include "tables.h"

#define PLAN_CHUNK_BYTES (16u << 20) /* of heap and TOAST on the server */

struct chunk {
	size_t table; /* index */
	unsigned number; /* of this chunk in its table, from 1 */
	unsigned count; /* of chunks in its table */
	uint64_t first_page; /* of the heap */
	uint64_t pages; /* ignored in the last chunk, which goes to the end */
};

/* A walk over the chunks in the order of the stream. A struct plan of {.tables = t} is at the
 * beginning. */
struct plan {
	const struct tables *tables;
	size_t table;
	unsigned number; /* chunks of that table that were given out */
};

/* plan_next(p, c): the next chunk. return false when there are no more */
bool plan_next(struct plan *p, struct chunk *c);

/* plan_copy_out(b, t, c, e): append the COPY ... TO stdout that reads the chunk */
int plan_copy_out(struct buf *b, const struct table *t, const struct chunk *c, struct err *e);

/* plan_copy_in(b, t, c, e): append the chunk's mark and its COPY ... FROM stdin, with newline */
int plan_copy_in(struct buf *b, const struct table *t, const struct chunk *c, struct err *e);

#endif
