#include "plan.h"

#include "dumpstream/mark.h"

#include <inttypes.h>

/* How many heap pages carry PLAN_CHUNK_BYTES, their share of TOAST included. */
static uint64_t pages_per_chunk(const struct table *t)
{
	uint64_t bytes_per_page = t->bytes / (t->pages != 0 ? t->pages : 1) + 1;
	uint64_t pages = PLAN_CHUNK_BYTES / bytes_per_page;

	return pages > 0 ? pages : 1;
}

static unsigned chunk_count(const struct table *t)
{
	uint64_t n;

	if (!t->by_ctid || t->pages == 0)
		return 1;
	n = t->pages / pages_per_chunk(t);
	return n > 1 ? (unsigned)n : 1;
}

bool plan_next(struct plan *p, struct chunk *c)
{
	const struct table *t;

	if (p->table == p->tables->count)
		return false;
	t = &p->tables->items[p->table];
	c->table = p->table;
	c->number = ++p->number;
	c->count = chunk_count(t);
	/* Of equal size: a short last one would leave the other connections idle. */
	c->pages = (t->pages + c->count - 1) / c->count;
	c->first_page = c->pages * (c->number - 1);
	if (c->number == c->count) {
		p->table++;
		p->number = 0;
	}
	return true;
}

static int page_range(struct buf *b, const struct chunk *c, struct err *e)
{
	if (buf_fmt(b, e, " WHERE ctid >= '(%" PRIu64 ",0)'", c->first_page) != 0)
		return -1;
	if (c->number == c->count)
		return 0;
	return buf_fmt(b, e, " AND ctid < '(%" PRIu64 ",0)'", c->first_page + c->pages);
}

int plan_copy_out(struct buf *b, const struct table *t, const struct chunk *c, struct err *e)
{
	if (c->count == 1 && t->condition[0] == '\0')
		return buf_fmt(b, e,
		    t->columns[0] != '\0' ? "COPY %s (%s) TO stdout" : "COPY %s TO stdout",
		    t->sql_name, t->columns);
	if (buf_fmt(b, e, "COPY (SELECT %s FROM ONLY %s ", t->columns, t->sql_name) != 0 ||
	    (c->count == 1 ? buf_str(b, t->condition, e) : page_range(b, c, e)) != 0)
		return -1;
	return buf_str(b, ") TO stdout", e);
}

int plan_copy_in(struct buf *b, const struct table *t, const struct chunk *c, struct err *e)
{
	if (mark_add(b, "copy",
		json_pack("{s:O, s:O, s:i, s:i}", "schema", t->schema, "table", t->name, "chunk",
		    (int)c->number, "chunks", (int)c->count),
		e) != 0)
		return -1;
	if (t->columns[0] == '\0')
		return buf_fmt(b, e, "COPY %s FROM stdin;\n", t->sql_name);
	return buf_fmt(b, e, "COPY %s (%s) FROM stdin;\n", t->sql_name, t->columns);
}
