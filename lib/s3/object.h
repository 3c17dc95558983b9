/*
 * object: what is known of an object, and of an answer that names one.
 */
#ifndef S3_OBJECT_H
#define S3_OBJECT_H

#include "base/err.h"
#include "s3/client.h"

#include <stdbool.h>
#include <stdint.h>

#define OBJECT_ETAG_MAX 128

struct object {
	uint64_t size; /* bytes */
	char etag[OBJECT_ETAG_MAX]; /* without quotes; "" when the store gives none */
};

/*
 * object_head(client, c, o, e): HeadObject. Blocks.
 * c       an idle call made by call_init(); keeps the answer's headers
 * return  0, or -1 with *e set: EX_NOINPUT where there is no such object
 */
int object_head(struct client *client, struct call *c, struct object *o, struct err *e);

/*
 * object_check_md5(c, md5, plain, e): does the ETag that answers an upload agree with the MD5 of
 * what was sent? Encryption by key service or customer key gives ETags that are no MD5: any one is
 * taken then.
 * out     *plain: whether the ETag is the MD5
 * return  0, or -1 with *e set to EX_PROTOCOL
 */
int object_check_md5(
    const struct call *c, const unsigned char md5[HASH_MD5_LEN], bool *plain, struct err *e);

#endif
