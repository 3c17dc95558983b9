#include "s3/uri.h"

#include <stdlib.h>
#include <string.h>

#define SCHEME "s3://"
#define BUCKET_MIN 3
#define BUCKET_MAX 255 /* 63 today; old buckets of us-east-1 and other stores have longer names */

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool bucket_is_legal(const char *name, size_t len)
{
	if (len < BUCKET_MIN || len > BUCKET_MAX || !is_alnum(name[0]))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!is_alnum(name[i]) && strchr("-._", name[i]) == NULL)
			return false;
	}
	return true;
}

int uri_parse(const char *text, struct uri *u, struct err *e)
{
	const char *bucket = text + strlen(SCHEME);
	size_t len;

	*u = (struct uri){0};
	if (strncmp(text, SCHEME, strlen(SCHEME)) != 0)
		return err_set(e, EX_USAGE, "'%s' is not of the form s3://BUCKET/KEY", text);
	len = strcspn(bucket, "/");
	if (!bucket_is_legal(bucket, len))
		return err_set(e, EX_USAGE, "'%s': '%.*s' cannot be the name of a bucket", text,
		    (int)len, bucket);
	u->bucket = strndup(bucket, len);
	u->key = strdup(bucket[len] == '/' ? bucket + len + 1 : "");
	if (u->bucket == NULL || u->key == NULL)
		return err_nomem(e);
	if (strlen(u->key) > URI_KEY_MAX)
		return err_set(
		    e, EX_USAGE, "'%.100s...': a key has at most %d bytes", text, URI_KEY_MAX);
	return 0;
}

int uri_parse_object(const char *text, struct uri *u, struct err *e)
{
	if (uri_parse(text, u, e) != 0)
		return -1;
	if (u->key[0] == '\0')
		return err_set(e, EX_USAGE,
		    "'%s' names no object; it has to be of the form s3://BUCKET/KEY", text);
	return 0;
}

void uri_free(struct uri *u)
{
	free(u->bucket);
	free(u->key);
	*u = (struct uri){0};
}

int uri_encode(struct buf *out, const char *text, bool keep_slash, struct err *e)
{
	static const char hex[] = "0123456789ABCDEF";

	if (buf_reserve(out, 3 * strlen(text), e) != 0)
		return -1;
	for (const char *p = text; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		if (is_alnum(*p) || strchr("-._~", c) != NULL || (c == '/' && keep_slash)) {
			out->data[out->len++] = *p;
			continue;
		}
		out->data[out->len++] = '%';
		out->data[out->len++] = hex[c >> 4];
		out->data[out->len++] = hex[c & 15];
	}
	out->data[out->len] = '\0';
	return 0;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

int uri_decode(struct buf *out, const char *text, struct err *e)
{
	if (buf_reserve(out, strlen(text), e) != 0)
		return -1;
	for (const char *p = text; *p != '\0'; p++) {
		char c = *p == '+' ? ' ' : *p;

		if (*p == '%') {
			int high = hex_value(p[1]);
			int low = high < 0 ? -1 : hex_value(p[2]);

			c = (char)(high * 16 + low);
			if (low < 0 || c == '\0')
				return err_set(e, EX_PROTOCOL,
				    "the server lists a name that is not percent-encoded: '%.100s'",
				    text);
			p += 2;
		}
		out->data[out->len++] = c;
	}
	out->data[out->len] = '\0';
	return 0;
}

static int by_name_and_value(const void *a, const void *b)
{
	const struct pair *x = a;
	const struct pair *y = b;
	int r = strcmp(x->name, y->name);

	return r != 0 ? r : strcmp(x->value, y->value);
}

static int encode_pairs(struct pairs *to, const struct pairs *from, struct err *e)
{
	struct buf name = {0};
	struct buf value = {0};
	int r = 0;

	for (size_t i = 0; i < from->n && r == 0; i++) {
		buf_clear(&name);
		buf_clear(&value);
		if (uri_encode(&name, from->v[i].name, false, e) != 0 ||
		    uri_encode(&value, from->v[i].value, false, e) != 0 ||
		    pairs_add(to, buf_cstr(&name), buf_cstr(&value), e) != 0)
			r = -1;
	}
	buf_free(&name);
	buf_free(&value);
	return r;
}

int uri_query(struct buf *out, const struct pairs *query, struct err *e)
{
	struct pairs encoded = {0};
	int r = encode_pairs(&encoded, query, e);

	/* the order is that of the encoded bytes */
	if (r == 0 && encoded.n > 1)
		qsort(encoded.v, encoded.n, sizeof(*encoded.v), by_name_and_value);
	for (size_t i = 0; i < encoded.n && r == 0; i++)
		r = buf_fmt(
		    out, e, "%s%s=%s", i > 0 ? "&" : "", encoded.v[i].name, encoded.v[i].value);
	pairs_free(&encoded);
	return r;
}
