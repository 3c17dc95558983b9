#include "writer.h"

#include "base/io.h"
#include "base/stop.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NUDGE_NS (100 * 1000 * 1000)

struct piece {
	const void *data;
	size_t len;
};

struct writer {
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	struct piece *queue; /* a ring */
	uint64_t put;
	uint64_t written;
	bool closing;
	bool ended;
	struct err err;
	/* constant */
	unsigned queue_max;
	int fd;
	const char *name;
	void (*notify)(void *arg);
	void *arg;
	pthread_t thread;
	bool started;
};

static bool take(struct writer *w, struct piece *p)
{
	bool more;

	pthread_mutex_lock(&w->lock);
	while (w->put == w->written && !w->closing)
		pthread_cond_wait(&w->changed, &w->lock);
	more = !w->closing;
	if (more)
		*p = w->queue[w->written % w->queue_max];
	pthread_mutex_unlock(&w->lock);
	return more;
}

/* return whether to go on */
static bool note(struct writer *w, const struct err *e)
{
	pthread_mutex_lock(&w->lock);
	if (e->code == 0)
		w->written++;
	else
		w->err = *e;
	pthread_mutex_unlock(&w->lock);
	w->notify(w->arg);
	return e->code == 0;
}

static void *run(void *arg)
{
	struct writer *w = arg;
	struct err e = {0};
	struct piece p;

	while (take(w, &p)) {
		io_write(w->fd, p.data, p.len, w->name, &e);
		if (!note(w, &e))
			break;
	}
	pthread_mutex_lock(&w->lock);
	w->ended = true;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

int writer_open(struct writer **out, unsigned queue_max, int fd, const char *name,
    void (*notify)(void *arg), void *arg, struct err *e)
{
	struct writer *w = calloc(1, sizeof(*w));
	int failed;

	*out = w;
	if (w == NULL)
		return err_nomem(e);
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->changed, NULL);
	w->queue_max = queue_max;
	w->fd = fd;
	w->name = name;
	w->notify = notify;
	w->arg = arg;
	w->queue = calloc(queue_max, sizeof(*w->queue));
	if (w->queue == NULL)
		return err_nomem(e);
	failed = pthread_create(&w->thread, NULL, run, w);
	if (failed != 0)
		return err_set(e, EX_OSERR, "cannot start a thread: %s", strerror(failed));
	w->started = true;
	return 0;
}

void writer_put(struct writer *w, const void *data, size_t len)
{
	pthread_mutex_lock(&w->lock);
	w->queue[w->put++ % w->queue_max] = (struct piece){data, len};
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

int writer_written(struct writer *w, uint64_t *n, struct err *e)
{
	pthread_mutex_lock(&w->lock);
	*n = w->written;
	if (w->err.code != 0)
		*e = w->err;
	pthread_mutex_unlock(&w->lock);
	return e->code == 0 ? 0 : -1;
}

/*
 * A write(2) to a full pipe blocks however the descriptor polled, and the signal that asked for
 * the stop was another thread's. So it is sent on to this one, until it has come out of there.
 */
static void wait_ended(struct writer *w)
{
	struct timespec until;

	pthread_mutex_lock(&w->lock);
	w->closing = true;
	pthread_cond_broadcast(&w->changed);
	while (!w->ended) {
		if (stop_signal() != 0)
			pthread_kill(w->thread, stop_signal());
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += NUDGE_NS;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		pthread_cond_timedwait(&w->changed, &w->lock, &until);
	}
	pthread_mutex_unlock(&w->lock);
}

void writer_close(struct writer *w)
{
	if (w == NULL)
		return;
	if (w->started) {
		wait_ended(w);
		pthread_join(w->thread, NULL);
	}
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->changed);
	free(w->queue);
	free(w);
}
