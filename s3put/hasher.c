#include "hasher.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct hasher {
	pthread_mutex_t lock; /* guards what follows, and the jobs' done and next */
	pthread_cond_t more;
	struct hash_job *first;
	struct hash_job **last;
	bool closing;
	/* constant */
	void (*notify)(void *arg);
	void *arg;
	pthread_t *threads;
	unsigned n;
};

static struct hash_job *take(struct hasher *h)
{
	struct hash_job *job;

	pthread_mutex_lock(&h->lock);
	while (h->first == NULL && !h->closing)
		pthread_cond_wait(&h->more, &h->lock);
	job = h->closing ? NULL : h->first;
	if (job != NULL) {
		h->first = job->next;
		if (h->first == NULL)
			h->last = &h->first;
	}
	pthread_mutex_unlock(&h->lock);
	return job;
}

static void *run(void *arg)
{
	struct hasher *h = arg;
	struct hash_job *job;

	while ((job = take(h)) != NULL) {
		if (hash_sha256_hex(job->data, job->len, job->sha256, &job->err) == 0)
			hash_md5(job->data, job->len, job->md5, &job->err);
		pthread_mutex_lock(&h->lock);
		job->done = true;
		pthread_mutex_unlock(&h->lock);
		h->notify(h->arg);
	}
	return NULL;
}

int hasher_open(
    struct hasher **out, unsigned threads, void (*notify)(void *arg), void *arg, struct err *e)
{
	struct hasher *h = calloc(1, sizeof(*h));
	int failed = 0;

	*out = h;
	if (h == NULL)
		return err_nomem(e);
	pthread_mutex_init(&h->lock, NULL);
	pthread_cond_init(&h->more, NULL);
	h->last = &h->first;
	h->notify = notify;
	h->arg = arg;
	h->threads = calloc(threads, sizeof(*h->threads));
	if (h->threads == NULL)
		return err_nomem(e);
	while (h->n < threads && failed == 0) {
		failed = pthread_create(&h->threads[h->n], NULL, run, h);
		if (failed == 0)
			h->n++;
	}
	if (h->n == 0) /* fewer than wanted will do */
		return err_set(e, EX_OSERR, "cannot start a thread: %s", strerror(failed));
	return 0;
}

void hasher_submit(struct hasher *h, struct hash_job *job)
{
	job->err = (struct err){0};
	job->done = false;
	job->next = NULL;
	pthread_mutex_lock(&h->lock);
	*h->last = job;
	h->last = &job->next;
	pthread_cond_signal(&h->more);
	pthread_mutex_unlock(&h->lock);
}

bool hasher_done(struct hasher *h, const struct hash_job *job)
{
	bool done;

	pthread_mutex_lock(&h->lock);
	done = job->done;
	pthread_mutex_unlock(&h->lock);
	return done;
}

void hasher_close(struct hasher *h)
{
	if (h == NULL)
		return;
	pthread_mutex_lock(&h->lock);
	h->closing = true;
	pthread_cond_broadcast(&h->more);
	pthread_mutex_unlock(&h->lock);
	for (unsigned i = 0; i < h->n; i++)
		pthread_join(h->threads[i], NULL);
	pthread_mutex_destroy(&h->lock);
	pthread_cond_destroy(&h->more);
	free(h->threads);
	free(h);
}
