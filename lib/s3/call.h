/*
 * call: one request to the store and its answer, retries included.
 *
 * The caller fills the first block of the struct, hands it to the client (client.h) and reads the
 * second block when the client is done with it. Not thread-safe.
 */
#ifndef S3_CALL_H
#define S3_CALL_H

#include "base/buf.h"
#include "base/err.h"
#include "s3/hash.h"
#include "s3/pairs.h"

#include <stdbool.h>
#include <stdint.h>

#define CALL_CODE_MAX 64
#define CALL_PIN_MAX 128

struct call;

/*
 * A look at an answer of status 2xx, before it counts as a success.
 * return  0, or -1 with *e set: the request is tried again, as after a failure of the server
 */
typedef int call_check(struct call *c, struct err *e);

enum call_state {
	CALL_IDLE,
	CALL_RUNNING, /* on the wire, or waiting to be tried again */
	CALL_DONE,
};

struct call {
	/* ---- the request ---- */
	const char *method; /* static: "GET", "HEAD", "PUT", "POST" or "DELETE" */
	const char *doing; /* static: what messages call it: "upload", as in "cannot upload URI" */
	const char *bucket; /* borrowed until the call is freed */
	const char *key; /* likewise; NULL for the bucket itself */
	struct pairs query;
	struct pairs headers; /* names in lower case */
	const void *body; /* borrowed while the call runs; NULL for none */
	size_t body_len; /* bytes */
	char sha256[HASH_SHA256_HEX]; /* of the body; "" lets the client compute it */
	bool error_in_200; /* the action may answer 200 with an error as its body */
	call_check *check; /* or NULL */
	void *owner; /* the caller's own */

	/* ---- a download of a range (dst is NULL for other calls) ---- */
	char *dst; /* borrowed while the call runs; receives the bytes */
	size_t dst_len; /* bytes wanted; fewer come only from the object's end */
	uint64_t range_first; /* where in the object */
	/* The ETag header that every answer has to have, sent as If-Match; "" lets the first answer
	 * decide: whatever is fetched in several attempts is then of one version. */
	char pin[CALL_PIN_MAX];

	/* ---- the answer ---- */
	enum call_state state;
	struct err err; /* code 0: success */
	long status; /* HTTP status of the last attempt; 0 when there was no answer */
	char code[CALL_CODE_MAX]; /* S3's name for the error, "" when it gave none */
	struct pairs answer_headers; /* names in lower case */
	struct buf answer; /* the body, unless it went to dst */
	size_t got; /* bytes in dst, kept over attempts */
	uint64_t total; /* size of the whole object, from Content-Range */

	/* ---- the client's own ---- */
	unsigned attempts;
	int64_t retry_at_ms;
	int64_t give_up_at_ms;
	size_t sent;
	struct attempt *attempt;
};

/* call_init(c, method, doing, bucket, key): a new, idle call. To be freed by call_free(). */
void call_init(
    struct call *c, const char *method, const char *doing, const char *bucket, const char *key);

/* call_free(c): safe on a struct of zeros. The client must not be running it. */
void call_free(struct call *c);

/* call_header(c, name): the value of a header of the answer (lower-case name), or NULL */
const char *call_header(const struct call *c, const char *name);

/* call_etag(c, out, len): the answer's ETag without its quotes; "" when there is none */
void call_etag(const struct call *c, char *out, size_t len);

/* call_unquote(text, out, len): an ETag without its quotes, cut to len - 1 bytes */
void call_unquote(const char *text, char *out, size_t len);

/* call_target(c, buf, len): "s3://BUCKET/KEY" for messages. return buf */
const char *call_target(const struct call *c, char *buf, size_t len);

#endif
