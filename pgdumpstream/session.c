#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * What rows look like must not depend on settings of the role or the database, and none of their
 * timeouts may end a dump: they go first. row_security = off makes the server refuse where a policy
 * would hide rows. The last four spare a compilation for each chunk, and a scan of all of a table
 * for each.
 */
static int settings(PGconn *c, int version, struct err *e)
{
	return pg_exec(c, e,
	    "SET statement_timeout = 0; SET lock_timeout = 0;"
	    "SET idle_in_transaction_session_timeout = 0;%s%s"
	    "SET datestyle = 'ISO'; SET intervalstyle = 'postgres'; SET extra_float_digits = 3;"
	    "SET bytea_output = 'hex'; SET quote_all_identifiers = off; SET row_security = off;"
	    "SET standard_conforming_strings = on; SET synchronize_seqscans = off; SET jit = off; "
	    "SET enable_tidscan = on;"
	    "SET max_parallel_workers_per_gather = 0",
	    version >= 140000 ? "SET idle_session_timeout = 0;" : "",
	    version >= 170000 ? "SET transaction_timeout = 0;" : "");
}

static int use_encoding(PGconn *c, const char *encoding, struct err *e)
{
	if (PQsetClientEncoding(c, encoding) != 0)
		return err_set(e, EX_DATAERR, "cannot use the database's encoding %s: %s", encoding,
		    PQerrorMessage(c));
	return 0;
}

static int export_snapshot(struct session *s, struct err *e)
{
	PGresult *r;

	if (pg_exec(s->leader, e, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY") != 0)
		return -1;
	r = pg_query(s->leader, "SELECT pg_catalog.pg_export_snapshot()", e);
	if (r == NULL)
		return -1;
	s->snapshot = strdup(PQgetvalue(r, 0, 0));
	PQclear(r);
	return s->snapshot != NULL ? 0 : err_nomem(e);
}

/*
 * pg_dump writes strings as its session reads them, and readers of the stream count on the
 * standard. A startup option is the only setting of its session that is ours; poolers may refuse
 * one, so that it is used only where a role or database turns the standard off. Call before
 * settings().
 */
static int standard_strings(PGconn *c, struct err *e)
{
	const char *now = PQparameterStatus(c, "standard_conforming_strings");
	const char *given = getenv("PGOPTIONS");
	struct buf options = {0};
	int ret = 0;

	if (now == NULL || strcmp(now, "on") == 0)
		return 0;
	if (buf_fmt(&options, e, "%s -c standard_conforming_strings=on",
		given != NULL ? given : "") != 0)
		return -1;
	if (setenv("PGOPTIONS", buf_cstr(&options), 1) != 0)
		ret = err_nomem(e);
	buf_free(&options);
	return ret;
}

/* Only the server knows what it accepts as a duration; ask before any work is done. */
static int set_lock_wait(struct session *s, const char *wait, struct err *e)
{
	struct err why = {0};
	PGresult *r;

	if (wait == NULL)
		return 0;
	r = pg_query_params(
	    s->leader, "SELECT pg_catalog.set_config('lock_timeout', $1, false)", 1, &wait, &why);
	PQclear(r);
	return r != NULL ? 0 : err_set(e, EX_USAGE, "--lock-wait-timeout: %s", why.text);
}

int session_open(struct session *s, const struct dump_options *o, struct err *e)
{
	*s = (struct session){0};
	s->leader = pg_connect(&o->target, e);
	if (s->leader == NULL || pg_export_env(s->leader, e) != 0 ||
	    standard_strings(s->leader, e) != 0)
		return -1;
	s->server_version_num = PQserverVersion(s->leader);
	snprintf(s->encoding, sizeof(s->encoding), "%s",
	    PQparameterStatus(s->leader, "server_encoding"));
	if (s->server_version_num < SESSION_OLDEST_SERVER)
		return err_set(e, EX_UNAVAILABLE,
		    "the server is PostgreSQL %d; this program dumps version %d and later",
		    s->server_version_num / 10000, SESSION_OLDEST_SERVER / 10000);
	if (strcmp(s->encoding, "SQL_ASCII") == 0 && session_stream_encoding(s, e) != 0)
		return -1;
	if (settings(s->leader, s->server_version_num, e) != 0 ||
	    set_lock_wait(s, o->lock_wait, e) != 0)
		return -1;
	return export_snapshot(s, e);
}

int session_stream_encoding(struct session *s, struct err *e)
{
	return use_encoding(s->leader, s->encoding, e);
}

/* Another connection with the same settings and, for text, this encoding. */
static PGconn *connect_like(const struct session *s, const char *encoding, struct err *e)
{
	PGconn *c = pg_connect_like(s->leader, e);

	if (c == NULL)
		return NULL;
	if (use_encoding(c, encoding, e) == 0 && settings(c, s->server_version_num, e) == 0)
		return c;
	PQfinish(c);
	return NULL;
}

PGconn *session_join(const struct session *s, struct err *e)
{
	PGconn *c = connect_like(s, s->encoding, e);

	if (c == NULL || pg_exec(c, e,
			     "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;"
			     "SET TRANSACTION SNAPSHOT '%s'; SAVEPOINT chunk",
			     s->snapshot) == 0)
		return c;
	PQfinish(c);
	return NULL;
}

PGconn *session_present(const struct session *s, struct err *e)
{
	return connect_like(s, pg_encoding_to_char(PQclientEncoding(s->leader)), e);
}

void session_close(struct session *s)
{
	PQfinish(s->leader);
	free(s->snapshot);
	*s = (struct session){0};
}
