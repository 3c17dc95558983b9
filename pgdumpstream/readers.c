#include "readers.h"

#include "base/prog.h"
#include "base/stop.h"
#include "ordered.h"
#include "plan.h"

#include <pthread.h>
#include <stdlib.h>

struct reader {
	struct readers *all;
	pthread_t thread;
	bool started;
	PGconn *conn;
	PGcancel *cancel; /* made before the thread, so that any thread may use it */
	size_t locked; /* index of the table that conn holds a lock on, plus 1 */
	struct buf sql;
};

struct readers {
	const struct session *session;
	struct tables *tables;
	struct ordered *out;
	pthread_mutex_t lock; /* plan and the tables' counts */
	struct plan plan;
	struct reader *items;
	unsigned count;
};

/* Rows of a COPY that has begun, into the lane. */
static int pump_rows(PGconn *c, struct lane *l, uint64_t *rows, uint64_t *bytes, struct err *e)
{
	char *row;
	int n;

	for (;;) {
		n = PQgetCopyData(c, &row, 1);
		if (n > 0) {
			int ret = lane_write(l, row, (size_t)n, e);

			PQfreemem(row);
			if (ret != 0)
				return -1;
			*rows += 1;
			*bytes += (uint64_t)n;
		} else if (n == 0) {
			if (pg_wait_readable(c, e) != 0)
				return -1;
		} else {
			return n == -1 ? 0 : pg_error(c, NULL, e, "the connection was lost");
		}
	}
}

static int copy_rows(PGconn *c, const struct table *t, struct lane *l, uint64_t *rows,
    uint64_t *bytes, struct err *e)
{
	struct err why = {0};
	uint64_t said = 0;

	if (pump_rows(c, l, rows, bytes, &why) != 0 || pg_copy_end(c, &said, &why) != 0)
		return err_set(e, why.code, "cannot read table %s: %s", t->sql_name, why.text);
	if (said != *rows)
		return err_set(e, EX_PROTOCOL,
		    "the server sent %llu rows of table %s and says that it sent %llu",
		    (unsigned long long)*rows, t->sql_name, (unsigned long long)said);
	return 0;
}

/*
 * Begin the COPY on the reader's connection, with the lock that must come first. The lock on the
 * table before is given back: thousands of tables would need thousands of locks.
 */
static int begin_own(struct reader *r, const struct chunk *c, struct err *e)
{
	const struct table *t = &r->all->tables->items[c->table];

	buf_clear(&r->sql);
	if (r->conn != r->all->session->leader && r->locked != c->table + 1 &&
	    buf_fmt(&r->sql, e,
		"ROLLBACK TO SAVEPOINT chunk; LOCK TABLE ONLY %s IN ACCESS SHARE MODE NOWAIT; ",
		t->sql_name) != 0)
		return -1;
	r->locked = 0;
	if (plan_copy_out(&r->sql, t, c, e) != 0 ||
	    pg_copy_begin(r->conn, buf_cstr(&r->sql), PGRES_COPY_OUT, e) != 0)
		return -1;
	r->locked = c->table + 1;
	return 0;
}

/*
 * Begin the COPY on the leader, in this chunk's turn: only the first lane's reader gets here, so
 * that nobody else uses the leader.
 */
static int begin_on_leader(struct reader *r, const struct chunk *c, struct lane *l, struct err *e)
{
	if (lane_turn(l, e) != 0)
		return -1;
	buf_clear(&r->sql);
	if (plan_copy_out(&r->sql, &r->all->tables->items[c->table], c, e) != 0)
		return -1;
	return pg_copy_begin(r->all->session->leader, buf_cstr(&r->sql), PGRES_COPY_OUT, e);
}

static int begin(
    struct reader *r, const struct chunk *c, struct lane *l, PGconn **from, struct err *e)
{
	struct err why = {0};

	*from = r->conn;
	if (begin_own(r, c, &why) == 0)
		return 0;
	if (why.code == EX_TEMPFAIL && stop_signal() == 0 && r->conn != r->all->session->leader &&
	    PQtransactionStatus(r->conn) == PQTRANS_INERROR) {
		*from = r->all->session->leader;
		return begin_on_leader(r, c, l, e);
	}
	return err_set(e, why.code, "%s", why.text);
}

static int read_chunk(struct reader *r, const struct chunk *c, struct lane *l, struct err *e)
{
	struct table *t = &r->all->tables->items[c->table];
	uint64_t rows = 0;
	uint64_t bytes = 0;
	PGconn *from;
	struct buf head = {0};
	int ret = -1;

	if (begin(r, c, l, &from, e) == 0 && plan_copy_in(&head, t, c, e) == 0 &&
	    lane_write(l, head.data, head.len, e) == 0 &&
	    copy_rows(from, t, l, &rows, &bytes, e) == 0 && lane_write(l, "\\.\n\n", 4, e) == 0)
		ret = 0;
	buf_free(&head);
	pthread_mutex_lock(&r->all->lock);
	t->rows += rows;
	t->written += bytes;
	pthread_mutex_unlock(&r->all->lock);
	return ret;
}

/* The next chunk and its lane, in one step: lanes are in the order of the plan. */
static struct lane *take_chunk(struct readers *all, struct chunk *c, struct err *e)
{
	struct lane *l = NULL;

	pthread_mutex_lock(&all->lock);
	if (plan_next(&all->plan, c))
		l = ordered_open(all->out, e);
	else
		ordered_end(all->out);
	pthread_mutex_unlock(&all->lock);
	return l;
}

static void *reader_main(void *arg)
{
	struct reader *r = arg;
	struct err e = {0};
	struct chunk c;
	struct lane *l;

	while (e.code == 0 && (l = take_chunk(r->all, &c, &e)) != NULL) {
		read_chunk(r, &c, l, &e);
		/* After a failure the lane stays open: what follows it must never be written. */
		if (e.code == 0)
			lane_close(l);
	}
	if (e.code != 0)
		ordered_fail(r->all->out, &e);
	return NULL;
}

/* A connection for each reader. The leader reads itself where it would be the only one. */
static int connect_all(struct readers *all, struct err *e)
{
	struct err why = {0};
	unsigned n = 0;

	while (all->count > 1 && n < all->count && why.code == 0) {
		all->items[n].conn = session_join(all->session, &why);
		n += why.code == 0;
	}
	if (why.code != 0 && (why.code != EX_TEMPFAIL || stop_signal() != 0))
		return err_set(e, why.code, "%s", why.text);
	if (why.code != 0)
		prog_note("reading over %u connections instead of %u: %s", n != 0 ? n : 1,
		    all->count, why.text);
	if (n == 0) {
		all->items[0].conn = all->session->leader;
		n = 1;
	}
	all->count = n;
	return 0;
}

static int start_all(struct readers *all, struct err *e)
{
	if (connect_all(all, e) != 0)
		return -1;
	for (unsigned i = 0; i < all->count; i++) {
		struct reader *r = &all->items[i];

		r->all = all;
		r->cancel = PQgetCancel(r->conn);
		if (r->cancel == NULL)
			return err_nomem(e);
	}
	for (unsigned i = 0; i < all->count; i++) {
		struct reader *r = &all->items[i];

		if (pthread_create(&r->thread, NULL, reader_main, r) != 0)
			return err_set(e, EX_OSERR, "cannot start a thread");
		r->started = true;
	}
	return 0;
}

/* Nobody waits for a server that is still busy with what nobody wants any more. */
static void cancel_all(struct readers *all)
{
	char ignored[256];

	for (unsigned i = 0; i < all->count; i++) {
		if (all->items[i].cancel != NULL)
			PQcancel(all->items[i].cancel, ignored, sizeof(ignored));
	}
	if (all->count > 1)
		pg_cancel(all->session->leader);
}

static void join_all(struct readers *all)
{
	for (unsigned i = 0; i < all->count; i++) {
		struct reader *r = &all->items[i];

		if (r->started)
			pthread_join(r->thread, NULL);
		if (r->conn != all->session->leader)
			PQfinish(r->conn);
		PQfreeCancel(r->cancel);
		buf_free(&r->sql);
	}
}

/* More connections than chunks would only cost time. */
static unsigned useful_jobs(const struct tables *t, unsigned jobs)
{
	struct plan p = {.tables = t};
	struct chunk c;
	unsigned n = 0;

	while (n < jobs && plan_next(&p, &c))
		n++;
	return n != 0 ? n : 1;
}

int readers_run(const struct session *s, unsigned jobs, struct tables *t, int fd, const char *name,
    struct err *e)
{
	struct readers all = {.session = s, .tables = t};
	struct err why = {0};

	all.count = useful_jobs(t, jobs);
	all.plan.tables = t;
	all.items = calloc(all.count, sizeof(*all.items));
	all.out = ordered_new(fd, name, (size_t)jobs * READERS_LANE_BYTES, &why);
	pthread_mutex_init(&all.lock, NULL);
	if (all.items == NULL)
		err_nomem(&why);
	if (why.code == 0 && start_all(&all, &why) != 0)
		ordered_fail(all.out, &why);
	if (why.code == 0)
		ordered_run(all.out, &why);
	if (why.code != 0 && all.items != NULL)
		cancel_all(&all);
	if (all.items != NULL)
		join_all(&all);
	pthread_mutex_destroy(&all.lock);
	ordered_free(all.out);
	free(all.items);
	return why.code != 0 ? err_set(e, why.code, "%s", why.text) : 0;
}
