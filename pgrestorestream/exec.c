#include "exec.h"

#include "pg/pg.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SHOWN 120 /* bytes of a statement's first line in messages */

static int refused(
    PGconn *c, const PGresult *r, const char *sql, const struct place *place, struct err *e)
{
	size_t line_len = strcspn(sql, "\r\n");
	char where[640] = "";
	char what[1024];

	if (place->line > 0)
		snprintf(where, sizeof(where), "line %" PRIu64 "%s%s%s: ", place->line,
		    place->label[0] != '\0' ? " (" : "", place->label,
		    place->label[0] != '\0' ? ")" : "");
	snprintf(what, sizeof(what), "%sthe server refused \"%.*s%s\"", where,
	    line_len < SHOWN ? (int)line_len : SHOWN, sql, sql[line_len] != '\0' ? " ..." : "");
	return pg_error(c, r, e, what);
}

static int check_result(
    PGconn *c, const PGresult *r, const char *sql, const struct place *place, struct err *e)
{
	switch (PQresultStatus(r)) {
	case PGRES_COMMAND_OK:
	case PGRES_TUPLES_OK:
	case PGRES_EMPTY_QUERY:
		return 0;
	case PGRES_COPY_IN:
	case PGRES_COPY_OUT:
	case PGRES_COPY_BOTH:
		/* Only a broken stream has one that the lexer did not see. */
		return err_set(e, EX_DATAERR,
		    "line %" PRIu64 " (%s): a COPY that pg_dump does not write", place->line,
		    place->label);
	default:
		return refused(c, r, sql, place, e);
	}
}

int exec_statement(
    PGconn *c, const char *sql, const struct place *place, PGresult **out, struct err *e)
{
	PGresult *kept = NULL;
	PGresult *r;

	if (PQsendQuery(c, sql) != 1)
		return refused(c, NULL, sql, place, e);
	while (e->code == 0 && (r = pg_result(c, e)) != NULL) {
		check_result(c, r, sql, place, e);
		PQclear(kept);
		kept = r;
	}
	if (e->code == 0 && kept == NULL)
		refused(c, NULL, sql, place, e);
	if (e->code == 0 && PQstatus(c) == CONNECTION_BAD)
		refused(c, NULL, sql, place, e);
	if (out != NULL && e->code == 0)
		*out = kept;
	else
		PQclear(kept);
	return e->code != 0 ? -1 : 0;
}
