#include "relay.h"

#include "base/io.h"
#include "base/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define WATCHES_MAX 16
#define GATHER_NS (200 * 1000)

/* One descriptor that gpgme wants to be told about */
struct watch {
	struct relay *relay;
	int fd; /* -1: free */
	int dir; /* 1 for reading, 0 for writing */
	gpgme_io_cb_t call;
	void *arg;
};

/* One way of the message: from the input to gpg, or from gpg to the output */
struct flow {
	int fd; /* our end: the input, or the output */
	const char *name; /* of fd, for messages */
	struct watch *watch; /* gpg's end; NULL while unknown or when closed */
	bool ready; /* there is something to read: now wait for room to write */
	bool taken; /* this watch called the data object: its bytes are ours to move */
	bool splice; /* splice may work on this pair */
	bool ended; /* nothing more will come */
	char *copy; /* what was read and not yet written, where splice does not work */
	size_t copy_off;
	size_t copy_len;
};

struct relay {
	gpgme_ctx_t ctx;
	gpgme_data_t source;
	gpgme_data_t sink;
	struct flow in;
	struct flow out;
	struct watch watches[WATCHES_MAX];
	struct watch *serving; /* the watch whose callback is running */
	bool started;
	bool done;
	gpgme_error_t result;
	uint64_t taken;
	bool moved; /* something was spliced in this turn */
	bool behind; /* and gpg's output pipe holds more than the output takes */
	relay_observer *see; /* of the input; NULL: nobody, or no longer */
	void *see_hook;
	bool out_is_terminal;
	struct err err; /* the first failure on our side */
};

/* ---- the data objects: the first piece and the end of file ---- */

/* The size of a pipe is a matter of speed alone: the limits of the system may refuse it. */
static void widen(int fd)
{
	if (fcntl(fd, F_GETPIPE_SZ) < RELAY_PIPE)
		fcntl(fd, F_SETPIPE_SZ, RELAY_PIPE);
}

/* Give gpg's pipe to the flow, so that it moves the bytes from now on. */
static void take_over(struct relay *r, struct flow *f)
{
	if (r->serving == NULL || f->taken)
		return;
	f->watch = r->serving;
	f->taken = true;
	widen(f->watch->fd);
}

/* Account for a piece of the input that passed through our hands. */
static void took(struct relay *r, const void *data, size_t len)
{
	r->taken += len;
	r->in.ended = len == 0;
	if (r->see != NULL && !r->see(r->see_hook, data, len))
		r->see = NULL;
}

static ssize_t source_read(void *handle, void *buf, size_t len)
{
	struct relay *r = handle;
	ssize_t n;

	if (r->in.ended)
		return 0;
	/* gpgme keeps what the pipe does not take at once. An empty pipe takes PIPE_BUF whole, so
	 * that nothing is kept back when the rest goes past gpgme. */
	if (len > PIPE_BUF)
		len = PIPE_BUF;
	n = io_read_some(r->in.fd, buf, len, r->in.name, &r->err);
	if (n < 0) {
		errno = EIO;
		return -1;
	}
	took(r, buf, (size_t)n);
	r->in.ready = false;
	take_over(r, &r->in);
	return n;
}

static int deliver(struct relay *r, const void *buf, size_t len)
{
	if (r->out_is_terminal && memchr(buf, 0, len) != NULL)
		return err_set(&r->err, EX_USAGE,
		    "standard output is a terminal and the plaintext is binary; redirect it to a "
		    "file or a pipe");
	return io_write(r->out.fd, buf, len, r->out.name, &r->err);
}

static ssize_t sink_write(void *handle, const void *buf, size_t len)
{
	struct relay *r = handle;

	if (deliver(r, buf, len) != 0) {
		errno = EIO;
		return -1;
	}
	r->out.ready = false;
	take_over(r, &r->out);
	return (ssize_t)len;
}

/* ---- what gpgme asks of an event loop ---- */

static gpgme_error_t on_add(
    void *handle, int fd, int dir, gpgme_io_cb_t call, void *arg, void **tag)
{
	struct relay *r = handle;

	for (size_t i = 0; i < WATCHES_MAX; i++) {
		struct watch *w = &r->watches[i];

		if (w->fd >= 0)
			continue;
		*w = (struct watch){.relay = r, .fd = fd, .dir = dir, .call = call, .arg = arg};
		*tag = w;
		/* Written to from the start: the message. Not to be served before there is some,
		 * or the whole loop would wait for the input. */
		if (dir == 0 && !r->started && r->in.watch == NULL)
			r->in.watch = w;
		return 0;
	}
	return gpgme_error(GPG_ERR_TOO_MANY);
}

static void on_remove(void *tag)
{
	struct watch *w = tag;
	struct relay *r = w->relay;

	w->fd = -1;
	if (r->in.watch == w)
		r->in.watch = NULL;
	if (r->out.watch == w)
		r->out.watch = NULL;
}

static void on_event(void *handle, gpgme_event_io_t type, void *data)
{
	struct relay *r = handle;

	if (type == GPGME_EVENT_START) {
		r->started = true;
	} else if (type == GPGME_EVENT_DONE) {
		const struct gpgme_io_event_done_data *ended = data;

		r->done = true;
		r->result = ended->err != 0 ? ended->err : ended->op_err;
	}
}

static void serve(struct relay *r, struct watch *w)
{
	r->serving = w;
	w->call(w->arg, w->fd);
	r->serving = NULL;
}

/* ---- moving the bytes ---- */

static bool try_again(void)
{
	return errno == EAGAIN || errno == EINTR;
}

/* The error of a move. gpg closing its input is not ours to report: it says why in its status. */
static int move_failed(struct relay *r, struct flow *f)
{
	if (f == &r->in && errno == EPIPE) {
		f->ended = true;
		return 0;
	}
	if (f == &r->out && errno == EPIPE)
		return err_set(&r->err, EX_IOERR, "cannot write %s: the reader went away", f->name);
	return err_sys(&r->err, EX_IOERR, "cannot %s %s", f == &r->in ? "read" : "write", f->name);
}

static int move_spliced(struct relay *r, struct flow *f, int from, int to)
{
	ssize_t n = splice(from, NULL, to, NULL, RELAY_PIPE, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
	int left = 0;

	if (n < 0 && errno == EINVAL)
		f->splice = false; /* a terminal, a file opened for appending, ... */
	else if (n < 0 && !try_again())
		return move_failed(r, f);
	else if (n == 0)
		f->ended = true;
	if (n > 0 && f == &r->in)
		r->taken += (uint64_t)n;
	if (n > 0 && f == &r->out)
		r->behind = ioctl(from, FIONREAD, &left) == 0 && left > 0;
	r->moved = r->moved || n > 0;
	f->ready = !f->splice;
	return 0;
}

static int copy_in(struct relay *r, struct flow *f, int from)
{
	const char *name = f == &r->in ? f->name : "from gpg";
	ssize_t n;

	if (f->copy == NULL)
		f->copy = malloc(RELAY_COPY);
	if (f->copy == NULL)
		return err_nomem(&r->err);
	n = io_read_some(from, f->copy, RELAY_COPY, name, &r->err);
	if (n < 0)
		return -1;
	f->copy_off = 0;
	f->copy_len = (size_t)n;
	f->ended = n == 0;
	if (f == &r->in)
		took(r, f->copy, (size_t)n);
	return 0;
}

static int move_copied(struct relay *r, struct flow *f, int from, int to)
{
	ssize_t n;

	if (f->copy_off == f->copy_len && copy_in(r, f, from) != 0)
		return -1;
	if (f == &r->out) {
		n = (ssize_t)(f->copy_len - f->copy_off);
		if (deliver(r, f->copy + f->copy_off, (size_t)n) != 0)
			return -1;
	} else {
		n = write(to, f->copy + f->copy_off, f->copy_len - f->copy_off);
		if (n < 0 && !try_again())
			return move_failed(r, f);
	}
	if (n > 0)
		f->copy_off += (size_t)n;
	f->ready = f->copy_off < f->copy_len;
	return 0;
}

/* Both ends of a flow are ready. The end of file goes through gpgme, which closes its end. */
static int flow_move(struct relay *r, struct flow *f)
{
	int from = f == &r->in ? f->fd : f->watch->fd;
	int to = f == &r->in ? f->watch->fd : f->fd;
	bool watched = f == &r->in && r->see != NULL;
	bool copying = f->copy_off < f->copy_len;
	int rc = 0;

	if (f->taken && !f->ended)
		rc = f->splice && !watched && !copying ? move_spliced(r, f, from, to)
						       : move_copied(r, f, from, to);
	if (rc == 0 && (!f->taken || f->ended))
		serve(r, f->watch);
	return rc;
}

/* ---- the event loop ---- */

struct pollset {
	struct pollfd fds[WATCHES_MAX + 5];
	nfds_t count;
};

static struct pollfd *pollset_add(struct pollset *p, int fd, short events)
{
	p->fds[p->count] = (struct pollfd){.fd = fd, .events = events};
	return &p->fds[p->count++];
}

/* Wait for the reading end first, then for the writing end: waiting for both would spin. */
static struct pollfd *flow_poll(struct relay *r, struct flow *f, struct pollset *p)
{
	int from;
	int to;

	if (f->watch == NULL)
		return NULL;
	from = f == &r->in ? f->fd : f->watch->fd;
	to = f == &r->in ? f->watch->fd : f->fd;
	return f->ready ? pollset_add(p, to, POLLOUT) : pollset_add(p, from, POLLIN);
}

static int flow_step(struct relay *r, struct flow *f, const struct pollfd *p)
{
	if (p == NULL || p->revents == 0 || f->watch == NULL)
		return 0;
	if (f->ready)
		return flow_move(r, f);
	f->ready = true;
	return 0;
}

/*
 * gpg reads 8 KiB at a time and writes 4 or 8. To be woken for each of them costs more than to move
 * it, gpg too; so let some gather. The pipes hold what gpg does in several such pauses.
 */
static void gather(struct relay *r)
{
	const struct timespec pause = {.tv_nsec = GATHER_NS};
	struct pollfd stop = {.fd = stop_fd(), .events = POLLIN};

	if (r->moved && !r->behind)
		ppoll(&stop, 1, &pause, NULL);
	r->moved = false;
	r->behind = false;
}

/* One turn: wait, then serve gpgme's own descriptors, then move the message. */
static int turn(struct relay *r)
{
	struct pollset set = {.count = 0};
	struct pollfd *in = flow_poll(r, &r->in, &set);
	struct pollfd *out = flow_poll(r, &r->out, &set);
	struct pollfd *gone = NULL;
	struct pollfd *others = &set.fds[4];

	/* gpg may give up while the input is silent. */
	if (r->in.watch != NULL && !r->in.ready)
		gone = pollset_add(&set, r->in.watch->fd, 0);
	pollset_add(&set, stop_fd(), POLLIN);
	while (set.count < 4)
		pollset_add(&set, -1, 0);
	for (size_t i = 0; i < WATCHES_MAX; i++) {
		const struct watch *w = &r->watches[i];
		bool ours = w == r->in.watch || w == r->out.watch;

		pollset_add(&set, ours ? -1 : w->fd, w->dir == 1 ? POLLIN : POLLOUT);
	}
	if (poll(set.fds, set.count, -1) < 0)
		return errno == EINTR ? 0 : err_sys(&r->err, EX_OSERR, "cannot wait for gpg");
	if (stop_signal() != 0)
		return stop_err(&r->err);
	for (size_t i = 0; i < WATCHES_MAX && !r->done; i++) {
		if (others[i].revents != 0 && r->watches[i].fd == others[i].fd)
			serve(r, &r->watches[i]);
	}
	if (!r->done && gone != NULL && gone->revents != 0 && r->in.watch != NULL) {
		r->in.ended = true;
		serve(r, r->in.watch);
	}
	if (!r->done && flow_step(r, &r->in, in) != 0)
		return -1;
	return r->done ? 0 : flow_step(r, &r->out, out);
}

int relay_run(struct relay *r, gpgme_error_t *result, struct err *e)
{
	while (!r->done && turn(r) == 0)
		gather(r);
	if (!r->done)
		gpgme_cancel(r->ctx);
	if (r->err.code != 0)
		return err_set(e, r->err.code, "%s", r->err.text);
	*result = r->result;
	return 0;
}

/* ---- life ---- */

static struct gpgme_data_cbs source_cbs = {.read = source_read};
static struct gpgme_data_cbs sink_cbs = {.write = sink_write};

struct relay *relay_new(gpgme_ctx_t ctx, int in, int out, struct err *e)
{
	struct relay *r = calloc(1, sizeof(*r));
	struct gpgme_io_cbs io = {
	    .add = on_add, .add_priv = r, .remove = on_remove, .event = on_event, .event_priv = r};

	if (r == NULL) {
		err_nomem(e);
		return NULL;
	}
	r->ctx = ctx;
	r->in = (struct flow){.fd = in, .name = "standard input", .splice = true};
	r->out = (struct flow){.fd = out, .name = "standard output"};
	r->out_is_terminal = isatty(out) == 1;
	r->out.splice = !r->out_is_terminal;
	for (size_t i = 0; i < WATCHES_MAX; i++)
		r->watches[i].fd = -1;
	if (gpgme_data_new_from_cbs(&r->source, &source_cbs, r) != 0 ||
	    gpgme_data_new_from_cbs(&r->sink, &sink_cbs, r) != 0) {
		err_nomem(e);
		relay_free(r);
		return NULL;
	}
	gpgme_set_io_cbs(ctx, &io);
	widen(in);
	widen(out);
	return r;
}

void relay_observe(struct relay *r, relay_observer *see, void *hook)
{
	r->see = see;
	r->see_hook = hook;
}

gpgme_data_t relay_source(struct relay *r)
{
	return r->source;
}

gpgme_data_t relay_sink(struct relay *r)
{
	return r->sink;
}

uint64_t relay_taken(const struct relay *r)
{
	return r->taken;
}

void relay_free(struct relay *r)
{
	if (r == NULL)
		return;
	gpgme_set_io_cbs(r->ctx, NULL);
	gpgme_data_release(r->source);
	gpgme_data_release(r->sink);
	free(r->in.copy);
	free(r->out.copy);
	free(r);
}
