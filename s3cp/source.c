#include "source.h"

#include "s3/xml.h"

#include <stdio.h>
#include <string.h>

/* The headers of an object that a multipart upload does not take from its source */
static bool is_kept(const char *name)
{
	static const char *const kept[] = {"content-type", "cache-control", "content-disposition",
	    "content-encoding", "content-language", "expires", "x-amz-website-redirect-location"};

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		if (strcmp(name, kept[i]) == 0)
			return true;
	}
	return strncmp(name, "x-amz-meta-", strlen("x-amz-meta-")) == 0;
}

static int take_headers(struct source *s, const struct call *c, struct err *e)
{
	const char *etag = call_header(c, "etag");
	const char *tags = call_header(c, "x-amz-tagging-count");

	if (etag == NULL || strlen(etag) >= sizeof(s->pin))
		return err_set(e, EX_PROTOCOL,
		    "the store gives no ETag for s3://%s/%s; is AWS_ENDPOINT_URL the address of an "
		    "S3 store?",
		    c->bucket, c->key);
	snprintf(s->pin, sizeof(s->pin), "%s", etag);
	s->has_tags = tags != NULL && strcmp(tags, "0") != 0;
	for (size_t i = 0; i < c->answer_headers.n; i++) {
		const struct pair *p = &c->answer_headers.v[i];

		if (is_kept(p->name) && p->value[0] != '\0' &&
		    pairs_add(&s->headers, p->name, p->value, e) != 0)
			return -1;
	}
	return 0;
}

int source_look(struct client *client, const struct uri *uri, struct source *s, struct err *e)
{
	struct call c;
	int result;

	*s = (struct source){0};
	call_init(&c, "HEAD", "copy", uri->bucket, uri->key);
	result = object_head(client, &c, &s->object, e);
	if (result == 0)
		result = take_headers(s, &c, e);
	call_free(&c);
	return result;
}

/* ---- tags: XML in, the form of a query string out ---- */

static int on_tag_element(void *arg, const char *path, const char *text, struct err *e)
{
	struct buf *out = arg;

	if (strcmp(path, "Tagging/TagSet/Tag/Key") == 0) {
		if (out->len > 0 && buf_str(out, "&", e) != 0)
			return -1;
		return uri_encode(out, text, false, e);
	}
	if (strcmp(path, "Tagging/TagSet/Tag/Value") == 0)
		return buf_str(out, "=", e) != 0 ? -1 : uri_encode(out, text, false, e);
	return 0;
}

int source_add_tags(struct client *client, const struct uri *uri, struct source *s, struct err *e)
{
	struct buf tags = {0};
	struct call c;
	int result = -1;

	if (!s->has_tags)
		return 0;
	call_init(&c, "GET", "read the tags of", uri->bucket, uri->key);
	if (pairs_add(&c.query, "tagging", "", e) == 0 && client_run(client, &c, e) == 0 &&
	    xml_walk(buf_cstr(&c.answer), c.answer.len, on_tag_element, &tags, e) == 0)
		result =
		    tags.len > 0 ? pairs_add(&s->headers, "x-amz-tagging", buf_cstr(&tags), e) : 0;
	call_free(&c);
	buf_free(&tags);
	return result;
}

int source_headers(
    const struct uri *uri, const struct source *s, struct pairs *headers, struct err *e)
{
	struct buf path = {0};
	int result = -1;

	if (buf_fmt(&path, e, "/%s/", uri->bucket) == 0 &&
	    uri_encode(&path, uri->key, true, e) == 0 &&
	    pairs_add(headers, "x-amz-copy-source", buf_cstr(&path), e) == 0)
		result = pairs_add(headers, "x-amz-copy-source-if-match", s->pin, e);
	buf_free(&path);
	return result;
}

void source_free(struct source *s)
{
	pairs_free(&s->headers);
	*s = (struct source){0};
}
