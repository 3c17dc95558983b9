#include "analyze.h"

#include "base/prog.h"
#include "base/stop.h"

struct job {
	PGconn *c;
	struct pool *pool;
	struct err *e;
};

static void analyze(struct job *j, const char *table)
{
	struct err refused = {0};
	struct buf sql = {0};

	if (buf_fmt(&sql, j->e, "ANALYZE %s", table) == 0) {
		if (j->pool != NULL)
			pool_command(j->pool, sql.data, j->e);
		else if (pg_exec(j->c, &refused, "%s", sql.data) != 0 && stop_signal() == 0)
			prog_note("warning: %s", refused.text);
	}
	if (stop_signal() != 0)
		stop_err(j->e);
	buf_free(&sql);
}

static void analyze_loaded(const struct tally_table *table, void *arg)
{
	struct job *j = arg;

	if (j->e->code == 0 && table->sql != NULL)
		analyze(j, table->sql);
}

/* A partitioned table's ANALYZE takes its partitions in. The largest first, to end together. */
static void analyze_all(struct job *j)
{
	PGresult *r = pg_query(j->c,
	    "SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)"
	    " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
	    " WHERE c.relkind IN ('r', 'm', 'p') AND NOT c.relispartition AND c.oid >= 16384"
	    " AND n.nspname !~ '^pg_' ORDER BY c.relkind = 'p' DESC, c.relpages DESC",
	    j->e);

	for (int i = 0; i < PQntuples(r) && j->e->code == 0; i++)
		analyze(j, PQgetvalue(r, i, 0));
	PQclear(r);
}

int analyze_run(PGconn *c, struct pool *pool, struct tally *tally, struct err *e)
{
	struct job j = {c, pool, e};

	if (tally != NULL)
		tally_each(tally, analyze_loaded, &j);
	else
		analyze_all(&j);
	return e->code != 0 || pool_drain(pool, e) != 0 ? -1 : 0;
}
