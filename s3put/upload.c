#include "upload.h"

#include "base/io.h"
#include "hasher.h"
#include "receipt.h"
#include "s3/multipart.h"
#include "s3/part.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_MAX (1024 * 1024) /* bytes at a time: the wire must not wait for long */
#define ENDPOINT_MAX 512
#define HASHERS_MAX 2

enum slot_state {
	SLOT_FREE,
	SLOT_FILLING, /* from the input */
	SLOT_HELD, /* the full first part: is it the only one? */
	SLOT_HASHING,
	SLOT_SENDING,
};

struct slot {
	enum slot_state state;
	unsigned number; /* of the part, from 1 */
	char *data;
	size_t cap;
	size_t len;
	struct hash_job hash;
	struct call call;
};

struct upload {
	struct client *client;
	const struct upload_options *o;
	struct hasher *hasher;
	struct multipart m; /* id is NULL until there are two parts */
	struct slot *slots;
	unsigned n_slots;
	struct slot *filling; /* or NULL */
	unsigned parts; /* begun */
	uint64_t taken; /* bytes read */
	bool eof;
	bool receipt_written;
	bool finished;
};

static void notify(void *arg)
{
	client_wakeup(arg);
}

static int write_receipt(struct upload *u, bool staged, struct err *e)
{
	char endpoint[ENDPOINT_MAX];

	client_endpoint(u->client, endpoint, sizeof(endpoint));
	if (receipt_write(u->o->receipt, endpoint, staged, &u->m, e) != 0)
		return -1;
	u->receipt_written = true;
	return 0;
}

static int begin(struct upload *u, struct err *e)
{
	if (multipart_begin(u->client, &u->m, u->o->bucket, u->o->key, u->o->headers, e) != 0)
		return -1;
	return u->o->receipt != NULL ? write_receipt(u, false, e) : 0;
}

int upload_open(
    struct upload **out, struct client *client, const struct upload_options *o, struct err *e)
{
	struct upload *u = calloc(1, sizeof(*u));
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	*out = u;
	if (u == NULL)
		return err_nomem(e);
	u->client = client;
	u->o = o;
	u->n_slots = o->jobs + 2;
	u->slots = calloc(u->n_slots, sizeof(*u->slots));
	if (u->slots == NULL)
		return err_nomem(e);
	if (hasher_open(&u->hasher, cpus < HASHERS_MAX ? 1 : HASHERS_MAX, notify, client, e) != 0)
		return -1;
	if (o->receipt == NULL)
		return 0;
	return receipt_check_absent(o->receipt, e) != 0 ? -1 : begin(u, e);
}

/* ---- filling ---- */

/* return a slot for the next part, or NULL: none is free, or memory forbids it for now */
static struct slot *find_slot(struct upload *u, uint64_t size)
{
	uint64_t most = (uint64_t)u->n_slots * u->o->part_size;
	struct slot *found = NULL;
	unsigned busy = 0;

	if (most < UPLOAD_MEMORY)
		most = UPLOAD_MEMORY;
	for (unsigned i = 0; i < u->n_slots; i++) {
		if (u->slots[i].state != SLOT_FREE)
			busy++;
		else if (found == NULL || u->slots[i].data != NULL)
			found = &u->slots[i];
	}
	return busy < 2 || (busy + 1) * size <= most ? found : NULL;
}

/* Parts have grown: no buffer that is free now will do any more. */
static void drop_buffers(struct upload *u)
{
	for (unsigned i = 0; i < u->n_slots; i++) {
		struct slot *slot = &u->slots[i];

		if (slot->state != SLOT_FREE)
			continue;
		free(slot->data);
		slot->data = NULL;
		slot->cap = 0;
	}
}

static int begin_part(struct upload *u, struct err *e)
{
	struct slot *slot;
	uint64_t size;

	if (part_plan(u->o->part_size, u->parts + 1, u->taken, &size, e) != 0)
		return -1;
	slot = find_slot(u, size);
	if (slot == NULL)
		return 0;
	if (slot->cap != size) {
		drop_buffers(u);
		slot->data = malloc(size);
		if (slot->data == NULL)
			return err_nomem(e);
		slot->cap = size;
	}
	slot->state = SLOT_FILLING;
	slot->number = ++u->parts;
	slot->len = 0;
	u->filling = slot;
	return 0;
}

static void hash_part(struct upload *u, struct slot *slot)
{
	slot->state = SLOT_HASHING;
	slot->hash.data = slot->data;
	slot->hash.len = slot->len;
	hasher_submit(u->hasher, &slot->hash);
}

/* There is a second part: the first one, which waited for this to be known, may go. */
static int release_held(struct upload *u, struct err *e)
{
	if (u->m.id == NULL && begin(u, e) != 0)
		return -1;
	for (unsigned i = 0; i < u->n_slots; i++) {
		if (u->slots[i].state == SLOT_HELD)
			hash_part(u, &u->slots[i]);
	}
	return 0;
}

static void end_part(struct upload *u)
{
	struct slot *slot = u->filling;

	u->filling = NULL;
	if (slot->number == 1 && u->m.id == NULL)
		slot->state = SLOT_HELD;
	else if (slot->len == 0 && slot->number > 1) /* the input ended with the part before */
		slot->state = SLOT_FREE;
	else
		hash_part(u, slot);
}

static int fill(struct upload *u, int fd, const char *name, struct err *e)
{
	struct slot *slot = u->filling;
	size_t room = slot->cap - slot->len;
	ssize_t n =
	    io_read_some(fd, slot->data + slot->len, room < READ_MAX ? room : READ_MAX, name, e);

	if (n < 0)
		return -1;
	if (n > 0 && slot->number == 2 && slot->len == 0 && release_held(u, e) != 0)
		return -1;
	slot->len += (size_t)n;
	u->taken += (uint64_t)n;
	u->eof = n == 0;
	if (slot->len == slot->cap || u->eof)
		end_part(u);
	return 0;
}

/* ---- sending ---- */

/* The parts' answers carry the MD5; see object_check_md5() */
static int check_part(struct call *c, struct err *e)
{
	const struct slot *slot = c->owner;
	bool plain;

	return object_check_md5(c, slot->hash.md5, &plain, e);
}

/* Both digests travel with the bytes, and the MD5 is compared with the answer's ETag */
static int add_body(struct slot *slot, struct err *e)
{
	char md5[HASH_MD5_BASE64];
	struct call *c = &slot->call;

	c->body = slot->data;
	c->body_len = slot->len;
	c->owner = slot;
	c->check = check_part;
	memcpy(c->sha256, slot->hash.sha256, sizeof(c->sha256));
	hash_md5_base64(slot->hash.md5, md5);
	return pairs_add(&c->headers, "content-md5", md5, e);
}

static int send_part(struct upload *u, struct slot *slot, struct err *e)
{
	if (slot->hash.err.code != 0) {
		*e = slot->hash.err;
		return -1;
	}
	call_free(&slot->call);
	if (multipart_part_call(&slot->call, &u->m, "upload a part of", slot->number, e) != 0 ||
	    add_body(slot, e) != 0 || client_start(u->client, &slot->call, e) != 0)
		return -1;
	slot->state = SLOT_SENDING;
	return 0;
}

static int part_sent(struct upload *u, struct slot *slot, struct err *e)
{
	struct multipart_part part = {.size = slot->len};

	if (slot->call.err.code != 0) {
		*e = slot->call.err;
		return -1;
	}
	if (object_check_md5(&slot->call, slot->hash.md5, &part.has_md5, e) != 0)
		return -1;
	memcpy(part.md5, slot->hash.md5, sizeof(part.md5));
	call_etag(&slot->call, part.etag, sizeof(part.etag));
	slot->state = SLOT_FREE;
	return multipart_add(&u->m, slot->number, &part, e);
}

/* Move every part on that can move. *busy: parts are hashed or on the wire */
static int advance(struct upload *u, bool *busy, struct err *e)
{
	*busy = false;
	for (unsigned i = 0; i < u->n_slots; i++) {
		struct slot *slot = &u->slots[i];

		if (slot->state == SLOT_HASHING && hasher_done(u->hasher, &slot->hash) &&
		    send_part(u, slot, e) != 0)
			return -1;
		if (slot->state == SLOT_SENDING && slot->call.state == CALL_DONE &&
		    part_sent(u, slot, e) != 0)
			return -1;
		if (slot->state == SLOT_HASHING || slot->state == SLOT_SENDING)
			*busy = true;
	}
	return 0;
}

int upload_send(struct upload *u, int fd, const char *name, struct err *e)
{
	bool busy = false;
	bool ready;

	while (!u->eof || busy) {
		if (!u->eof && u->filling == NULL && begin_part(u, e) != 0)
			return -1;
		if (client_step(u->client, u->filling != NULL ? fd : -1, POLLIN, &ready, e) != 0 ||
		    (ready && fill(u, fd, name, e) != 0) || advance(u, &busy, e) != 0)
			return -1;
	}
	return 0;
}

/* ---- the end ---- */

static int wait_hashed(struct upload *u, struct slot *slot, struct err *e)
{
	bool ready;

	hash_part(u, slot);
	while (!hasher_done(u->hasher, &slot->hash)) {
		if (client_step(u->client, -1, 0, &ready, e) != 0)
			return -1;
	}
	if (slot->hash.err.code != 0)
		*e = slot->hash.err;
	return slot->hash.err.code == 0 ? 0 : -1;
}

/* The whole stream is in the held slot. */
static int put_object(struct upload *u, struct err *e)
{
	struct slot *slot = u->slots;

	while (slot->state != SLOT_HELD)
		slot++;
	call_init(&slot->call, "PUT", "upload", u->o->bucket, u->o->key);
	if (wait_hashed(u, slot, e) != 0 || add_body(slot, e) != 0 ||
	    pairs_copy(&slot->call.headers, u->o->headers, e) != 0)
		return -1;
	return client_run(u->client, &slot->call, e);
}

int upload_finish(struct upload *u, struct err *e)
{
	if (u->m.id == NULL)
		return put_object(u, e);
	if (multipart_complete(u->client, &u->m, e) != 0)
		return -1;
	u->finished = true;
	return 0;
}

int upload_stage(struct upload *u, struct err *e)
{
	if (write_receipt(u, true, e) != 0)
		return -1;
	u->finished = true;
	return 0;
}

static void stop_parts(struct upload *u)
{
	for (unsigned i = 0; i < u->n_slots; i++)
		client_cancel(u->client, &u->slots[i].call);
}

void upload_abort(struct upload *u, struct err *e)
{
	struct err failed = {0};
	size_t len = strlen(e->text);

	if (u == NULL || u->m.id == NULL || u->finished)
		return;
	stop_parts(u);
	client_last_words(u->client, UPLOAD_ABORT_S);
	if (multipart_abort(u->client, &u->m, &failed) != 0)
		snprintf(e->text + len, sizeof(e->text) - len,
		    "; the incomplete upload is left behind: %.900s", failed.text);
	else if (u->receipt_written)
		receipt_remove(u->o->receipt, &failed);
}

void upload_close(struct upload *u)
{
	if (u == NULL)
		return;
	hasher_close(u->hasher); /* reads the buffers until it ends */
	for (unsigned i = 0; u->slots != NULL && i < u->n_slots; i++) {
		client_cancel(u->client, &u->slots[i].call);
		call_free(&u->slots[i].call);
		free(u->slots[i].data);
	}
	free(u->slots);
	multipart_free(&u->m);
	free(u);
}
