#include "s3/call.h"

#include <stdio.h>
#include <string.h>

void call_init(
    struct call *c, const char *method, const char *doing, const char *bucket, const char *key)
{
	*c = (struct call){.method = method, .doing = doing, .bucket = bucket, .key = key};
}

void call_free(struct call *c)
{
	pairs_free(&c->query);
	pairs_free(&c->headers);
	pairs_free(&c->answer_headers);
	buf_free(&c->answer);
	*c = (struct call){0};
}

const char *call_header(const struct call *c, const char *name)
{
	return pairs_find(&c->answer_headers, name);
}

void call_unquote(const char *text, char *out, size_t len)
{
	size_t n = strlen(text);

	if (n >= 2 && text[0] == '"' && text[n - 1] == '"') {
		text++;
		n -= 2;
	}
	snprintf(out, len, "%.*s", (int)n, text);
}

void call_etag(const struct call *c, char *out, size_t len)
{
	const char *value = call_header(c, "etag");

	call_unquote(value != NULL ? value : "", out, len);
}

const char *call_target(const struct call *c, char *buf, size_t len)
{
	snprintf(buf, len, "s3://%s%s%.300s", c->bucket, c->key != NULL ? "/" : "",
	    c->key != NULL ? c->key : "");
	return buf;
}
