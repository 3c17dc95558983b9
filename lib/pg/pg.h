/*
 * pg: libpq connections as our programs use them: never a prompt, every wait ends when a stop is
 * asked for (with a cancel request to the server), every failure one line.
 *
 * Exit codes of failures: EX_NOPERM for a refused login or a missing privilege, EX_NOINPUT for a
 * database, schema, table or role that does not exist, EX_TEMPFAIL for too many connections,
 * a server that starts or stops, a cancelled query, a lock that was not to be had, EX_IOERR for a
 * full disk on the server, EX_UNAVAILABLE when no server answers or the connection is lost,
 * EX_DATAERR for the rest of what a server says.
 * A connection is for one thread at a time.
 */
#ifndef PG_PG_H
#define PG_PG_H

#include "base/buf.h"
#include "base/err.h"

#include <libpq-fe.h>
#include <stdint.h>

/* What -d, -h, -p and -U say; NULL where not given (libpq then looks at PG* and its defaults). */
struct pg_target {
	const char *dbname; /* a name, a conninfo string or a postgresql:// URI */
	const char *host;
	const char *port;
	const char *user;
};

/*
 * pg_connect(t, e): connect, without ever asking for a password. search_path is emptied (so that
 * no object of a user can stand in for one of the system) and client_encoding is UTF8; the
 * session's application_name is the program's.
 * return  a connection to PQfinish(), or NULL with *e set
 */
PGconn *pg_connect(const struct pg_target *t, struct err *e);

/*
 * pg_connect_like(c, e): another connection with the parameters of c, to the very address that c
 * reached, where its parameters name several.
 * return  a connection to PQfinish(), or NULL with *e set
 */
PGconn *pg_connect_like(PGconn *c, struct err *e);

/* pg_connect_beside(c, dbname, e): the same to another database, which is always taken as a name */
PGconn *pg_connect_beside(PGconn *c, const char *dbname, struct err *e);

/*
 * pg_export_env(c, e): set PGHOST, PGPASSWORD and the other variables of libpq, so that children
 * which use libpq connect as c did, to the very address that c reached: parameters may hold a
 * password, and argv is public. Not among them, because no variable exists: sslpassword,
 * keepalives* and tcp_user_timeout. Call before there are threads. return  0, or -1 with *e set
 */
int pg_export_env(PGconn *c, struct err *e);

/*
 * pg_query(c, sql, e): run one query and wait for all of its result.
 * return  a result with PGRES_TUPLES_OK or PGRES_COMMAND_OK to PQclear(), or NULL with *e set
 */
PGresult *pg_query(PGconn *c, const char *sql, struct err *e);

/*
 * pg_result(c, e): wait for the next result of what was sent with PQsendQuery().
 * return  a result to PQclear(), whatever its status; NULL after the last, or with *e set
 */
PGresult *pg_result(PGconn *c, struct err *e);

/* pg_query_params(c, sql, n, values, e): the same with n text parameters */
PGresult *pg_query_params(
    PGconn *c, const char *sql, int n, const char *const *values, struct err *e);

/* pg_exec(c, e, fmt, ...): run a command and drop its result. return 0, or -1 with *e set */
int pg_exec(PGconn *c, struct err *e, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/*
 * pg_copy_begin(c, sql, want, e): start a COPY. want is PGRES_COPY_OUT or PGRES_COPY_IN. Other
 * commands may stand before the COPY in sql, which saves a round trip for each.
 * return  0, or -1 with *e set
 */
int pg_copy_begin(PGconn *c, const char *sql, ExecStatusType want, struct err *e);

/*
 * pg_copy_put(c, data, len, e): give the server the next bytes of a COPY ... FROM stdin that has
 * begun. Blocks until it is sent. A server that has found a fault says
 * so at the end of the COPY.
 * return  0, or -1 with *e set
 */
int pg_copy_put(PGconn *c, const char *data, size_t len, struct err *e);

/* pg_copy_put_end(c, why, e): the data is complete, or (why not NULL) is to be given up. return 0,
 * or -1 with *e set; the server's verdict comes by pg_copy_end() or pg_result() */
int pg_copy_put_end(PGconn *c, const char *why, struct err *e);

/*
 * pg_copy_end(c, rows, e): after the last byte of a COPY, take the server's verdict on it.
 * out     *rows, the server's own count
 * return  0, or -1 with *e set
 */
int pg_copy_end(PGconn *c, uint64_t *rows, struct err *e);

/*
 * pg_wait_readable(c, e): block until libpq may have something for us; *e on a stop (after asking
 * the server to cancel what it is doing) and on a lost connection.
 */
int pg_wait_readable(PGconn *c, struct err *e);

/* pg_error(c, r, e, what): record why the server refused `what`; r may be NULL (a broken
 * connection). return -1 */
int pg_error(PGconn *c, const PGresult *r, struct err *e, const char *what);

/* pg_cancel(c): ask the server to cancel what c is doing. Blocks shortly. NULL is a no-op. */
void pg_cancel(PGconn *c);

/*
 * pg_ident(b, name, e): append name as a quoted identifier ("na""me"), always quoted.
 * pg_literal(b, text, e): append text as a string literal for standard_conforming_strings = on.
 * Both are safe in every server encoding, whose multi-byte characters hold no ASCII bytes.
 * return  0, or -1 with *e set
 */
int pg_ident(struct buf *b, const char *name, struct err *e);
int pg_literal(struct buf *b, const char *text, struct err *e);

#endif
