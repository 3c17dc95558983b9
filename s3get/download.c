#include "download.h"

#include "s3/object.h"
#include "writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct piece {
	char *data;
	struct call call;
};

/* Piece i of the object uses pieces[i % n]. Written <= loaded <= started. */
struct download {
	struct client *client;
	const struct download_options *o;
	struct writer *writer;
	struct piece *pieces;
	unsigned n;
	bool known; /* the size and the version of the object */
	uint64_t total;
	char pin[CALL_PIN_MAX];
	uint64_t started;
	uint64_t loaded; /* and handed to the writer */
	uint64_t written;
};

static void notify(void *arg)
{
	client_wakeup(arg);
}

static uint64_t pieces_in(const struct download *d)
{
	return (d->total + d->o->piece_size - 1) / d->o->piece_size;
}

static int start_piece(struct download *d, struct err *e)
{
	struct piece *p = &d->pieces[d->started % d->n];

	if (p->data == NULL)
		p->data = malloc(d->o->piece_size);
	if (p->data == NULL)
		return err_nomem(e);
	call_free(&p->call);
	call_init(&p->call, "GET", "download", d->o->bucket, d->o->key);
	p->call.dst = p->data;
	p->call.dst_len = d->o->piece_size;
	p->call.range_first = d->started * d->o->piece_size;
	p->call.total = d->total;
	memcpy(p->call.pin, d->pin, sizeof(d->pin));
	if (client_start(d->client, &p->call, e) != 0)
		return -1;
	d->started++;
	return 0;
}

/* The first answer tells how many pieces there are. Until then there is one call. */
static int start_pieces(struct download *d, struct err *e)
{
	uint64_t limit = d->known ? pieces_in(d) : 1;

	while (d->started < limit && d->started - d->loaded < d->o->jobs &&
	       d->started - d->written < d->n) {
		if (start_piece(d, e) != 0)
			return -1;
	}
	return 0;
}

/* An empty object has no range to be asked for: stores answer 416. */
static int learn_that_it_is_empty(struct download *d, struct call *first, struct err *e)
{
	struct err failed = first->err;
	struct object o = {0};
	struct call c;
	int result;

	call_init(&c, "HEAD", "download", d->o->bucket, d->o->key);
	result = object_head(d->client, &c, &o, e);
	call_free(&c);
	if (result == 0 && o.size != 0) {
		*e = failed;
		return -1;
	}
	d->known = result == 0;
	return result;
}

static int learn(struct download *d, struct err *e)
{
	struct call *first = &d->pieces[0].call;

	if (first->state == CALL_DONE && first->status == 416)
		return learn_that_it_is_empty(d, first, e);
	if (first->total != 0) {
		d->total = first->total;
		memcpy(d->pin, first->pin, sizeof(d->pin));
		d->known = true;
	} else if (first->state == CALL_DONE && first->err.code == 0) {
		d->known = true; /* a 200 without content */
	}
	return 0;
}

/* Hand over what has arrived, in its order. */
static int take_pieces(struct download *d, struct err *e)
{
	while (d->loaded < d->started) {
		struct piece *p = &d->pieces[d->loaded % d->n];

		if (p->call.state != CALL_DONE)
			return 0;
		if (p->call.err.code != 0) {
			*e = p->call.err;
			return -1;
		}
		writer_put(d->writer, p->data, p->call.got);
		d->loaded++;
	}
	return 0;
}

static bool is_complete(const struct download *d)
{
	return d->known && d->written == pieces_in(d);
}

static int run(struct download *d, struct err *e)
{
	bool ready;

	while (!is_complete(d)) {
		if (start_pieces(d, e) != 0 || client_step(d->client, -1, 0, &ready, e) != 0 ||
		    (!d->known && learn(d, e) != 0))
			return -1;
		if (d->known && d->total == 0)
			return 0;
		if (take_pieces(d, e) != 0 || writer_written(d->writer, &d->written, e) != 0)
			return -1;
	}
	return 0;
}

int download_run(struct client *client, const struct download_options *o, int fd, const char *name,
    struct err *e)
{
	struct download d = {.client = client, .o = o, .n = o->jobs + 2};
	int result = -1;

	d.pieces = calloc(d.n, sizeof(*d.pieces));
	if (d.pieces == NULL)
		err_nomem(e);
	else if (writer_open(&d.writer, d.n, fd, name, notify, client, e) == 0)
		result = run(&d, e);
	writer_close(d.writer);
	for (unsigned i = 0; d.pieces != NULL && i < d.n; i++) {
		client_cancel(client, &d.pieces[i].call);
		call_free(&d.pieces[i].call);
		free(d.pieces[i].data);
	}
	free(d.pieces);
	return result;
}
