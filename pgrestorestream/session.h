/*
 * session: connections that are set up for a fast load, and what the stream sets on them.
 */
#ifndef PGRESTORESTREAM_SESSION_H
#define PGRESTORESTREAM_SESSION_H

#include "options.h"

/*
 * session_environment(e): a statement_timeout that the role or the database sets must not hit the
 * first query of a session either. Changes PGOPTIONS; call before the first connection and before
 * any thread.
 * return  0, or -1 with *e set
 */
int session_environment(struct err *e);

/*
 * session_open(t, o, e): connect for loading: no timeouts, commits that do not wait for the disk
 * (session_durable() does, once, at the end), rows read as pg_dump writes them.
 * return  a connection to PQfinish(), or NULL with *e set
 */
PGconn *session_open(const struct pg_target *t, const struct restore_options *o, struct err *e);

/* session_beside(c, dbname, o, e): another one on the server that c has reached; dbname NULL: in
 * the same database. c may be in use by another thread meanwhile. */
PGconn *session_beside(
    PGconn *c, const char *dbname, const struct restore_options *o, struct err *e);

/*
 * session_durable(c, e): make everything durable that any session of the server has committed:
 * WAL is flushed in order, so that one commit that waits for the disk is enough.
 * return  0, or -1 with *e set
 */
int session_durable(PGconn *c, struct err *e);

#endif
