/*
 * blobs: the contents of the large objects, as the SQL that pg_dump writes for them.
 */
#ifndef PGDUMPSTREAM_BLOBS_H
#define PGDUMPSTREAM_BLOBS_H

#include "out.h"
#include "session.h"

struct blob_totals {
	uint64_t count;
	uint64_t bytes;
};

/*
 * blobs_write(s, o, totals, e): all large objects of the snapshot, in the order of their OIDs.
 * Memory: BLOBS_MEMORY, whatever their sizes.
 * return  0, or -1 with *e set
 */
#define BLOBS_MEMORY (16u << 20)
int blobs_write(struct session *s, struct out *o, struct blob_totals *totals, struct err *e);

#endif
