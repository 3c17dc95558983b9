#include "parts.h"

#include "s3/multipart.h"
#include "s3/part.h"
#include "s3/xml.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct slot {
	bool busy;
	unsigned number; /* of the part, from 1 */
	uint64_t len;
	struct call call;
};

struct job {
	struct client *client;
	const struct copy_options *o;
	const struct source *s;
	struct multipart m;
	struct slot *slots; /* o->jobs of them */
	uint64_t part_size;
	unsigned started;
	unsigned done;
};

static unsigned parts_in(const struct job *j)
{
	return (unsigned)((j->s->object.size + j->part_size - 1) / j->part_size);
}

static int start_part(struct job *j, struct slot *slot, struct err *e)
{
	uint64_t first = j->started * j->part_size;
	uint64_t left = j->s->object.size - first;

	slot->number = j->started + 1;
	slot->len = left < j->part_size ? left : j->part_size;
	call_free(&slot->call);
	if (multipart_part_call(&slot->call, &j->m, "copy a part to", slot->number, e) != 0 ||
	    source_headers(j->o->from, j->s, &slot->call.headers, e) != 0 ||
	    pairs_addf(&slot->call.headers, e, "x-amz-copy-source-range",
		"bytes=%" PRIu64 "-%" PRIu64, first, first + slot->len - 1) != 0)
		return -1;
	slot->call.error_in_200 = true;
	if (client_start(j->client, &slot->call, e) != 0)
		return -1;
	slot->busy = true;
	j->started++;
	return 0;
}

static int on_copied_element(void *arg, const char *path, const char *text, struct err *e)
{
	struct multipart_part *part = arg;

	(void)e;
	if (strcmp(path, "CopyPartResult/ETag") == 0)
		call_unquote(text, part->etag, sizeof(part->etag));
	return 0;
}

static int end_part(struct job *j, struct slot *slot, struct err *e)
{
	struct multipart_part part = {.size = slot->len};
	const struct call *c = &slot->call;

	if (c->err.code != 0) {
		*e = c->err;
		return -1;
	}
	if (xml_walk(buf_cstr(&c->answer), c->answer.len, on_copied_element, &part, e) != 0)
		return -1;
	if (part.etag[0] == '\0')
		return err_set(e, EX_PROTOCOL,
		    "cannot copy a part to s3://%s/%s: the store's answer has no ETag", c->bucket,
		    c->key);
	slot->busy = false;
	j->done++;
	return multipart_add(&j->m, slot->number, &part, e);
}

static int copy_all(struct job *j, struct err *e)
{
	bool ready;

	while (j->done < parts_in(j)) {
		for (unsigned i = 0; i < j->o->jobs; i++) {
			struct slot *slot = &j->slots[i];

			if (slot->busy && slot->call.state == CALL_DONE &&
			    end_part(j, slot, e) != 0)
				return -1;
			if (!slot->busy && j->started < parts_in(j) && start_part(j, slot, e) != 0)
				return -1;
		}
		if (j->done < parts_in(j) && client_step(j->client, -1, 0, &ready, e) != 0)
			return -1;
	}
	return 0;
}

/* Not every store heeds x-amz-copy-source-if-match. */
static int check_unchanged(struct job *j, struct err *e)
{
	struct source now;
	int result = source_look(j->client, j->o->from, &now, e);

	if (result == 0 && strcmp(now.pin, j->s->pin) != 0)
		result = err_set(e, EX_TEMPFAIL,
		    "cannot copy s3://%s/%s: the object was changed meanwhile; try again",
		    j->o->from->bucket, j->o->from->key);
	source_free(&now);
	return result;
}

static void give_up(struct job *j, struct err *e)
{
	struct err failed = {0};
	size_t len = strlen(e->text);

	for (unsigned i = 0; i < j->o->jobs; i++)
		client_cancel(j->client, &j->slots[i].call);
	if (j->m.id == NULL)
		return;
	client_last_words(j->client, PARTS_ABORT_S);
	if (multipart_abort(j->client, &j->m, &failed) != 0)
		snprintf(e->text + len, sizeof(e->text) - len,
		    "; the incomplete upload is left behind: %.900s", failed.text);
}

int parts_copy(struct client *client, const struct copy_options *o, const struct source *s,
    const struct pairs *headers, struct err *e)
{
	struct job j = {.client = client, .o = o, .s = s};
	int result = -1;

	j.part_size = part_plan_known(s->object.size, o->part_size);
	j.slots = calloc(o->jobs, sizeof(*j.slots));
	if (j.slots == NULL)
		return err_nomem(e);
	if (multipart_begin(client, &j.m, o->to->bucket, o->to->key, headers, e) == 0 &&
	    copy_all(&j, e) == 0 && check_unchanged(&j, e) == 0)
		result = multipart_complete(client, &j.m, e);
	if (result != 0)
		give_up(&j, e);
	for (unsigned i = 0; i < o->jobs; i++)
		call_free(&j.slots[i].call);
	free(j.slots);
	multipart_free(&j.m);
	return result;
}
