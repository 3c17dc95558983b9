#include "s3/multipart.h"

#include "s3/xml.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- begin ---- */

static int on_begin_element(void *arg, const char *path, const char *text, struct err *e)
{
	char **id = arg;

	if (strcmp(path, "InitiateMultipartUploadResult/UploadId") != 0 || *id != NULL)
		return 0;
	*id = strdup(text);
	return *id != NULL ? 0 : err_nomem(e);
}

int multipart_begin(struct client *client, struct multipart *m, const char *bucket, const char *key,
    const struct pairs *headers, struct err *e)
{
	struct call c;
	int result = -1;

	*m = (struct multipart){.bucket = strdup(bucket), .key = strdup(key)};
	if (m->bucket == NULL || m->key == NULL)
		return err_nomem(e);
	call_init(&c, "POST", "start the upload of", m->bucket, m->key);
	if (pairs_add(&c.query, "uploads", "", e) != 0 || pairs_copy(&c.headers, headers, e) != 0 ||
	    client_run(client, &c, e) != 0 ||
	    xml_walk(buf_cstr(&c.answer), c.answer.len, on_begin_element, &m->id, e) != 0)
		goto out;
	if (m->id == NULL || m->id[0] == '\0')
		err_set(e, EX_PROTOCOL,
		    "the store gives no upload id for s3://%s/%s; is "
		    "AWS_ENDPOINT_URL the address of an S3 store?",
		    bucket, key);
	else
		result = 0;
out:
	call_free(&c);
	return result;
}

/* ---- parts ---- */

int multipart_part_call(
    struct call *c, const struct multipart *m, const char *doing, unsigned number, struct err *e)
{
	call_init(c, "PUT", doing, m->bucket, m->key);
	if (pairs_addf(&c->query, e, "partNumber", "%u", number) != 0)
		return -1;
	return pairs_add(&c->query, "uploadId", m->id, e);
}

int multipart_add(
    struct multipart *m, unsigned number, const struct multipart_part *part, struct err *e)
{
	if (number > m->n) {
		struct multipart_part *parts = realloc(m->parts, number * sizeof(*parts));

		if (parts == NULL)
			return err_nomem(e);
		memset(&parts[m->n], 0, (number - m->n) * sizeof(*parts));
		m->parts = parts;
		m->n = number;
	}
	m->parts[number - 1] = *part;
	m->bytes += part->size;
	return 0;
}

/* ---- complete ---- */

int multipart_etag(const struct multipart *m, char out[OBJECT_ETAG_MAX], struct err *e)
{
	unsigned char sum[HASH_MD5_LEN];
	char hex[HASH_MD5_HEX];
	struct buf all = {0};
	int result = -1;

	out[0] = '\0';
	for (unsigned i = 0; i < m->n; i++) {
		if (!m->parts[i].has_md5) {
			result = 0;
			goto out;
		}
		if (buf_add(&all, m->parts[i].md5, HASH_MD5_LEN, e) != 0)
			goto out;
	}
	if (hash_md5(all.data, all.len, sum, e) != 0)
		goto out;
	hash_hex(sum, sizeof(sum), hex);
	snprintf(out, OBJECT_ETAG_MAX, "%s-%u", hex, m->n);
	result = 0;
out:
	buf_free(&all);
	return result;
}

static int complete_body(const struct multipart *m, struct buf *body, struct err *e)
{
	if (buf_str(body, "<CompleteMultipartUpload>", e) != 0)
		return -1;
	for (unsigned i = 0; i < m->n; i++) {
		if (m->parts[i].etag[0] == '\0')
			return err_set(e, EX_SOFTWARE, "part %u of s3://%s/%s is missing", i + 1,
			    m->bucket, m->key);
		if (buf_fmt(body, e, "<Part><PartNumber>%u</PartNumber><ETag>&quot;", i + 1) != 0 ||
		    xml_escape(body, m->parts[i].etag, e) != 0 ||
		    buf_str(body, "&quot;</ETag></Part>", e) != 0)
			return -1;
	}
	return buf_str(body, "</CompleteMultipartUpload>", e);
}

struct completed {
	bool right_root;
	char etag[OBJECT_ETAG_MAX];
};

static int on_complete_element(void *arg, const char *path, const char *text, struct err *e)
{
	struct completed *r = arg;

	(void)e;
	if (strcmp(path, "CompleteMultipartUploadResult") == 0)
		r->right_root = true;
	else if (strcmp(path, "CompleteMultipartUploadResult/ETag") == 0)
		call_unquote(text, r->etag, sizeof(r->etag));
	return 0;
}

/* Is the object there as it was sent? */
static int confirm(
    struct client *client, const struct multipart *m, const char *etag, struct err *e)
{
	struct object o;
	struct call c;
	int result;

	call_init(&c, "HEAD", "confirm the upload of", m->bucket, m->key);
	result = object_head(client, &c, &o, e);
	if (result == 0 && (o.size != m->bytes || (etag[0] != '\0' && strchr(o.etag, '-') != NULL &&
						      strcmp(o.etag, etag) != 0)))
		result = err_set(e, EX_PROTOCOL,
		    "s3://%s/%s is not what was uploaded: it has %" PRIu64 " bytes, ETag %s, not "
		    "%" PRIu64 " bytes, ETag %s; was it written by somebody else meanwhile?",
		    m->bucket, m->key, o.size, o.etag, m->bytes, etag);
	call_free(&c);
	return result;
}

/* A lost answer leaves the question whether the object was made. Only its ETag can tell. */
static bool made_nevertheless(
    struct client *client, const struct multipart *m, const struct call *c, const char *etag)
{
	struct err e = {0};
	struct call head;
	struct object o;
	bool made;

	if (etag[0] == '\0' || (strcmp(c->code, "NoSuchUpload") != 0 && c->status != 404 &&
				   c->status != 0 && c->status < 500))
		return false;
	call_init(&head, "HEAD", "confirm the upload of", m->bucket, m->key);
	made = object_head(client, &head, &o, &e) == 0 && o.size == m->bytes &&
	       strcmp(o.etag, etag) == 0;
	call_free(&head);
	return made;
}

int multipart_complete(struct client *client, const struct multipart *m, struct err *e)
{
	struct completed r = {0};
	char etag[OBJECT_ETAG_MAX];
	struct err failed = {0};
	struct buf body = {0};
	struct call c;
	int result = -1;

	call_init(&c, "POST", "complete the upload of", m->bucket, m->key);
	if (multipart_etag(m, etag, e) != 0 || complete_body(m, &body, e) != 0 ||
	    pairs_add(&c.query, "uploadId", m->id, e) != 0 ||
	    pairs_add(&c.headers, "content-type", "application/xml", e) != 0)
		goto out;
	c.body = body.data;
	c.body_len = body.len;
	c.error_in_200 = true;
	if (client_run(client, &c, &failed) != 0) {
		if (made_nevertheless(client, m, &c, etag))
			result = 0;
		else
			*e = failed;
		goto out;
	}
	if (xml_walk(buf_cstr(&c.answer), c.answer.len, on_complete_element, &r, e) != 0)
		goto out;
	if (r.right_root && etag[0] != '\0' && strcmp(r.etag, etag) == 0)
		result = 0;
	else
		result = confirm(client, m, etag, e);
out:
	call_free(&c);
	buf_free(&body);
	return result;
}

/* ---- abort ---- */

int multipart_abort(struct client *client, const struct multipart *m, struct err *e)
{
	struct err failed = {0};
	struct call c;
	int result = -1;

	call_init(&c, "DELETE", "abort the upload of", m->bucket, m->key);
	if (pairs_add(&c.query, "uploadId", m->id, e) != 0)
		goto out;
	result = client_run(client, &c, &failed);
	if (result != 0 && strcmp(c.code, "NoSuchUpload") == 0)
		result = 0;
	if (result != 0)
		*e = failed;
out:
	call_free(&c);
	return result;
}

void multipart_free(struct multipart *m)
{
	free(m->bucket);
	free(m->key);
	free(m->id);
	free(m->parts);
	*m = (struct multipart){0};
}
