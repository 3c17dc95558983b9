#include "load.h"

#include "dumpstream/sqllex.h"
#include "pg/pg.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A failure that has no row: r may be NULL. return -1 */
static int whole(const struct load *l, const PGresult *r, struct err *e)
{
	char what[512];

	snprintf(what, sizeof(what), "line %" PRIu64 ": cannot load table %s", l->target->line,
	    l->target->table->label);
	return pg_error(l->c, r, e, what);
}

int load_begin(struct load *l, const struct load_target *target, struct err *e)
{
	PGresult *r;

	l->target = target;
	l->nruns = 0;
	if (PQsendQuery(l->c, target->sql) != 1)
		return whole(l, NULL, e);
	r = pg_result(l->c, e);
	if (e->code == 0 && PQresultStatus(r) != PGRES_COPY_IN)
		whole(l, r, e);
	PQclear(r);
	return e->code != 0 ? -1 : 0;
}

bool load_full(const struct load *l)
{
	return l->nruns == LOAD_RUNS;
}

int load_data(struct load *l, const char *text, size_t len, uint64_t line, struct err *e)
{
	struct load_run *last = l->nruns > 0 ? &l->runs[l->nruns - 1] : NULL;
	struct err told = {0};

	if (last == NULL || last->line + last->newlines != line) {
		if (load_full(l))
			return err_set(e, EX_SOFTWARE, "a COPY from too many places");
		last = &l->runs[l->nruns++];
		*last = (struct load_run){line, 0};
	}
	last->newlines += sqllex_newlines(text, len);
	if (pg_copy_put(l->c, text, len, &told) == 0)
		return 0;
	return err_set(e, told.code, "line %" PRIu64 ": cannot load table %s: %s", line,
	    l->target->table->label, told.text);
}

/* The line of the stream that the COPY's row stands on; 0 when there is no such row. */
static uint64_t line_of_row(const struct load *l, uint64_t row)
{
	for (size_t i = 0; i < l->nruns; i++) {
		if (row > 0 && row <= l->runs[i].newlines)
			return l->runs[i].line + row - 1;
		row -= l->runs[i].newlines;
	}
	return 0;
}

/*
 * The server's context is "COPY t, line 3, column a: ...", in any language; the table's name comes
 * first, and may hold digits.
 * out     *rest, the column where one is named: ", column a: ..."; never the whole row
 * return  the row, or 0
 */
static uint64_t row_of_context(const char *context, const struct load *l, const char **rest)
{
	static const char digits[] = "0123456789";
	const char *label = strstr(l->target->table->label, "\".\"");
	char name[256];
	const char *p;
	char *end;
	uint64_t row;

	*rest = "";
	if (label == NULL || strncmp(context, "COPY ", 5) != 0)
		return 0;
	snprintf(name, sizeof(name), "%s", label + 3);
	name[strlen(name) - 1] = '\0'; /* its last quote */
	p = context + 5;
	if (strncmp(p, name, strlen(name)) == 0)
		p += strlen(name);
	p += strcspn(p, digits);
	row = strtoull(p, &end, 10);
	if (*end == ',')
		*rest = end;
	return row;
}

static const char *field(const PGresult *r, int which)
{
	const char *text = PQresultErrorField(r, which);

	return text != NULL ? text : "";
}

static int refused(const struct load *l, const PGresult *r, struct err *e)
{
	const char *detail = field(r, PG_DIAG_MESSAGE_DETAIL);
	const char *hint = field(r, PG_DIAG_MESSAGE_HINT);
	const char *rest;
	uint64_t row = row_of_context(field(r, PG_DIAG_CONTEXT), l, &rest);
	uint64_t line = line_of_row(l, row);
	struct err told = {0};

	if (line == 0)
		return whole(l, r, e);
	pg_error(l->c, r, &told, "a row");
	return err_set(e, told.code, "line %" PRIu64 " (row of table %s%s): %s%s%s%s%s", line,
	    l->target->table->label, rest, field(r, PG_DIAG_MESSAGE_PRIMARY),
	    detail[0] != '\0' ? ": " : "", detail, hint[0] != '\0' ? "; " : "", hint);
}

int load_end(struct load *l, struct err *e)
{
	uint64_t rows = 0;
	PGresult *r;

	if (pg_copy_put_end(l->c, NULL, e) != 0)
		return -1;
	while (e->code == 0 && (r = pg_result(l->c, e)) != NULL) {
		if (PQresultStatus(r) == PGRES_COMMAND_OK)
			rows = strtoull(PQcmdTuples(r), NULL, 10);
		else
			refused(l, r, e);
		PQclear(r);
	}
	if (e->code == 0 && PQstatus(l->c) == CONNECTION_BAD)
		whole(l, NULL, e);
	if (e->code != 0)
		return -1;
	tally_add_rows(l->target->table, rows);
	l->target = NULL;
	return 0;
}
