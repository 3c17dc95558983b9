#include "ordered.h"

#include "base/io.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE (256u << 10)

struct block {
	struct block *next;
	size_t len;
	size_t cap;
	char data[];
};

struct lane {
	struct ordered *o;
	struct lane *next;
	struct block *first; /* full blocks, for ordered_run() */
	struct block *last;
	struct block *open; /* the writer's own, not yet seen by others */
	size_t queued; /* bytes of memory in first..last */
	bool closed;
};

struct ordered {
	int fd;
	const char *name;
	size_t limit;
	pthread_mutex_t lock;
	pthread_cond_t room; /* something was written, or a lane became the first */
	pthread_cond_t work; /* something is to be written, or all is done */
	struct lane *head;
	struct lane *tail;
	size_t waiting; /* bytes of memory in all lanes */
	bool ended;
	struct err failed;
};

struct ordered *ordered_new(int fd, const char *name, size_t limit, struct err *e)
{
	struct ordered *o = calloc(1, sizeof(*o));

	if (o == NULL) {
		err_nomem(e);
		return NULL;
	}
	o->fd = fd;
	o->name = name;
	o->limit = limit;
	pthread_mutex_init(&o->lock, NULL);
	pthread_cond_init(&o->room, NULL);
	pthread_cond_init(&o->work, NULL);
	return o;
}

static void free_blocks(struct block *b)
{
	while (b != NULL) {
		struct block *next = b->next;

		free(b);
		b = next;
	}
}

void ordered_free(struct ordered *o)
{
	if (o == NULL)
		return;
	while (o->head != NULL) {
		struct lane *next = o->head->next;

		free_blocks(o->head->first);
		free(o->head->open);
		free(o->head);
		o->head = next;
	}
	pthread_mutex_destroy(&o->lock);
	pthread_cond_destroy(&o->room);
	pthread_cond_destroy(&o->work);
	free(o);
}

struct lane *ordered_open(struct ordered *o, struct err *e)
{
	struct lane *l = calloc(1, sizeof(*l));

	if (l == NULL) {
		err_nomem(e);
		return NULL;
	}
	l->o = o;
	pthread_mutex_lock(&o->lock);
	if (o->head == NULL)
		o->head = l;
	else
		o->tail->next = l;
	o->tail = l;
	pthread_mutex_unlock(&o->lock);
	return l;
}

static bool has_room(const struct lane *l)
{
	const struct ordered *o = l->o;

	return l == o->head ? l->queued < ORDERED_FIRST_MAX : o->waiting < o->limit;
}

/* Hand the open block over. Call with the lock held. */
static void publish(struct lane *l)
{
	struct block *b = l->open;

	l->open = NULL;
	if (b == NULL)
		return;
	if (l->first == NULL)
		l->first = b;
	else
		l->last->next = b;
	l->last = b;
	l->queued += b->cap;
	l->o->waiting += b->cap;
	if (l == l->o->head)
		pthread_cond_signal(&l->o->work);
}

static int next_block(struct lane *l, struct err *e)
{
	struct ordered *o = l->o;

	pthread_mutex_lock(&o->lock);
	publish(l);
	while (o->failed.code == 0 && !has_room(l))
		pthread_cond_wait(&o->room, &o->lock);
	if (o->failed.code != 0)
		err_set(e, o->failed.code, "%s", o->failed.text);
	pthread_mutex_unlock(&o->lock);
	if (e->code != 0)
		return -1;
	l->open = malloc(sizeof(*l->open) + BLOCK_SIZE);
	if (l->open == NULL)
		return err_nomem(e);
	l->open->next = NULL;
	l->open->len = 0;
	l->open->cap = BLOCK_SIZE;
	return 0;
}

int lane_write(struct lane *l, const void *data, size_t len, struct err *e)
{
	const char *from = data;

	while (len > 0) {
		struct block *b = l->open;
		size_t n;

		if (b == NULL || b->len == b->cap) {
			if (next_block(l, e) != 0)
				return -1;
			b = l->open;
		}
		n = len < b->cap - b->len ? len : b->cap - b->len;
		memcpy(b->data + b->len, from, n);
		b->len += n;
		from += n;
		len -= n;
	}
	return 0;
}

int lane_turn(struct lane *l, struct err *e)
{
	struct ordered *o = l->o;

	pthread_mutex_lock(&o->lock);
	while (o->failed.code == 0 && l != o->head)
		pthread_cond_wait(&o->room, &o->lock);
	if (o->failed.code != 0)
		err_set(e, o->failed.code, "%s", o->failed.text);
	pthread_mutex_unlock(&o->lock);
	return e->code != 0 ? -1 : 0;
}

/* Thousands of small tables must not hold a whole block each. */
static void shrink(struct lane *l)
{
	struct block *b = l->open;

	if (b == NULL || b->cap - b->len < BLOCK_SIZE / 4)
		return;
	b = realloc(b, sizeof(*b) + b->len);
	if (b == NULL)
		return;
	b->cap = b->len;
	l->open = b;
}

void lane_close(struct lane *l)
{
	struct ordered *o = l->o;

	shrink(l);
	pthread_mutex_lock(&o->lock);
	publish(l);
	l->closed = true;
	if (l == o->head)
		pthread_cond_signal(&o->work);
	pthread_mutex_unlock(&o->lock);
}

void ordered_end(struct ordered *o)
{
	pthread_mutex_lock(&o->lock);
	o->ended = true;
	pthread_cond_signal(&o->work);
	pthread_mutex_unlock(&o->lock);
}

void ordered_fail(struct ordered *o, const struct err *e)
{
	pthread_mutex_lock(&o->lock);
	if (o->failed.code == 0)
		o->failed = *e;
	pthread_cond_broadcast(&o->room);
	pthread_cond_broadcast(&o->work);
	pthread_mutex_unlock(&o->lock);
}

/* Forget the first lane, which is closed and empty. Call with the lock held. */
static void advance(struct ordered *o)
{
	struct lane *l = o->head;

	o->head = l->next;
	if (o->head == NULL)
		o->tail = NULL;
	free(l);
	pthread_cond_broadcast(&o->room);
}

/* Take all that the first lane has. return it; NULL when all is done or somebody failed */
static struct block *take(struct ordered *o)
{
	struct block *b = NULL;

	pthread_mutex_lock(&o->lock);
	while (o->failed.code == 0 && b == NULL) {
		if (o->head != NULL && o->head->first != NULL) {
			b = o->head->first;
			o->head->first = NULL;
			o->waiting -= o->head->queued;
			o->head->queued = 0;
			pthread_cond_broadcast(&o->room);
		} else if (o->head != NULL && o->head->closed) {
			advance(o);
		} else if (o->head == NULL && o->ended) {
			break;
		} else {
			pthread_cond_wait(&o->work, &o->lock);
		}
	}
	pthread_mutex_unlock(&o->lock);
	return b;
}

int ordered_run(struct ordered *o, struct err *e)
{
	struct err own = {0};
	struct block *b;

	while ((b = take(o)) != NULL) {
		for (const struct block *p = b; p != NULL && own.code == 0; p = p->next)
			io_write(o->fd, p->data, p->len, o->name, &own);
		free_blocks(b);
		if (own.code != 0)
			ordered_fail(o, &own);
	}
	pthread_mutex_lock(&o->lock);
	if (o->failed.code != 0)
		err_set(e, o->failed.code, "%s", o->failed.text);
	pthread_mutex_unlock(&o->lock);
	return e->code != 0 ? -1 : 0;
}
