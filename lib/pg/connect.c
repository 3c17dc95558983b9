#include "base/prog.h"
#include "base/stop.h"
#include "pg/pg.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

/*
 * Find the SQLSTATE in a connection error of PQERRORS_VERBOSE: "FATAL:  28P01: password ...".
 * The severity is translated, the state is not.
 * return  its first character, or NULL: the error is libpq's own (nobody answered)
 */
static const char *find_sqlstate(const char *text)
{
	for (const char *p = strstr(text, ":  "); p != NULL; p = strstr(p + 1, ":  ")) {
		size_t n = strspn(p + 3, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");

		if (n == 5 && p[8] == ':' && p[9] == ' ')
			return p + 3;
	}
	return NULL;
}

static int connect_error(PGconn *c, struct err *e)
{
	const char *text = PQerrorMessage(c);
	const char *state = find_sqlstate(text);
	const char *db = PQdb(c) != NULL ? PQdb(c) : "";
	size_t len;

	if (PQconnectionNeedsPassword(c))
		return err_set(e, EX_NOPERM,
		    "cannot connect to database \"%s\": the server wants a password and none was "
		    "given; set PGPASSWORD or use a .pgpass file",
		    db);
	if (state == NULL)
		return err_set(e, EX_UNAVAILABLE,
		    "cannot connect to database \"%s\": %s; check host, port and that the server "
		    "runs",
		    db, text);
	len = strcspn(state + 7, "\n");
	if (strncmp(state, "28", 2) == 0)
		return err_set(e, EX_NOPERM,
		    "cannot connect to database \"%s\": %.*s; check user, password and pg_hba.conf",
		    db, (int)len, state + 7);
	if (strncmp(state, "3D", 2) == 0)
		return err_set(e, EX_NOINPUT,
		    "cannot connect: %.*s; psql -l lists the databases there are", (int)len,
		    state + 7);
	if (strncmp(state, "53", 2) == 0 || strncmp(state, "57", 2) == 0)
		return err_set(e, EX_TEMPFAIL,
		    "cannot connect to database \"%s\": %.*s; try again later", db, (int)len,
		    state + 7);
	return err_set(e, strncmp(state, "42501", 5) == 0 ? EX_NOPERM : EX_UNAVAILABLE,
	    "cannot connect to database \"%s\": %.*s", db, (int)len, state + 7);
}

/* Seconds that one attempt may take: connect_timeout where the user sets it, else no limit. */
static int timeout_ms(PGconn *c)
{
	PQconninfoOption *all = PQconninfo(c);
	int ms = -1;

	for (PQconninfoOption *o = all; o != NULL && o->keyword != NULL; o++) {
		if (strcmp(o->keyword, "connect_timeout") == 0 && o->val != NULL &&
		    atoi(o->val) > 0)
			ms = atoi(o->val) * 1000;
	}
	PQconninfoFree(all);
	return ms;
}

/* Drive a PQconnectStart to its end, looking at the stop flag. */
static int drive(PGconn *c, struct err *e)
{
	PostgresPollingStatusType st = PGRES_POLLING_WRITING;
	int limit_ms = timeout_ms(c);

	while (st != PGRES_POLLING_OK && st != PGRES_POLLING_FAILED) {
		struct pollfd p[2] = {
		    {.fd = PQsocket(c), .events = st == PGRES_POLLING_READING ? POLLIN : POLLOUT},
		    {.fd = stop_fd(), .events = POLLIN}};
		int n = poll(p, 2, limit_ms);

		if (stop_signal() != 0)
			return stop_err(e);
		if (n < 0 && errno != EINTR)
			return err_sys(e, EX_OSERR, "cannot wait for the server");
		if (n == 0)
			return err_set(e, EX_UNAVAILABLE,
			    "cannot connect to database \"%s\": no answer within %d s", PQdb(c),
			    limit_ms / 1000);
		if (n > 0)
			st = PQconnectPoll(c);
	}
	return st == PGRES_POLLING_OK ? 0 : connect_error(c, e);
}

/* The server's notices are for people who work with it by hand; warnings are for us too. */
static void on_notice(void *arg, const PGresult *r)
{
	const char *severity = PQresultErrorField(r, PG_DIAG_SEVERITY_NONLOCALIZED);
	const char *text = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);

	(void)arg;
	if (severity != NULL && text != NULL && strcmp(severity, "WARNING") == 0)
		prog_note("warning from the server: %s", text);
}

/* A conninfo string or URI that cannot be one is the caller's mistake, not the server's absence. */
static int check_conninfo(const char *dbname, struct err *e)
{
	PQconninfoOption *parsed;
	char *why = NULL;

	if (dbname == NULL || (strchr(dbname, '=') == NULL && strstr(dbname, "://") == NULL))
		return 0;
	parsed = PQconninfoParse(dbname, &why);
	PQconninfoFree(parsed);
	if (why != NULL)
		err_set(e, EX_USAGE, "cannot understand the connection string: %s", why);
	PQfreemem(why);
	return e->code != 0 ? -1 : 0;
}

/* Take a PQconnectStart to its end. return c, or NULL with *e set and c finished */
static PGconn *establish(PGconn *c, struct err *e)
{
	if (c == NULL) {
		err_nomem(e);
		return NULL;
	}
	PQsetErrorVerbosity(c, PQERRORS_VERBOSE);
	PQsetNoticeReceiver(c, on_notice, NULL);
	if ((PQstatus(c) == CONNECTION_BAD ? connect_error(c, e) : drive(c, e)) != 0)
		goto fail;
	PQsetErrorVerbosity(c, PQERRORS_DEFAULT);
	if (pg_exec(c, e, "SET search_path = ''") != 0)
		goto fail;
	return c;
fail:
	PQfinish(c);
	return NULL;
}

PGconn *pg_connect(const struct pg_target *t, struct err *e)
{
	const char *keys[] = {
	    "dbname", "host", "port", "user", "client_encoding", "fallback_application_name", NULL};
	const char *values[] = {t->dbname, t->host, t->port, t->user, "UTF8", prog_name(), NULL};

	if (check_conninfo(t->dbname, e) != 0)
		return NULL;
	return establish(PQconnectStartParams(keys, values, 1), e);
}

/* What a parameter of c is for a second connection; NULL where it has to be left out. */
static const char *parameter_again(PGconn *c, const PQconninfoOption *o)
{
	/* A service has done its work: its file would be read again, and outdo the environment. */
	if (strcmp(o->keyword, "service") == 0)
		return NULL;
	/* With the address, so that neither a list of hosts nor a name server leads elsewhere. */
	if (strcmp(o->keyword, "host") == 0)
		return PQhost(c);
	if (strcmp(o->keyword, "hostaddr") == 0)
		return PQhostaddr(c)[0] != '\0' ? PQhostaddr(c) : NULL;
	if (strcmp(o->keyword, "port") == 0)
		return PQport(c);
	return o->val;
}

PGconn *pg_connect_like(PGconn *c, struct err *e)
{
	return pg_connect_beside(c, NULL, e);
}

PGconn *pg_connect_beside(PGconn *c, const char *dbname, struct err *e)
{
	PQconninfoOption *all = PQconninfo(c);
	const char **keys = NULL;
	const char **values = NULL;
	PGconn *other = NULL;
	size_t n = 0;

	while (all != NULL && all[n].keyword != NULL)
		n++;
	keys = calloc(n + 1, sizeof(*keys));
	values = calloc(n + 1, sizeof(*values));
	if (all == NULL || keys == NULL || values == NULL) {
		err_nomem(e);
		goto out;
	}
	for (size_t i = 0; i < n; i++) {
		keys[i] = all[i].keyword;
		values[i] = parameter_again(c, &all[i]);
		if (dbname != NULL && strcmp(keys[i], "dbname") == 0)
			values[i] = dbname;
	}
	other = establish(PQconnectStartParams(keys, values, 0), e);
out:
	free(keys);
	free(values);
	PQconninfoFree(all);
	return other;
}

int pg_export_env(PGconn *c, struct err *e)
{
	PQconninfoOption *all = PQconninfo(c);
	int ret = all != NULL ? 0 : -1;

	for (PQconninfoOption *o = all; ret == 0 && o->keyword != NULL; o++) {
		const char *value = parameter_again(c, o);

		if (o->envvar == NULL)
			continue;
		/* Each program chooses its own client_encoding. */
		if (value == NULL || strcmp(o->keyword, "client_encoding") == 0)
			ret = unsetenv(o->envvar);
		else
			ret = setenv(o->envvar, value, 1);
	}
	PQconninfoFree(all);
	return ret == 0 ? 0 : err_nomem(e);
}
