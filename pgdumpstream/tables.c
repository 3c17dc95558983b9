#include "tables.h"

#include <stdlib.h>
#include <string.h>

#define LOCK_BATCH 500 /* tables named in one LOCK TABLE */

/* The OIDs of the tables, in order, as a PostgreSQL array: {16384,16390} */
static int oid_array(struct buf *b, const struct toc *toc, struct err *e)
{
	const char *sep = "{";

	for (size_t i = 0; i < toc->count; i++) {
		if (toc->entries[i].kind != TOC_TABLE_DATA)
			continue;
		if (buf_fmt(b, e, "%s%u", sep, toc->entries[i].oid) != 0)
			return -1;
		sep = ",";
	}
	return buf_str(b, sep[0] == '{' ? "{}" : "}", e);
}

static PGresult *query_by_oids(PGconn *c, const char *sql, const struct toc *toc, struct err *e)
{
	struct buf oids = {0};
	const char *value;
	PGresult *r = NULL;

	if (oid_array(&oids, toc, e) == 0) {
		value = buf_cstr(&oids);
		r = pg_query_params(c, sql, 1, &value, e);
	}
	buf_free(&oids);
	return r;
}

static int lock_named(struct session *s, PGresult *names, bool nowait, struct err *e)
{
	struct buf sql = {0};
	int ret = 0;

	for (int i = 0; i < PQntuples(names) && ret == 0; i++) {
		bool last = i % LOCK_BATCH == LOCK_BATCH - 1 || i == PQntuples(names) - 1;

		ret = buf_fmt(&sql, e, "%s%s%s", sql.len == 0 ? "LOCK TABLE ONLY " : ", ONLY ",
		    PQgetvalue(names, i, 0),
		    !last    ? ""
		    : nowait ? " IN ACCESS SHARE MODE NOWAIT"
			     : " IN ACCESS SHARE MODE");
		if (ret == 0 && last) {
			ret = pg_exec(s->leader, e, "%s", buf_cstr(&sql));
			buf_clear(&sql);
		}
	}
	buf_free(&sql);
	return ret;
}

/* The names are those of the snapshot; a table that is gone was there when the dump began. */
static int lock_failed(const struct err *why, struct err *e)
{
	if (why->code != EX_NOINPUT)
		return err_set(e, why->code, "%s", why->text);
	return err_set(e, EX_TEMPFAIL,
	    "%s: dropped or renamed by another session while the dump began; run it again",
	    why->text);
}

int tables_lock(struct session *s, const struct toc *toc, bool nowait, struct err *e)
{
	struct err why = {0};
	struct err undo = {0};
	PGresult *names;
	int ret;

	if (pg_exec(s->leader, e, "SAVEPOINT locks") != 0)
		return -1;
	names = query_by_oids(s->leader,
	    "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname)"
	    " FROM pg_catalog.unnest($1::pg_catalog.oid[]) WITH ORDINALITY AS o(oid, i)"
	    " JOIN pg_catalog.pg_class c ON c.oid = o.oid"
	    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace ORDER BY o.i",
	    toc, e);
	if (names == NULL)
		return -1;
	ret = lock_named(s, names, nowait, &why);
	PQclear(names);
	if (ret == 0)
		return 0;
	if (nowait)
		pg_exec(s->leader, &undo, "ROLLBACK TO SAVEPOINT locks");
	return lock_failed(&why, e);
}

/*
 * What COPY depends on: the names, and the file (TRUNCATE and most of ALTER TABLE make a new one,
 * which looks empty to older snapshots).
 */
static const char shape_query[] =
    "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), c.relfilenode,"
    " pg_catalog.md5((SELECT pg_catalog.string_agg(pg_catalog.format('%s %I %s', a.attnum,"
    "   a.attname, a.attgenerated), ',' ORDER BY a.attnum) FROM pg_catalog.pg_attribute a"
    "   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped))"
    " FROM pg_catalog.unnest($1::pg_catalog.oid[]) WITH ORDINALITY AS o(oid, i)"
    " LEFT JOIN pg_catalog.pg_class c ON c.oid = o.oid"
    " LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace ORDER BY o.i";

static int compare_shapes(const PGresult *then, const PGresult *now, struct err *e)
{
	for (int row = 0; row < PQntuples(then); row++) {
		for (int col = 0; col < PQnfields(then); col++) {
			if (strcmp(PQgetvalue(then, row, col), PQgetvalue(now, row, col)) == 0)
				continue;
			return err_set(e, EX_TEMPFAIL,
			    "table %s was truncated, rewritten, altered, renamed or dropped by "
			    "another session while the dump began; run it again",
			    PQgetvalue(then, row, 0));
		}
	}
	return 0;
}

/* Between the snapshot and the lock anybody could change a table, and COPY does not look at the
 * catalogs of the snapshot. Compare those with the present ones, which the locks keep. */
static int refuse_changed(struct session *s, const struct toc *toc, struct err *e)
{
	PGconn *present = session_present(s, e);
	PGresult *then = NULL;
	PGresult *now = NULL;
	int ret = -1;

	if (present != NULL)
		then = query_by_oids(s->leader, shape_query, toc, e);
	if (then != NULL)
		now = query_by_oids(present, shape_query, toc, e);
	if (now != NULL)
		ret = compare_shapes(then, now, e);
	PQclear(then);
	PQclear(now);
	PQfinish(present);
	return ret;
}

static char *copy_value(const PGresult *r, int row, int col, struct err *e)
{
	char *text = strdup(PQgetvalue(r, row, col));

	if (text == NULL)
		err_nomem(e);
	return text;
}

/* Catalog names as bytes of UTF-8 (hex text of a bytea) where a conversion exists. */
static json_t *name_value(const PGresult *r, int row, int col, struct err *e)
{
	size_t len;
	unsigned char *bytes =
	    PQunescapeBytea((const unsigned char *)PQgetvalue(r, row, col), &len);
	char *text = bytes != NULL ? strndup((const char *)bytes, len) : NULL;
	json_t *name = text != NULL ? mark_name(text) : NULL;

	free(text);
	PQfreemem(bytes);
	if (name == NULL)
		err_nomem(e);
	return name;
}

enum column {
	C_OID,
	C_SCHEMA,
	C_NAME,
	C_SQL_NAME,
	C_COLUMNS,
	C_CONDITION,
	C_PAGES,
	C_BYTES,
	C_HEAP
};

static int table_of_row(struct table *t, const PGresult *r, int row, int version, struct err *e)
{
	t->oid = (uint32_t)strtoul(PQgetvalue(r, row, C_OID), NULL, 10);
	t->schema = name_value(r, row, C_SCHEMA, e);
	t->name = name_value(r, row, C_NAME, e);
	t->sql_name = copy_value(r, row, C_SQL_NAME, e);
	t->columns = copy_value(r, row, C_COLUMNS, e);
	t->condition = copy_value(r, row, C_CONDITION, e);
	t->pages = strtoull(PQgetvalue(r, row, C_PAGES), NULL, 10);
	t->bytes = strtoull(PQgetvalue(r, row, C_BYTES), NULL, 10);
	if (e->code != 0)
		return -1;
	/* Older servers read the whole table for every range of ctid; other access methods may give
	 * ctid another meaning. */
	t->by_ctid = version >= 140000 && PQgetvalue(r, row, C_HEAP)[0] == 't' &&
		     t->condition[0] == '\0' && t->columns[0] != '\0';
	return 0;
}

static const char columns_query[] =
    "SELECT c.oid, pg_catalog.convert_to(n.nspname, '%s'), pg_catalog.convert_to(c.relname, '%s'),"
    " pg_catalog.format('%%I.%%I', n.nspname, c.relname),"
    " coalesce((SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', '"
    "   ORDER BY a.attnum) FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid"
    "   AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''), ''),"
    " coalesce((SELECT x.extcondition[pg_catalog.array_position(x.extconfig, c.oid)]"
    "   FROM pg_catalog.pg_extension x WHERE c.oid = ANY (x.extconfig) LIMIT 1), ''),"
    " pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::int8,"
    " pg_catalog.pg_table_size(c.oid),"
    " coalesce((SELECT m.amname = 'heap' FROM pg_catalog.pg_am m WHERE m.oid = c.relam), false)"
    " FROM pg_catalog.unnest($1::pg_catalog.oid[]) WITH ORDINALITY AS o(oid, i)"
    " JOIN pg_catalog.pg_class c ON c.oid = o.oid"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace ORDER BY o.i";

static PGresult *query_tables(struct session *s, const struct toc *toc, struct err *e)
{
	/* Nothing converts to or from SQL_ASCII. */
	const char *to = strcmp(s->encoding, "SQL_ASCII") == 0 ? "SQL_ASCII" : "UTF8";
	struct buf sql = {0};
	PGresult *r = NULL;

	if (buf_fmt(&sql, e, columns_query, to, to) == 0)
		r = query_by_oids(s->leader, buf_cstr(&sql), toc, e);
	buf_free(&sql);
	return r;
}

int tables_read(struct tables *t, struct session *s, const struct toc *toc, struct err *e)
{
	PGresult *r;

	*t = (struct tables){0};
	if (toc->tables == 0)
		return 0;
	if (refuse_changed(s, toc, e) != 0)
		return -1;
	r = query_tables(s, toc, e);
	if (r == NULL)
		return -1;
	t->items = calloc((size_t)PQntuples(r) + 1, sizeof(*t->items));
	if (t->items == NULL)
		err_nomem(e);
	for (int i = 0; i < PQntuples(r) && e->code == 0; i++) {
		t->count++;
		if (table_of_row(&t->items[i], r, i, s->server_version_num, e) == 0)
			t->bytes += t->items[i].bytes;
	}
	PQclear(r);
	if (e->code == 0 && t->count != toc->tables)
		err_set(e, EX_SOFTWARE,
		    "pg_dump selected %zu tables and the catalogs have %zu of them", toc->tables,
		    t->count);
	return e->code != 0 ? -1 : 0;
}

void tables_free(struct tables *t)
{
	for (size_t i = 0; i < t->count; i++) {
		json_decref(t->items[i].schema);
		json_decref(t->items[i].name);
		free(t->items[i].sql_name);
		free(t->items[i].columns);
		free(t->items[i].condition);
	}
	free(t->items);
	*t = (struct tables){0};
}
