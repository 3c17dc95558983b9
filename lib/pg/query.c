#include "base/stop.h"
#include "pg/pg.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct state_code {
	const char *prefix; /* of an SQLSTATE (PostgreSQL documentation, appendix A) */
	int code;
};

static int code_of_state(const char *state)
{
	static const struct state_code codes[] = {{"08", EX_UNAVAILABLE}, {"28", EX_NOPERM},
	    {"3D", EX_NOINPUT}, {"3F", EX_NOINPUT}, {"40", EX_TEMPFAIL}, {"42501", EX_NOPERM},
	    {"42704", EX_NOINPUT}, {"42P01", EX_NOINPUT}, {"53100", EX_IOERR}, {"53", EX_TEMPFAIL},
	    {"55P03", EX_TEMPFAIL}, {"57", EX_TEMPFAIL}, {"58", EX_IOERR}};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (strncmp(state, codes[i].prefix, strlen(codes[i].prefix)) == 0)
			return codes[i].code;
	}
	return EX_DATAERR;
}

static const char *field(const PGresult *r, int which)
{
	const char *text = r != NULL ? PQresultErrorField(r, which) : NULL;

	return text != NULL ? text : "";
}

int pg_error(PGconn *c, const PGresult *r, struct err *e, const char *what)
{
	const char *primary = field(r, PG_DIAG_MESSAGE_PRIMARY);
	const char *detail = field(r, PG_DIAG_MESSAGE_DETAIL);
	const char *hint = field(r, PG_DIAG_MESSAGE_HINT);
	const char *context = field(r, PG_DIAG_CONTEXT);

	if (stop_signal() != 0)
		return stop_err(e);
	if (primary[0] == '\0')
		return err_set(e, EX_UNAVAILABLE, "%s: %s", what,
		    PQerrorMessage(c)[0] != '\0' ? PQerrorMessage(c) : "the connection was lost");
	return err_set(e, code_of_state(field(r, PG_DIAG_SQLSTATE)), "%s: %s%s%s%s%s%s%s", what,
	    primary, detail[0] != '\0' ? ": " : "", detail, context[0] != '\0' ? ": " : "", context,
	    hint[0] != '\0' ? "; " : "", hint);
}

void pg_cancel(PGconn *c)
{
	PGcancel *cancel = c != NULL ? PQgetCancel(c) : NULL;
	char text[256];

	if (cancel != NULL) {
		PQcancel(cancel, text, sizeof(text));
		PQfreeCancel(cancel);
	}
}

int pg_wait_readable(PGconn *c, struct err *e)
{
	struct pollfd p[2] = {
	    {.fd = PQsocket(c), .events = POLLIN}, {.fd = stop_fd(), .events = POLLIN}};

	for (;;) {
		if (stop_signal() != 0) {
			pg_cancel(c);
			return stop_err(e);
		}
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			return err_sys(e, EX_OSERR, "cannot wait for the server");
		if (p[0].revents != 0)
			return PQconsumeInput(c) == 1
				   ? 0
				   : pg_error(c, NULL, e, "the connection to the server was lost");
	}
}

PGresult *pg_result(PGconn *c, struct err *e)
{
	while (PQflush(c) > 0 || PQisBusy(c)) {
		if (pg_wait_readable(c, e) != 0)
			return NULL;
	}
	return PQgetResult(c);
}

static void short_sql(const char *sql, char *out, size_t size)
{
	snprintf(out, size, "the server refused \"%.200s%s\"", sql, strlen(sql) > 200 ? "..." : "");
}

/* Take every result of what was sent and keep the last one, or the first that is an error. */
static PGresult *collect(PGconn *c, const char *sql, struct err *e)
{
	PGresult *kept = NULL;
	PGresult *r;
	char what[256];

	while ((r = pg_result(c, e)) != NULL) {
		ExecStatusType st = PQresultStatus(r);

		/* Here nobody feeds or drains a COPY: libpq would give this result for ever. */
		if (st == PGRES_COPY_IN || st == PGRES_COPY_OUT || st == PGRES_COPY_BOTH) {
			err_set(e, EX_DATAERR, "\"%.200s\" is a COPY where none may be", sql);
			PQclear(r);
			break;
		}
		if (st != PGRES_TUPLES_OK && st != PGRES_COMMAND_OK) {
			short_sql(sql, what, sizeof(what));
			pg_error(c, r, e, what);
		}
		PQclear(kept);
		kept = r;
	}
	if (e->code == 0 && kept == NULL)
		pg_error(c, NULL, e, "the connection to the server was lost");
	if (e->code != 0) {
		PQclear(kept);
		return NULL;
	}
	return kept;
}

PGresult *pg_query(PGconn *c, const char *sql, struct err *e)
{
	if (PQsendQuery(c, sql) != 1) {
		pg_error(c, NULL, e, "cannot send a query");
		return NULL;
	}
	return collect(c, sql, e);
}

PGresult *pg_query_params(
    PGconn *c, const char *sql, int n, const char *const *values, struct err *e)
{
	if (PQsendQueryParams(c, sql, n, NULL, values, NULL, NULL, 0) != 1) {
		pg_error(c, NULL, e, "cannot send a query");
		return NULL;
	}
	return collect(c, sql, e);
}

int pg_exec(PGconn *c, struct err *e, const char *fmt, ...)
{
	PGresult *r;
	va_list ap;
	char *sql;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&sql, fmt, ap);
	va_end(ap);
	if (n < 0)
		return err_nomem(e);
	r = pg_query(c, sql, e);
	free(sql);
	PQclear(r);
	return r != NULL ? 0 : -1;
}

int pg_copy_begin(PGconn *c, const char *sql, ExecStatusType want, struct err *e)
{
	PGresult *r;
	char what[256];
	int ret = 0;

	if (PQsendQuery(c, sql) != 1)
		return pg_error(c, NULL, e, "cannot send a query");
	r = pg_result(c, e);
	while (PQresultStatus(r) == PGRES_COMMAND_OK) {
		PQclear(r);
		r = pg_result(c, e);
	}
	if (e->code != 0)
		return -1;
	if (PQresultStatus(r) != want) {
		short_sql(sql, what, sizeof(what));
		ret = pg_error(c, r, e, what);
		PQclear(r);
		while ((r = PQgetResult(c)) != NULL && PQresultStatus(r) != PGRES_COPY_IN)
			PQclear(r);
	}
	PQclear(r);
	return ret;
}

int pg_copy_end(PGconn *c, uint64_t *rows, struct err *e)
{
	PGresult *r = collect(c, "COPY", e);

	if (r == NULL)
		return -1;
	*rows = strtoull(PQcmdTuples(r), NULL, 10);
	PQclear(r);
	return 0;
}

static int quoted(struct buf *b, const char *text, char quote, struct err *e)
{
	if (buf_add(b, &quote, 1, e) != 0)
		return -1;
	for (const char *p = text; *p != '\0'; p++) {
		if ((*p == quote && buf_add(b, p, 1, e) != 0) || buf_add(b, p, 1, e) != 0)
			return -1;
	}
	return buf_add(b, &quote, 1, e);
}

int pg_ident(struct buf *b, const char *name, struct err *e)
{
	return quoted(b, name, '"', e);
}

int pg_literal(struct buf *b, const char *text, struct err *e)
{
	return quoted(b, text, '\'', e);
}
