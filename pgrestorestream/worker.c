#include "worker.h"

#include "base/prog.h"
#include "base/stop.h"
#include "session.h"

#include <stdlib.h>

enum next { NEXT_QUIT, NEXT_BATCH, NEXT_CLOSE };

/* Wait for something to do. The worker is busy from here on. */
static enum next take(struct worker *w, struct batch **b)
{
	struct pool *p = w->pool;
	enum next next = NEXT_QUIT;

	pthread_mutex_lock(&p->lock);
	w->busy = w->load.target != NULL;
	pthread_cond_broadcast(&p->changed);
	while (!pool_failed(p) && !p->quit) {
		if (p->head != NULL && p->head->continues == w->in_line) {
			*b = p->head;
			p->head = p->head->next;
			w->busy = true;
			next = NEXT_BATCH;
			break;
		}
		if (p->draining && p->head == NULL && w->load.target != NULL) {
			next = NEXT_CLOSE;
			break;
		}
		pthread_cond_wait(&p->changed, &p->lock);
	}
	pthread_mutex_unlock(&p->lock);
	return next;
}

static void give_back(struct pool *p, struct batch *b)
{
	free(b->command);
	pthread_mutex_lock(&p->lock);
	*b = (struct batch){.next = p->free, .data = b->data};
	p->free = b;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
}

/* Settings are only added to while nothing is queued or running, so that they need no lock here. */
static int apply_settings(struct worker *w, struct err *e)
{
	for (; w->settings < w->pool->nsettings; w->settings++) {
		if (pg_exec(w->load.c, e, "%s", w->pool->settings[w->settings]) != 0)
			return -1;
	}
	return 0;
}

static int run_command(struct worker *w, const char *sql, struct err *e)
{
	struct err refused = {0};

	if (w->load.target != NULL && load_end(&w->load, e) != 0)
		return -1;
	if (pg_exec(w->load.c, &refused, "%s", sql) != 0 && stop_signal() == 0)
		prog_note("warning: %s", refused.text);
	return stop_signal() != 0 ? stop_err(e) : 0;
}

static int run_batch(struct worker *w, const struct batch *b, struct err *e)
{
	struct load *l = &w->load;

	if (apply_settings(w, e) != 0)
		return -1;
	if (b->target == NULL)
		return run_command(w, b->command, e);
	if (l->target != NULL && !b->continues && (l->target != b->target || load_full(l)) &&
	    load_end(l, e) != 0)
		return -1;
	if (l->target == NULL && load_begin(l, b->target, e) != 0)
		return -1;
	w->in_line = b->more;
	return load_data(l, b->data, b->len, b->line, e);
}

static int serve(struct worker *w, struct err *e)
{
	struct batch *b;
	int ret = 0;

	while (ret == 0) {
		switch (take(w, &b)) {
		case NEXT_QUIT:
			return 0;
		case NEXT_CLOSE:
			ret = load_end(&w->load, e);
			break;
		case NEXT_BATCH:
			ret = run_batch(w, b, e);
			give_back(w->pool, b);
			break;
		}
	}
	return ret;
}

static int connect_worker(struct worker *w, struct err *e)
{
	w->load.c = session_beside(w->pool->beside, NULL, w->pool->o, e);
	if (w->load.c == NULL)
		return -1;
	pthread_mutex_lock(&w->pool->lock);
	w->cancel = PQgetCancel(w->load.c);
	pthread_mutex_unlock(&w->pool->lock);
	return 0;
}

void *worker_run(void *arg)
{
	struct worker *w = arg;
	struct pool *p = w->pool;
	struct err e = {0};
	bool connected = connect_worker(w, &e) == 0;

	if (connected)
		serve(w, &e);
	pthread_mutex_lock(&p->lock);
	/* A server with no room for all of us is served by those that came in. */
	if (!connected && e.code == EX_TEMPFAIL && stop_signal() == 0 && p->alive > 1)
		prog_note("%s; going on with fewer connections", e.text);
	else if (e.code != 0 && !pool_failed(p))
		p->failure = e;
	PQfreeCancel(w->cancel);
	w->cancel = NULL;
	w->busy = false;
	p->alive--;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
	PQfinish(w->load.c);
	return NULL;
}
