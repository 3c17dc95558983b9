/*
 * session: the leader, whose transaction holds the snapshot and the locks, and the sessions that
 * share its snapshot.
 */
#ifndef PGDUMPSTREAM_SESSION_H
#define PGDUMPSTREAM_SESSION_H

#include "options.h"
#include "pg/pg.h"

#define SESSION_OLDEST_SERVER 120000

struct session {
	PGconn *leader;
	char *snapshot; /* its exported name */
	int server_version_num;
	char encoding[64]; /* of the database, and so of the stream */
};

/*
 * session_open(s, o, e): connect, begin a read-only transaction that sees one snapshot, export it.
 * Text arrives in UTF-8 (in SQL_ASCII databases: as it is) until session_stream_encoding(). Sets
 * libpq's environment variables for pg_dump. Call before there are threads. The leader waits for a
 * lock as long as o says.
 * return  0, or -1 with *e set. session_close() in both cases.
 */
int session_open(struct session *s, const struct dump_options *o, struct err *e);

/* session_stream_encoding(s, e): from now on the leader's text arrives in the database's encoding
 */
int session_stream_encoding(struct session *s, struct err *e);

/*
 * session_join(s, e): another connection on the same snapshot and in the stream's encoding. Its
 * transaction has a savepoint "chunk": a return to it gives back locks and forgives an error.
 * return  it, or NULL with *e set
 */
PGconn *session_join(const struct session *s, struct err *e);

/* session_present(s, e): another connection that sees what is committed now, its text as the
 * leader's. return it, or NULL with *e set */
PGconn *session_present(const struct session *s, struct err *e);

void session_close(struct session *s);

#endif
