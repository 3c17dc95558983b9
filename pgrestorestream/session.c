#include "session.h"

#include <stdlib.h>
#include <string.h>

int session_environment(struct err *e)
{
	const char *old = getenv("PGOPTIONS");
	struct buf b = {0};
	int ret;

	ret = buf_fmt(&b, e,
	    "%s -c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0 "
	    "-c default_transaction_read_only=off",
	    old != NULL ? old : "");
	if (ret == 0 && setenv("PGOPTIONS", b.data, 1) != 0)
		ret = err_nomem(e);
	buf_free(&b);
	return ret;
}

/* keyword='value', with ' and \ escaped: libpq, "Connection Strings" */
static int add_keyword(struct buf *b, const char *keyword, const char *value, struct err *e)
{
	if (buf_fmt(b, e, "%s='", keyword) != 0)
		return -1;
	for (const char *p = value; *p != '\0'; p++) {
		if (((*p == '\'' || *p == '\\') && buf_str(b, "\\", e) != 0) ||
		    buf_add(b, p, 1, e) != 0)
			return -1;
	}
	return buf_str(b, "' ", e);
}

int session_target(struct buf *out, const struct pg_target *t, const char *database, struct err *e)
{
	const char *given = t->dbname != NULL ? t->dbname : "";
	PQconninfoOption *all = NULL;
	char *why = NULL;
	int ret = 0;

	if (strchr(given, '=') != NULL || strstr(given, "://") != NULL) {
		all = PQconninfoParse(given, &why);
		if (all == NULL)
			err_set(e, EX_USAGE, "cannot understand the connection string: %s",
			    why != NULL ? why : "out of memory");
	}
	for (PQconninfoOption *o = all; ret == 0 && o != NULL && o->keyword != NULL; o++) {
		if (o->val != NULL && strcmp(o->keyword, "dbname") != 0)
			ret = add_keyword(out, o->keyword, o->val, e);
	}
	PQconninfoFree(all);
	PQfreemem(why);
	if (ret != 0 || e->code != 0)
		return -1;
	return add_keyword(out, "dbname", database, e);
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
	    "SET datestyle = 'ISO'; SET intervalstyle = 'postgres'; SET array_nulls = on;"
	    "SET transform_null_equals = off; SET standard_conforming_strings = on;"
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

PGconn *session_open(const struct pg_target *t, const struct restore_options *o, struct err *e)
{
	PGconn *c = pg_connect(t, e);

	if (c != NULL && set_up(c, o, e) != 0) {
		PQfinish(c);
		return NULL;
	}
	return c;
}

int session_durable(PGconn *c, struct err *e)
{
	/* A transaction that wrote nothing is not waited for: the message is what it writes. */
	return pg_exec(c, e,
	    "SET synchronous_commit = on;"
	    "SELECT pg_catalog.pg_logical_emit_message(true, 'pgrestorestream', '')");
}
