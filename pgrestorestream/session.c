#include "session.h"

#include "base/buf.h"

#include <stdlib.h>

int session_environment(struct err *e)
{
	const char *old = getenv("PGOPTIONS");
	struct buf b = {0};
	int ret;

	ret = buf_fmt(&b, e, "%s -c statement_timeout=0", old != NULL ? old : "");
	if (ret == 0 && setenv("PGOPTIONS", b.data, 1) != 0)
		ret = err_nomem(e);
	buf_free(&b);
	return ret;
}

/* One round trip for all of it. What is read as text must not depend on the database's settings. */
static int set_up(PGconn *c, const struct restore_options *o, struct err *e)
{
	int version = PQserverVersion(c);
	struct buf sql = {0};
	int ret;

	ret = buf_fmt(&sql, e,
	    "SET statement_timeout = 0; SET lock_timeout = 0;"
	    "SET idle_in_transaction_session_timeout = 0; SET default_transaction_read_only = off;"
	    "SET default_transaction_isolation = 'read committed'; SET synchronous_commit = off;"
	    "SET array_nulls = on;"
	    "SET standard_conforming_strings = on;"
	    "SET client_min_messages = warning;%s%s",
	    version >= 140000 ? "SET idle_session_timeout = 0;" : "",
	    version >= 170000 ? "SET transaction_timeout = 0;" : "");
	if (ret == 0 && o->maintenance_work_mem > 0)
		ret = buf_fmt(&sql, e,
		    "SELECT pg_catalog.set_config('maintenance_work_mem', '%llukB', false) "
		    "FROM pg_catalog.pg_settings WHERE name = 'maintenance_work_mem' AND "
		    "setting::bigint < %llu",
		    (unsigned long long)o->maintenance_work_mem / 1024,
		    (unsigned long long)o->maintenance_work_mem / 1024);
	if (ret == 0)
		ret = pg_exec(c, e, "%s", sql.data);
	buf_free(&sql);
	return ret;
}

static PGconn *ready(PGconn *c, const struct restore_options *o, struct err *e)
{
	if (c != NULL && set_up(c, o, e) != 0) {
		PQfinish(c);
		return NULL;
	}
	return c;
}

PGconn *session_open(const struct pg_target *t, const struct restore_options *o, struct err *e)
{
	return ready(pg_connect(t, e), o, e);
}

PGconn *session_beside(
    PGconn *c, const char *dbname, const struct restore_options *o, struct err *e)
{
	return ready(pg_connect_beside(c, dbname, e), o, e);
}

int session_durable(PGconn *c, struct err *e)
{
	/* A transaction that wrote nothing is not waited for: the message is what it writes. */
	return pg_exec(c, e,
	    "SET synchronous_commit = on;"
	    "SELECT pg_catalog.pg_logical_emit_message(true, 'pgrestorestream', '')");
}
