#include "tally.h"

#include "base/buf.h"
#include "pg/pg.h"

#include <inttypes.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

static int by_label(const void *a, const void *b)
{
	const struct tally_table *x = a;
	const struct tally_table *y = b;

	return strcmp(x->label, y->label);
}

static void free_table(void *node)
{
	struct tally_table *t = node;

	free(t->label);
	free(t->sql);
	free(t);
}

void tally_free(struct tally *t)
{
	tdestroy(t->tree, free_table);
	*t = (struct tally){0};
}

static int bad_mark(const char *kind, const json_error_t *je, struct err *e)
{
	return err_set(
	    e, EX_DATAERR, "a line \"%s\" of the dump stream is damaged: %s", kind, je->text);
}

/* return the table of a mark, made when it is new, or NULL with *e set */
static struct tally_table *table_of(struct tally *t, json_t *mark, const char *kind, struct err *e)
{
	struct tally_table *table = calloc(1, sizeof(*table));
	struct tally_table **found = NULL;
	struct buf label = {0};
	const char *schema;
	const char *name;
	json_error_t je;

	if (table == NULL) {
		err_nomem(e);
	} else if (json_unpack_ex(mark, &je, 0, "{s:s, s:s}", "schema", &schema, "table", &name) !=
		   0) {
		bad_mark(kind, &je, e);
	} else if (pg_ident(&label, schema, e) == 0 && buf_str(&label, ".", e) == 0 &&
		   pg_ident(&label, name, e) == 0) {
		table->label = label.data;
		found = tsearch(table, &t->tree, by_label);
		if (found == NULL)
			err_nomem(e);
	}
	if (found == NULL || *found != table) {
		buf_free(&label);
		free(table);
	} else {
		t->tables++;
	}
	return found != NULL ? *found : NULL;
}

int tally_copy(struct tally *t, json_t *mark, struct tally_table **out, struct err *e)
{
	struct tally_table *table = table_of(t, mark, "copy", e);
	json_int_t chunk;
	json_int_t chunks;
	json_error_t je;

	*out = table;
	if (table == NULL)
		return -1;
	if (json_unpack_ex(mark, &je, 0, "{s:I, s:I}", "chunk", &chunk, "chunks", &chunks) != 0)
		return bad_mark("copy", &je, e);
	if (table->chunk == 0 && chunks > 0)
		table->chunks = (uint64_t)chunks;
	if (chunk != (json_int_t)table->chunk + 1 || chunks != (json_int_t)table->chunks ||
	    chunk > chunks)
		return err_set(e, EX_DATAERR,
		    "the dump stream is damaged: chunk %" PRId64 " of %" PRId64
		    " of table %s comes after chunk %" PRIu64,
		    (int64_t)chunk, (int64_t)chunks, table->label, table->chunk);
	table->chunk++;
	return 0;
}

int tally_set_sql(struct tally_table *table, const char *sql, size_t len, struct err *e)
{
	free(table->sql);
	table->sql = strndup(sql, len);
	return table->sql != NULL ? 0 : err_nomem(e);
}

void tally_add_rows(struct tally_table *table, uint64_t rows)
{
	atomic_fetch_add(&table->rows, rows);
}

int tally_rows(struct tally *t, json_t *mark, struct err *e)
{
	struct tally_table *table = table_of(t, mark, "rows", e);
	json_int_t rows;
	json_int_t bytes;
	json_error_t je;

	if (table == NULL)
		return -1;
	if (json_unpack_ex(mark, &je, 0, "{s:I, s:I}", "rows", &rows, "bytes", &bytes) != 0)
		return bad_mark("rows", &je, e);
	if (table->listed)
		return err_set(e, EX_DATAERR,
		    "the dump stream is damaged: its trailer has table %s twice", table->label);
	table->listed = true;
	table->listed_rows = (uint64_t)rows;
	table->listed_bytes = (uint64_t)bytes;
	return 0;
}

int tally_blobs(struct tally *t, json_t *mark, struct err *e)
{
	json_int_t count;
	json_int_t bytes;
	json_error_t je;

	if (json_unpack_ex(mark, &je, 0, "{s:I, s:I}", "count", &count, "bytes", &bytes) != 0)
		return bad_mark("blobs", &je, e);
	if (t->blobs != (uint64_t)count || t->blob_bytes != (uint64_t)bytes)
		return err_set(e, EX_DATAERR,
		    "the dump stream is damaged: it holds %" PRIu64 " large objects of %" PRIu64
		    " bytes, and its trailer says %" PRId64 " of %" PRId64,
		    t->blobs, t->blob_bytes, (int64_t)count, (int64_t)bytes);
	t->blobs_listed = true;
	return 0;
}

struct sums {
	uint64_t rows;
	uint64_t bytes;
	struct err *e;
};

static void compare(const struct tally_table *table, void *arg)
{
	uint64_t rows = atomic_load(&table->rows);
	struct sums *s = arg;

	s->rows += table->listed_rows;
	s->bytes += table->listed_bytes;
	if (table->chunk == 0)
		err_set(s->e, EX_DATAERR,
		    "the dump stream is damaged: its trailer has table %s, and no data is there "
		    "for it",
		    table->label);
	else if (!table->listed)
		err_set(s->e, EX_DATAERR,
		    "the dump stream is damaged: it has data for table %s, which its trailer does "
		    "not "
		    "list",
		    table->label);
	else if (table->chunk != table->chunks)
		err_set(s->e, EX_DATAERR,
		    "the dump stream is damaged: table %s has %" PRIu64 " of its %" PRIu64
		    " chunks",
		    table->label, table->chunk, table->chunks);
	else if (rows != table->listed_rows || table->bytes != table->listed_bytes)
		err_set(s->e, EX_DATAERR,
		    "table %s got %" PRIu64 " rows from %" PRIu64
		    " bytes, and the dump was of %" PRIu64 " rows in %" PRIu64 " bytes",
		    table->label, rows, table->bytes, table->listed_rows, table->listed_bytes);
}

struct visitor {
	void (*visit)(const struct tally_table *table, void *arg);
	void *arg;
};

static void visit_node(const void *node, VISIT which, void *closure)
{
	struct tally_table *const *table = node;
	const struct visitor *v = closure;

	if (which == postorder || which == leaf)
		v->visit(*table, v->arg);
}

void tally_each(
    struct tally *t, void (*visit)(const struct tally_table *table, void *arg), void *arg)
{
	struct visitor v = {visit, arg};

	twalk_r(t->tree, visit_node, &v);
}

int tally_end(struct tally *t, json_t *mark, struct err *e)
{
	struct sums s = {0, 0, e};
	json_int_t tables;
	json_int_t rows;
	json_int_t bytes;
	json_error_t je;

	if (json_unpack_ex(mark, &je, 0, "{s:I, s:I, s:I}", "tables", &tables, "rows", &rows,
		"bytes", &bytes) != 0)
		return bad_mark("end", &je, e);
	tally_each(t, compare, &s);
	if (e->code == 0 && t->blobs > 0 && !t->blobs_listed)
		err_set(e, EX_DATAERR,
		    "the dump stream is damaged: it has large objects, which its trailer does not "
		    "list");
	if (e->code == 0 && (t->tables != (uint64_t)tables || s.rows != (uint64_t)rows ||
				s.bytes != (uint64_t)bytes))
		err_set(e, EX_DATAERR,
		    "the dump stream is damaged: the sums in its last line are not those of its "
		    "trailer");
	return e->code != 0 ? -1 : 0;
}
