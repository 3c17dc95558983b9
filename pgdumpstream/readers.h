/*
 * readers: the table data, read by several connections at once, written in the plan's order.
 *
 * Each thread takes the next chunk of the plan and COPYs it into its lane. A chunk for which a
 * reader does not get its table's lock at once (another session waits for an exclusive one, and
 * would make the reader wait for it while it waits for us) is read by the leader, which has the
 * lock, when the chunk's turn has come.
 */
#ifndef PGDUMPSTREAM_READERS_H
#define PGDUMPSTREAM_READERS_H

#include "session.h"
#include "tables.h"

#define READERS_LANE_BYTES (24u << 20) /* of chunks that wait for their turn, for each job */

/*
 * readers_run(s, jobs, t, fd, name, e): write all chunks of all tables to fd; count rows and bytes
 * in *t. Blocks. Where the server has no room for so many connections, there are fewer.
 * Memory: jobs * READERS_LANE_BYTES, and for each connection what libpq needs for the widest row
 * (about three times its COPY text).
 * return  0, or -1 with *e set
 */
int readers_run(const struct session *s, unsigned jobs, struct tables *t, int fd, const char *name,
    struct err *e);

#endif
