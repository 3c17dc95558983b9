#include "pool.h"

#include "dumpstream/sqllex.h"
#include "worker.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CANCEL_AGAIN_NS (200L * 1000 * 1000)

static int start_workers(struct pool *p, struct err *e)
{
	p->workers = calloc(p->o->jobs, sizeof(*p->workers));
	p->nbatches = POOL_BATCHES(p->o->jobs);
	p->batches = calloc(p->nbatches, sizeof(*p->batches));
	if (p->workers == NULL || p->batches == NULL)
		return err_nomem(e);
	for (size_t i = 0; i < p->nbatches; i++) {
		p->batches[i].next = p->free;
		p->free = &p->batches[i];
	}
	for (; p->nworkers < p->o->jobs; p->nworkers++) {
		struct worker *w = &p->workers[p->nworkers];

		w->pool = p;
		pthread_mutex_lock(&p->lock);
		p->alive++;
		if (pthread_create(&w->thread, NULL, worker_run, w) != 0) {
			p->alive--;
			err_set(e, EX_OSERR, "cannot start a thread");
		}
		pthread_mutex_unlock(&p->lock);
		if (e->code != 0)
			return -1;
	}
	return 0;
}

struct pool *pool_new(PGconn *beside, const struct restore_options *o, struct err *e)
{
	struct pool *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		err_nomem(e);
		return NULL;
	}
	p->beside = beside;
	p->o = o;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->changed, NULL);
	if (start_workers(p, e) != 0) {
		pool_free(p);
		return NULL;
	}
	return p;
}

int pool_setting(struct pool *p, const char *sql, struct err *e)
{
	int ret = 0;
	char **settings;

	pthread_mutex_lock(&p->lock);
	settings = realloc(p->settings, (p->nsettings + 1) * sizeof(*settings));
	if (settings != NULL)
		p->settings = settings;
	if (settings == NULL || (settings[p->nsettings] = strdup(sql)) == NULL)
		ret = err_nomem(e);
	else
		p->nsettings++;
	pthread_mutex_unlock(&p->lock);
	return ret;
}

/* Have p->current be an empty batch. Waits for one. */
static int next_batch(struct pool *p, struct err *e)
{
	pthread_mutex_lock(&p->lock);
	while (!pool_failed(p) && p->free == NULL)
		pthread_cond_wait(&p->changed, &p->lock);
	if (pool_failed(p)) {
		*e = p->failure;
	} else {
		p->current = p->free;
		p->free = p->current->next;
	}
	pthread_mutex_unlock(&p->lock);
	return e->code != 0 ? -1 : 0;
}

static void post(struct pool *p)
{
	struct batch *b = p->current;

	p->current = NULL;
	if (b == NULL)
		return;
	if (b->target != NULL)
		b->more = b->data[b->len - 1] != '\n';
	p->in_line = b->more;
	b->next = NULL;
	pthread_mutex_lock(&p->lock);
	if (p->head == NULL)
		p->head = b;
	else
		p->tail->next = b;
	p->tail = b;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
}

/* Chunks of one table have one statement: a COPY that is open can go on with the next one. */
static bool same_as_last(const struct pool *p, const char *sql, const struct tally_table *table)
{
	const struct load_target *last = p->ntargets > 0 ? p->targets[p->ntargets - 1] : NULL;

	return last != NULL && last->table == table && strcmp(last->sql, sql) == 0;
}

int pool_copy(
    struct pool *p, const char *sql, struct tally_table *table, uint64_t line, struct err *e)
{
	struct load_target **targets;
	struct load_target *target;

	post(p);
	if (same_as_last(p, sql, table))
		return 0;
	targets = realloc(p->targets, (p->ntargets + 1) * sizeof(*targets));
	if (targets == NULL)
		return err_nomem(e);
	p->targets = targets;
	target = calloc(1, sizeof(*target));
	if (target == NULL)
		return err_nomem(e);
	target->table = table;
	target->line = line;
	target->sql = strdup(sql);
	targets[p->ntargets++] = target;
	return target->sql != NULL ? 0 : err_nomem(e);
}

static int begin_copy_batch(struct pool *p, uint64_t line, struct err *e)
{
	struct batch *b;

	if (next_batch(p, e) != 0)
		return -1;
	b = p->current;
	b->target = p->targets[p->ntargets - 1];
	b->line = line;
	b->continues = p->in_line;
	if (b->data == NULL)
		b->data = malloc(POOL_BATCH);
	return b->data != NULL ? 0 : err_nomem(e);
}

/* How much of the text goes into the batch so that it ends at a line end, if it can. */
static size_t fitting(const struct batch *b, const char *text, size_t len)
{
	size_t room = POOL_BATCH - b->len;
	const char *nl;

	if (len <= room)
		return len;
	nl = memrchr(text, '\n', room);
	if (nl != NULL)
		return (size_t)(nl - text) + 1;
	return b->len > 0 && b->data[b->len - 1] == '\n' ? 0 : room;
}

int pool_data(struct pool *p, const char *text, size_t len, uint64_t line, struct err *e)
{
	while (len > 0) {
		struct batch *b;
		size_t n;

		if (p->current == NULL && begin_copy_batch(p, line, e) != 0)
			return -1;
		b = p->current;
		n = fitting(b, text, len);
		memcpy(b->data + b->len, text, n);
		b->len += n;
		line += sqllex_newlines(text, n);
		text += n;
		len -= n;
		if (len > 0)
			post(p);
	}
	return 0;
}

int pool_command(struct pool *p, const char *sql, struct err *e)
{
	post(p);
	if (next_batch(p, e) != 0)
		return -1;
	p->current->command = strdup(sql);
	if (p->current->command == NULL)
		return err_nomem(e);
	post(p);
	return 0;
}

static bool is_idle(const struct pool *p)
{
	for (unsigned i = 0; i < p->nworkers; i++) {
		if (p->workers[i].busy)
			return false;
	}
	return p->head == NULL;
}

int pool_drain(struct pool *p, struct err *e)
{
	if (p == NULL)
		return 0;
	post(p);
	pthread_mutex_lock(&p->lock);
	p->draining = true;
	pthread_cond_broadcast(&p->changed);
	while (!pool_failed(p) && !is_idle(p))
		pthread_cond_wait(&p->changed, &p->lock);
	p->draining = false;
	if (pool_failed(p))
		*e = p->failure;
	pthread_mutex_unlock(&p->lock);
	return e->code != 0 ? -1 : 0;
}

/* A cancel request can come between two queries and hit none: ask until all threads have ended. */
static void end_workers(struct pool *p)
{
	char text[256];

	pthread_mutex_lock(&p->lock);
	p->quit = true;
	pthread_cond_broadcast(&p->changed);
	while (p->alive > 0) {
		struct timespec until;

		for (unsigned i = 0; i < p->nworkers; i++) {
			if (p->workers[i].busy && p->workers[i].cancel != NULL)
				PQcancel(p->workers[i].cancel, text, sizeof(text));
		}
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += CANCEL_AGAIN_NS;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		pthread_cond_timedwait(&p->changed, &p->lock, &until);
	}
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->nworkers; i++)
		pthread_join(p->workers[i].thread, NULL);
}

void pool_free(struct pool *p)
{
	if (p == NULL)
		return;
	end_workers(p);
	for (size_t i = 0; i < p->nbatches && p->batches != NULL; i++) {
		free(p->batches[i].command);
		free(p->batches[i].data);
	}
	for (size_t i = 0; i < p->ntargets; i++) {
		free(p->targets[i]->sql);
		free(p->targets[i]);
	}
	for (size_t i = 0; i < p->nsettings; i++)
		free(p->settings[i]);
	free(p->settings);
	free(p->targets);
	free(p->batches);
	free(p->workers);
	pthread_cond_destroy(&p->changed);
	pthread_mutex_destroy(&p->lock);
	free(p);
}
