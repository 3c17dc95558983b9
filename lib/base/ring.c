#include "base/ring.h"

#include "base/stop.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NEVER UINT64_MAX

/*
 * Slots are counted by their number in the stream; number n lives in slot n % nslots.
 * drained <= taken <= filled <= drained + nslots. All fields below the lock are guarded by it.
 */
struct ring {
	const struct ring_job *job;
	pthread_t *threads; /* the drainer, then the workers */
	unsigned nthreads;

	pthread_mutex_t lock;
	pthread_cond_t can_fill;
	pthread_cond_t can_work;
	pthread_cond_t can_drain;
	bool *worked; /* by slot: work() is done */
	uint64_t filled; /* slots filled so far */
	uint64_t taken; /* slots that a worker took */
	uint64_t drained; /* slots drained */
	bool ended; /* nothing more will be filled */
	bool over; /* the drainer has ended: nobody needs anything any more */
	uint64_t failed_at; /* number of the first slot that failed, NEVER while there is none */
	struct err err; /* and why */
	unsigned nworkers; /* started so far */
};

static void *slot_of(const struct ring *r, uint64_t number)
{
	return (char *)r->job->slots + (size_t)(number % r->job->nslots) * r->job->slot_size;
}

/* Record a failure of slot `number`, unless an earlier slot has failed already. Under the lock. */
static void fail_at(struct ring *r, uint64_t number, const struct err *e)
{
	if (number >= r->failed_at)
		return;
	r->failed_at = number;
	r->err = *e;
	pthread_cond_broadcast(&r->can_fill);
	pthread_cond_broadcast(&r->can_work);
	pthread_cond_signal(&r->can_drain);
}

static int call_work(const struct ring *r, unsigned worker, void *slot, struct err *e)
{
	if (stop_signal() != 0)
		return stop_err(e);
	return r->job->work(r->job->ctx, worker, slot, e);
}

static int call_drain(const struct ring *r, void *slot, struct err *e)
{
	if (stop_signal() != 0)
		return stop_err(e);
	return r->job->drain(r->job->ctx, slot, e);
}

static enum ring_fill call_fill(const struct ring *r, void *slot, struct err *e)
{
	if (stop_signal() != 0)
		return (enum ring_fill)stop_err(e);
	return r->job->fill(r->job->ctx, slot, e);
}

/* The next slot for a worker, or NEVER when there is nothing left to do. Under the lock. */
static uint64_t take(struct ring *r)
{
	for (;;) {
		if (r->over || r->taken >= r->failed_at)
			return NEVER;
		if (r->taken < r->filled)
			return r->taken++;
		if (r->ended)
			return NEVER;
		pthread_cond_wait(&r->can_work, &r->lock);
	}
}

static void *worker_main(void *arg)
{
	struct ring *r = arg;
	unsigned worker;
	uint64_t number;

	pthread_mutex_lock(&r->lock);
	worker = r->nworkers++;
	while ((number = take(r)) != NEVER) {
		struct err e = {0};
		int rc;

		pthread_mutex_unlock(&r->lock);
		rc = call_work(r, worker, slot_of(r, number), &e);
		pthread_mutex_lock(&r->lock);
		if (rc != 0)
			fail_at(r, number, &e);
		r->worked[number % r->job->nslots] = true;
		if (number == r->drained)
			pthread_cond_signal(&r->can_drain);
	}
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

/* Wait until the next slot in order is worked; false when there is none or it failed. Locked. */
static bool drainable(struct ring *r)
{
	for (;;) {
		if (r->drained >= r->failed_at)
			return false;
		if (r->drained < r->filled && r->worked[r->drained % r->job->nslots])
			return true;
		if (r->ended && r->drained == r->filled)
			return false;
		pthread_cond_wait(&r->can_drain, &r->lock);
	}
}

static void *drainer_main(void *arg)
{
	struct ring *r = arg;

	pthread_mutex_lock(&r->lock);
	while (drainable(r)) {
		uint64_t number = r->drained;
		struct err e = {0};
		int rc;

		pthread_mutex_unlock(&r->lock);
		rc = call_drain(r, slot_of(r, number), &e);
		pthread_mutex_lock(&r->lock);
		if (rc != 0) {
			fail_at(r, number, &e);
			break;
		}
		r->worked[number % r->job->nslots] = false;
		r->drained++;
		pthread_cond_signal(&r->can_fill);
	}
	r->over = true;
	pthread_cond_broadcast(&r->can_fill);
	pthread_cond_broadcast(&r->can_work);
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

static int start_thread(struct ring *r, void *(*entry)(void *), struct err *e)
{
	int rc = pthread_create(&r->threads[r->nthreads], NULL, entry, r);

	if (rc != 0) {
		errno = rc;
		return err_sys(e, EX_OSERR, "cannot start a thread");
	}
	r->nthreads++;
	return 0;
}

/* One more worker for the slot just filled, while there are fewer than wanted. The drainer comes
 * before the first worker. The refusal of a thread is a failure only where no worker runs. */
static int start_threads(struct ring *r, struct err *e)
{
	struct err refused = {0};

	if (r->nthreads == 0 && start_thread(r, drainer_main, e) != 0)
		return -1;
	if (r->nthreads > r->job->nworkers)
		return 0;
	if (start_thread(r, worker_main, r->nthreads == 1 ? e : &refused) != 0)
		return r->nthreads == 1 ? -1 : 0;
	return 0;
}

/* Wait for a free slot; false when a failure makes another one pointless. */
static bool fillable(struct ring *r)
{
	bool yes;

	pthread_mutex_lock(&r->lock);
	while (!r->over && r->failed_at == NEVER && r->filled - r->drained == r->job->nslots)
		pthread_cond_wait(&r->can_fill, &r->lock);
	yes = !r->over && r->failed_at == NEVER;
	pthread_mutex_unlock(&r->lock);
	return yes;
}

static void publish(struct ring *r)
{
	pthread_mutex_lock(&r->lock);
	r->filled++;
	pthread_cond_signal(&r->can_work);
	pthread_mutex_unlock(&r->lock);
}

/* `got` says how the slot numbered r->filled was filled: publish it, then fill the others. */
static void fill_all(struct ring *r, enum ring_fill got, struct err *e)
{
	while (got == RING_MORE || got == RING_LAST) {
		if (start_threads(r, e) != 0) {
			got = RING_FAILED;
			break;
		}
		publish(r);
		if (got == RING_LAST || !fillable(r))
			break;
		got = call_fill(r, slot_of(r, r->filled), e);
	}
	pthread_mutex_lock(&r->lock);
	if (got == RING_FAILED)
		fail_at(r, r->filled, e);
	r->ended = true;
	pthread_cond_broadcast(&r->can_work);
	pthread_cond_signal(&r->can_drain);
	pthread_mutex_unlock(&r->lock);
	for (unsigned i = 0; i < r->nthreads; i++)
		pthread_join(r->threads[i], NULL);
}

static int ring_init(struct ring *r, const struct ring_job *job, struct err *e)
{
	memset(r, 0, sizeof(*r));
	r->job = job;
	r->failed_at = NEVER;
	r->threads = calloc(job->nworkers + 1, sizeof(*r->threads));
	r->worked = calloc(job->nslots, sizeof(*r->worked));
	if (r->threads == NULL || r->worked == NULL) {
		free(r->threads);
		free(r->worked);
		return err_nomem(e);
	}
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->can_fill, NULL);
	pthread_cond_init(&r->can_work, NULL);
	pthread_cond_init(&r->can_drain, NULL);
	return 0;
}

static void ring_destroy(struct ring *r)
{
	pthread_cond_destroy(&r->can_drain);
	pthread_cond_destroy(&r->can_work);
	pthread_cond_destroy(&r->can_fill);
	pthread_mutex_destroy(&r->lock);
	free(r->worked);
	free(r->threads);
}

int ring_run(const struct ring_job *job, struct err *e)
{
	struct err fill_err = {0};
	enum ring_fill got;
	struct ring r;
	int rc = 0;

	if (ring_init(&r, job, e) != 0)
		return -1;
	got = call_fill(&r, job->slots, &fill_err);
	if (got == RING_LAST) {
		rc = call_work(&r, 0, job->slots, e);
		if (rc == 0)
			rc = call_drain(&r, job->slots, e);
	} else {
		fill_all(&r, got, &fill_err);
		if (r.failed_at != NEVER)
			rc = err_set(e, r.err.code, "%s", r.err.text);
	}
	ring_destroy(&r);
	return rc;
}
