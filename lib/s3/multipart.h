/*
 * multipart: a multipart upload (S3 API: CreateMultipartUpload, UploadPart,
 * CompleteMultipartUpload, AbortMultipartUpload). Until it is completed no object exists.
 *
 * A struct multipart of zeros is no upload. Functions that can fail return 0, or -1 with *e set;
 * those that take a client block.
 */
#ifndef S3_MULTIPART_H
#define S3_MULTIPART_H

#include "base/err.h"
#include "s3/client.h"
#include "s3/object.h"

struct multipart_part {
	char etag[OBJECT_ETAG_MAX]; /* as the store gave it; "" while the part is missing */
	uint64_t size; /* bytes */
	unsigned char md5[HASH_MD5_LEN]; /* where has_md5 */
	bool has_md5; /* the ETag is the MD5 */
};

struct multipart {
	char *bucket; /* owned */
	char *key; /* owned */
	char *id; /* the upload id; owned; NULL while there is no upload */
	struct multipart_part *parts; /* parts[i] is part i + 1; owned */
	unsigned n;
	uint64_t bytes; /* in all parts */
};

/* multipart_begin(client, m, bucket, key, headers, e): headers are those of the object to be */
int multipart_begin(struct client *client, struct multipart *m, const char *bucket, const char *key,
    const struct pairs *headers, struct err *e);

/* multipart_part_call(c, m, doing, number, e): make *c the UploadPart of part number (from 1),
 * lacking the body */
int multipart_part_call(
    struct call *c, const struct multipart *m, const char *doing, unsigned number, struct err *e);

/* multipart_add(m, number, part, e): note that a part is on the store, in any order */
int multipart_add(
    struct multipart *m, unsigned number, const struct multipart_part *part, struct err *e);

/*
 * multipart_complete(client, m, e): make the object, and make sure that it is the one that was
 * sent: by its ETag where that is made of MD5s, else by its size. Calling it again after a success
 * whose answer was lost succeeds, where the ETag can tell.
 */
int multipart_complete(struct client *client, const struct multipart *m, struct err *e);

/* multipart_abort(client, m, e): give the upload up; an upload that is gone already is fine */
int multipart_abort(struct client *client, const struct multipart *m, struct err *e);

/* multipart_etag(m, out, e): the ETag of the object to be; "" where some part's is no MD5 */
int multipart_etag(const struct multipart *m, char out[OBJECT_ETAG_MAX], struct err *e);

void multipart_free(struct multipart *m);

#endif
