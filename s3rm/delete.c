#include "delete.h"

#include "base/prog.h"
#include "s3/answer.h"
#include "s3/xml.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the server says of one key */
struct failure {
	char key[1025];
	char code[CALL_CODE_MAX];
	char message[512];
};

struct verdicts {
	struct delete *delete;
	bool right_root;
	size_t deleted;
	size_t failed;
	struct failure now;
};

static void report(struct delete *d, const char *key, const char *code, const char *message)
{
	struct err e = {0};

	err_set(&e, answer_exit_code(code), "cannot delete s3://%s/%s: %s%s%s", d->bucket, key,
	    code, message[0] != '\0' ? ": " : "", message);
	prog_note("%s", e.text);
	if (d->failed++ == 0)
		d->failed_code = e.code;
}

static int on_verdict(void *arg, const char *path, const char *text, struct err *e)
{
	struct verdicts *v = arg;

	(void)e;
	if (strcmp(path, "DeleteResult") == 0) {
		v->right_root = true;
	} else if (strcmp(path, "DeleteResult/Deleted") == 0) {
		v->deleted++;
	} else if (strcmp(path, "DeleteResult/Error/Key") == 0) {
		snprintf(v->now.key, sizeof(v->now.key), "%s", text);
	} else if (strcmp(path, "DeleteResult/Error/Code") == 0) {
		snprintf(v->now.code, sizeof(v->now.code), "%s", text);
	} else if (strcmp(path, "DeleteResult/Error/Message") == 0) {
		snprintf(v->now.message, sizeof(v->now.message), "%s", text);
	} else if (strcmp(path, "DeleteResult/Error") == 0) {
		report(v->delete, v->now.key, v->now.code, v->now.message);
		v->failed++;
		v->now = (struct failure){0};
	}
	return 0;
}

static int batch_body(const struct delete *d, struct buf *body, struct err *e)
{
	if (buf_str(body, "<Delete>", e) != 0)
		return -1;
	for (size_t i = 0; i < d->n; i++) {
		if (buf_str(body, "<Object><Key>", e) != 0 ||
		    xml_escape(body, d->batch[i], e) != 0 ||
		    buf_str(body, "</Key></Object>", e) != 0)
			return -1;
	}
	return buf_str(body, "</Delete>", e);
}

static int prepare(struct call *c, const struct buf *body, struct err *e)
{
	unsigned char md5[HASH_MD5_LEN];
	char text[HASH_MD5_BASE64];

	c->body = body->data;
	c->body_len = body->len;
	c->error_in_200 = true;
	if (hash_md5(body->data, body->len, md5, e) != 0)
		return -1;
	hash_md5_base64(md5, text);
	if (pairs_add(&c->query, "delete", "", e) != 0 ||
	    pairs_add(&c->headers, "content-type", "application/xml", e) != 0)
		return -1;
	return pairs_add(&c->headers, "content-md5", text, e);
}

/* Each key has to be accounted for: silence about one is no success. */
static int read_verdicts(struct delete *d, const struct call *c, struct err *e)
{
	struct verdicts v = {.delete = d};

	if (xml_walk(buf_cstr(&c->answer), c->answer.len, on_verdict, &v, e) != 0)
		return -1;
	d->deleted += v.deleted;
	if (!v.right_root || v.deleted + v.failed != d->n)
		return err_set(e, EX_PROTOCOL,
		    "cannot delete from s3://%s: the store answers for %zu keys of %zu; list what "
		    "is "
		    "left",
		    d->bucket, v.deleted + v.failed, d->n);
	return 0;
}

static void clear_batch(struct delete *d)
{
	while (d->n > 0)
		free(d->batch[--d->n]);
}

int delete_flush(struct delete *d, struct err *e)
{
	struct buf body = {0};
	struct call c;
	int result = -1;

	if (d->n == 0)
		return 0;
	call_init(&c, "POST", "delete objects of", d->bucket, NULL);
	if (batch_body(d, &body, e) == 0 && prepare(&c, &body, e) == 0 &&
	    client_run(d->client, &c, e) == 0)
		result = read_verdicts(d, &c, e);
	clear_batch(d);
	call_free(&c);
	buf_free(&body);
	return result;
}

int delete_one(struct delete *d, const char *key, struct err *e)
{
	struct call c;
	int result;

	call_init(&c, "DELETE", "delete", d->bucket, key);
	result = client_run(d->client, &c, e);
	call_free(&c);
	if (result == 0)
		d->deleted++;
	return result;
}

int delete_add(struct delete *d, const char *key, struct err *e)
{
	if (!xml_can_hold(key))
		return delete_one(d, key, e);
	d->batch[d->n] = strdup(key);
	if (d->batch[d->n] == NULL)
		return err_nomem(e);
	d->n++;
	return d->n == DELETE_BATCH ? delete_flush(d, e) : 0;
}

int delete_end(const struct delete *d, struct err *e)
{
	if (d->failed == 0)
		return 0;
	return err_set(e, d->failed_code, "%" PRIu64 " of %" PRIu64 " keys were not deleted",
	    d->failed, d->failed + d->deleted);
}

void delete_free(struct delete *d)
{
	clear_batch(d);
}
