#include "s3/sigv4.h"

#include "s3/hash.h"
#include "s3/uri.h"

#include <stdlib.h>
#include <string.h>

#define DATE_LEN 8 /* YYYYMMDD */

static int by_name(const void *a, const void *b)
{
	return strcmp(
	    (*(const struct pair *const *)a)->name, (*(const struct pair *const *)b)->name);
}

/* return the headers in the order of their names; to be freed; NULL when memory ran out */
static const struct pair **sorted(const struct pairs *headers)
{
	const struct pair **v = calloc(headers->n + 1, sizeof(*v));

	if (v == NULL)
		return NULL;
	for (size_t i = 0; i < headers->n; i++)
		v[i] = &headers->v[i];
	qsort(v, headers->n, sizeof(*v), by_name);
	return v;
}

/* Leading and trailing blanks go, runs of blanks inside become one. */
static int add_trimmed(struct buf *out, const char *value, struct err *e)
{
	size_t start = out->len;

	for (const char *p = value; *p != '\0'; p++) {
		char c = *p == '\t' || *p == '\n' ? ' ' : *p;

		if (c == ' ' && (out->len == start || out->data[out->len - 1] == ' '))
			continue;
		if (buf_add(out, &c, 1, e) != 0)
			return -1;
	}
	while (out->len > start && out->data[out->len - 1] == ' ')
		out->data[--out->len] = '\0';
	return 0;
}

static int add_headers(struct buf *out, const struct pair **v, struct err *e)
{
	for (; *v != NULL; v++) {
		if (buf_fmt(out, e, "%s:", (*v)->name) != 0 ||
		    add_trimmed(out, (*v)->value, e) != 0 || buf_str(out, "\n", e) != 0)
			return -1;
	}
	return 0;
}

static int add_names(struct buf *out, const struct pair **v, struct err *e)
{
	for (size_t i = 0; v[i] != NULL; i++) {
		if (buf_fmt(out, e, "%s%s", i > 0 ? ";" : "", v[i]->name) != 0)
			return -1;
	}
	return 0;
}

static int canonical_request(const struct sigv4_request *r, const struct pair **headers,
    const char *names, struct buf *out, struct err *e)
{
	if (buf_fmt(out, e, "%s\n%s\n", r->method, r->path) != 0 ||
	    uri_query(out, r->query, e) != 0 || buf_str(out, "\n", e) != 0 ||
	    add_headers(out, headers, e) != 0)
		return -1;
	return buf_fmt(out, e, "\n%s\n%s", names, r->payload_sha256);
}

/* The secret, hashed with date, region and service in turn */
static int signing_key(const struct sigv4_request *r, const char *secret,
    unsigned char key[HASH_SHA256_LEN], struct err *e)
{
	const char *const steps[] = {r->region, r->service, "aws4_request"};
	struct buf first = {0};
	int result = -1;

	if (buf_fmt(&first, e, "AWS4%s", secret) != 0 ||
	    hash_hmac_sha256(first.data, first.len, r->amz_date, DATE_LEN, key, e) != 0)
		goto out;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		unsigned char next[HASH_SHA256_LEN];

		if (hash_hmac_sha256(key, HASH_SHA256_LEN, steps[i], strlen(steps[i]), next, e) !=
		    0)
			goto out;
		memcpy(key, next, sizeof(next));
	}
	result = 0;
out:
	if (first.data != NULL)
		explicit_bzero(first.data, first.cap);
	buf_free(&first);
	return result;
}

static int sign(const struct sigv4_request *r, const char *scope, const struct buf *canonical,
    const char *secret, char out[HASH_SHA256_HEX], struct err *e)
{
	unsigned char key[HASH_SHA256_LEN];
	unsigned char signature[HASH_SHA256_LEN];
	char request_hash[HASH_SHA256_HEX];
	struct buf text = {0};
	int result = -1;

	if (hash_sha256_hex(canonical->data, canonical->len, request_hash, e) == 0 &&
	    buf_fmt(&text, e, "AWS4-HMAC-SHA256\n%s\n%s\n%s", r->amz_date, scope, request_hash) ==
		0 &&
	    signing_key(r, secret, key, e) == 0 &&
	    hash_hmac_sha256(key, sizeof(key), text.data, text.len, signature, e) == 0) {
		hash_hex(signature, sizeof(signature), out);
		result = 0;
	}
	explicit_bzero(key, sizeof(key));
	buf_free(&text);
	return result;
}

int sigv4_authorization(
    const struct sigv4_request *r, const struct creds *c, struct buf *out, struct err *e)
{
	const struct pair **headers = sorted(r->headers);
	char signature[HASH_SHA256_HEX];
	struct buf canonical = {0};
	struct buf names = {0};
	struct buf scope = {0};
	int result = -1;

	if (headers == NULL) {
		err_nomem(e);
		goto out;
	}
	if (add_names(&names, headers, e) != 0 ||
	    canonical_request(r, headers, buf_cstr(&names), &canonical, e) != 0 ||
	    buf_fmt(&scope, e, "%.*s/%s/%s/aws4_request", DATE_LEN, r->amz_date, r->region,
		r->service) != 0 ||
	    sign(r, buf_cstr(&scope), &canonical, c->secret_key, signature, e) != 0)
		goto out;
	result =
	    buf_fmt(out, e, "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s",
		c->access_key, buf_cstr(&scope), buf_cstr(&names), signature);
out:
	free(headers);
	buf_free(&canonical);
	buf_free(&names);
	buf_free(&scope);
	return result;
}
