/*
 * leftovers: incomplete multipart uploads, which cost storage and show in no listing of objects.
 */
#ifndef S3RM_LEFTOVERS_H
#define S3RM_LEFTOVERS_H

#include "base/err.h"
#include "s3/client.h"

#include <stdint.h>

/*
 * leftovers_abort(client, bucket, prefix, older_than_s, e): abort every incomplete upload whose key
 * begins with prefix and which was begun at least that many seconds ago. Blocks. An upload that
 * cannot be aborted is reported on standard error; the others go on.
 * return  0, or -1 with *e set
 */
int leftovers_abort(struct client *client, const char *bucket, const char *prefix,
    uint64_t older_than_s, struct err *e);

#endif
