/*
 * list: what is in a bucket, page by page (S3 API: ListObjectsV2, ListMultipartUploads).
 *
 * Names travel percent-encoded (encoding-type=url), so that every legal key arrives as it is. A
 * page is parsed when it has arrived whole, at most ATTEMPT_ANSWER_MAX bytes: memory does not grow
 * with the listing.
 */
#ifndef S3_LIST_H
#define S3_LIST_H

#include "base/err.h"
#include "s3/client.h"

#include <stdint.h>
#include <time.h>

struct list_entry {
	const char *key; /* any bytes but NUL */
	time_t time; /* last modified, or initiated */
	uint64_t size; /* bytes; objects only */
	const char *storage_class; /* "STANDARD" where the store gives none */
	const char *etag; /* without quotes; objects only */
	const char *upload_id; /* uploads only */
};

/* Called for each entry, in the order of the keys' bytes; what *entry points to is valid during the
 * call. It may use the client. return 0, or -1 with *e set to end the listing */
typedef int list_each(void *arg, const struct list_entry *entry, struct err *e);

/*
 * list_objects(), list_uploads(client, bucket, prefix, each, arg, e): every object, or incomplete
 * multipart upload, whose key begins with prefix. Block.
 * return  0, or -1 with *e set
 */
int list_objects(struct client *client, const char *bucket, const char *prefix, list_each *each,
    void *arg, struct err *e);
int list_uploads(struct client *client, const char *bucket, const char *prefix, list_each *each,
    void *arg, struct err *e);

#define LIST_TIME_MAX 32

/* list_time(t, out): "2025-11-15T12:00:00Z". return out */
const char *list_time(time_t t, char out[LIST_TIME_MAX]);

/* list_parse_time(text, t): read such a time, seconds possibly with a fraction. return 0 or -1 */
int list_parse_time(const char *text, time_t *t);

#endif
