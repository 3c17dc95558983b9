/*
 * parts: an object copied part by part.
 */
#ifndef S3CP_PARTS_H
#define S3CP_PARTS_H

#include "copy.h"
#include "source.h"

#define PARTS_ABORT_S 10

/*
 * parts_copy(client, o, s, headers, e): make the copy by a multipart upload with those headers.
 * Blocks. return 0, or -1 with *e set and the upload aborted, if that was possible within
 * PARTS_ABORT_S; where it was not, *e says so.
 */
int parts_copy(struct client *client, const struct copy_options *o, const struct source *s,
    const struct pairs *headers, struct err *e);

#endif
