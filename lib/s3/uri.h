/*
 * uri: s3://BUCKET/KEY, and the percent-encoding that S3 signs (RFC 3986 unreserved characters
 * stay, every other byte becomes %XX in upper case).
 *
 * Functions that can fail return 0, or -1 with *e set.
 */
#ifndef S3_URI_H
#define S3_URI_H

#include "base/buf.h"
#include "base/err.h"
#include "s3/pairs.h"

#include <stdbool.h>

#define URI_KEY_MAX 1024 /* bytes, S3's limit */

struct uri {
	char *bucket; /* owned */
	char *key; /* owned; "" where the text names the bucket alone; any bytes but NUL */
};

/*
 * uri_parse(text, u, e): take s3://BUCKET, s3://BUCKET/ or s3://BUCKET/KEY apart. The key is what
 * follows the slash, byte by byte: nothing in it is decoded.
 * return  -1 with EX_USAGE where it is none of these, the bucket's name is not a legal one or the
 *         key is too long. *u is to be freed in any case.
 */
int uri_parse(const char *text, struct uri *u, struct err *e);

/* uri_parse_object(): the same, and refuses (EX_USAGE) a text without a key */
int uri_parse_object(const char *text, struct uri *u, struct err *e);

void uri_free(struct uri *u);

/* uri_encode(out, text, keep_slash, e): append text, percent-encoded; '/' too unless kept */
int uri_encode(struct buf *out, const char *text, bool keep_slash, struct err *e);

/*
 * uri_decode(out, text, e): append text as a listing with encoding-type=url spells it: %XX and
 * '+' for a space.
 * return  -1 with EX_PROTOCOL for a broken %XX or a NUL
 */
int uri_decode(struct buf *out, const char *text, struct err *e);

/* uri_query(out, query, e): append "a=1&b=2", encoded and in the order that Signature V4 asks for
 */
int uri_query(struct buf *out, const struct pairs *query, struct err *e);

#endif
