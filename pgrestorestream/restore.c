#include "restore.h"

#include "analyze.h"
#include "check.h"
#include "dumpstream/mark.h"
#include "header.h"
#include "identify.h"
#include "newdb.h"
#include "script.h"
#include "session.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct restore {
	const struct restore_options *o;
	struct sqllex *lx;
	struct header header;
	struct newdb newdb;
	json_t *roles; /* that were made */
	PGconn *c;
	struct pool *pool;
	struct tally tally;
	bool began; /* the target may not be as it was */
};

/* ---- the stream's beginning ---- */

static int refuse_input(struct sqllex *lx, struct err *e)
{
	const char *head;
	struct stat st;
	enum input_kind kind;
	long len;

	if (fstat(STDIN_FILENO, &st) == 0 && S_ISDIR(st.st_mode))
		return err_set(e, EX_DATAERR,
		    "cannot restore standard input: it is a directory; load a directory-format "
		    "archive "
		    "of pg_dump with pg_restore -d DATABASE DIRECTORY");
	len = sqllex_peek(lx, &head, IDENTIFY_BYTES, e);
	if (len < 0)
		return -1;
	kind = identify(head, (size_t)len);
	if (kind == INPUT_PGDUMPSTREAM)
		return 0;
	return err_set(e, EX_DATAERR, "cannot restore standard input: %s", identify_advice(kind));
}

static int read_header(struct restore *r, struct err *e)
{
	struct sqllex_token t;
	char kind[32];
	json_t *json;

	if (refuse_input(r->lx, e) != 0 || sqllex_next(r->lx, &t, e) != 0)
		return -1;
	if (mark_parse(t.text, t.len, kind, sizeof(kind), &json, e) < 0)
		return -1;
	return header_parse(&r->header, json, e);
}

/* ---- the target ---- */

static const char *maintenance_database(void)
{
	const char *name = getenv("PGDATABASE");

	return name != NULL && name[0] != '\0' ? name : "postgres";
}

/* -d says where to connect; only its server matters for the database that is made. */
static int make_database(struct restore *r, struct err *e)
{
	const struct restore_options *o = r->o;
	struct pg_target maintenance = o->target;

	if (r->header.data_only)
		return err_set(e, EX_DATAERR,
		    "the dump stream holds data only, no tables; restore it without --create, into "
		    "a "
		    "database that has them");
	if (maintenance.dbname == NULL)
		maintenance.dbname = maintenance_database();
	r->newdb = (struct newdb){.name = o->create, .roles = r->roles};
	r->newdb.c = session_open(&maintenance, o, e);
	if (r->newdb.c == NULL || check_absent(r->newdb.c, o->create, e) != 0 ||
	    check_server(r->newdb.c, &r->header, o, e) != 0 ||
	    check_roles(r->newdb.c, &r->header, o, r->roles, e) != 0 ||
	    newdb_make(&r->newdb, &r->header, o, e) != 0)
		return -1;
	r->c = session_beside(r->newdb.c, o->create, o, e);
	return r->c != NULL ? 0 : -1;
}

static int open_database(struct restore *r, struct err *e)
{
	const struct restore_options *o = r->o;

	r->c = session_open(&o->target, o, e);
	if (r->c == NULL || check_server(r->c, &r->header, o, e) != 0 ||
	    check_database(r->c, &r->header, o, e) != 0)
		return -1;
	return check_roles(r->c, &r->header, o, r->roles, e);
}

static int open_target(struct restore *r, struct err *e)
{
	r->roles = json_array();
	if (r->roles == NULL)
		return err_nomem(e);
	if ((r->o->create != NULL ? make_database(r, e) : open_database(r, e)) != 0)
		return -1;
	/* Tables that have their constraints and triggers already want their rows in order. */
	if (r->o->jobs > 1 && !r->header.data_only && r->header.tables > 0) {
		r->pool = pool_new(r->c, r->o, e);
		if (r->pool == NULL)
			return -1;
	}
	return 0;
}

/* ---- the whole ---- */

static int finish(struct restore *r, struct err *e)
{
	bool ours = !r->o->allow_nonempty && !r->header.data_only; /* nothing else was there */

	if (!r->o->no_analyze && analyze_run(r->c, r->pool, ours ? NULL : &r->tally, e) != 0)
		return -1;
	if (session_durable(r->c, e) != 0)
		return -1;
	if (r->o->create == NULL)
		return 0;
	return session_durable(r->newdb.c, e) != 0 ? -1
						   : newdb_finish(&r->newdb, &r->header, r->o, e);
}

static int run(struct restore *r, struct err *e)
{
	struct progress progress;
	struct script_env env;
	int ret;

	if (read_header(r, e) != 0 || open_target(r, e) != 0)
		return -1;
	progress_start(&progress, r->o->progress, (uint64_t)r->header.estimated_bytes);
	env = (struct script_env){r->o, r->lx, r->c, r->pool, &r->tally, &progress};
	ret = script_run(&env, &r->began, e);
	if (ret == 0)
		ret = finish(r, e);
	progress_end(&progress);
	return ret;
}

static void add_table(const struct tally_table *table, void *arg)
{
	struct restore_result *result = arg;

	result->rows += table->listed_rows;
	result->bytes += table->listed_bytes;
}

static void undo(struct restore *r, struct err *e)
{
	struct err cause = *e;

	if (r->o->create != NULL) {
		newdb_drop(&r->newdb);
	} else if (r->began) {
		*e = (struct err){0};
		err_set(e, cause.code, "%s; database \"%s\" holds a part of the dump now",
		    cause.text, PQdb(r->c));
	}
}

int restore_run(const struct restore_options *o, struct restore_result *result, struct err *e)
{
	struct restore r = {.o = o};
	double started = progress_seconds();

	r.lx = sqllex_new(STDIN_FILENO, "standard input", e);
	if (r.lx != NULL && run(&r, e) == 0) {
		*result = (struct restore_result){.tables = r.tally.tables,
		    .blobs = r.tally.blobs,
		    .blob_bytes = r.tally.blob_bytes};
		tally_each(&r.tally, add_table, result);
	}
	pool_free(r.pool);
	if (e->code != 0)
		undo(&r, e);
	PQfinish(r.c);
	PQfinish(r.newdb.c);
	tally_free(&r.tally);
	header_free(&r.header);
	json_decref(r.roles);
	sqllex_free(r.lx);
	result->seconds = progress_seconds() - started;
	return e->code != 0 ? -1 : 0;
}
