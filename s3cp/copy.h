/*
 * copy: an object copied inside the store (S3 API: CopyObject, and UploadPartCopy for objects that
 * are too large for it). No byte comes here.
 *
 * The copy is of one version of the source: the one that is there at the start, pinned by its
 * ETag. Content type and the like, user metadata and tags go with it.
 */
#ifndef S3CP_COPY_H
#define S3CP_COPY_H

#include "base/err.h"
#include "s3/client.h"
#include "s3/uri.h"

#include <stdint.h>

#define COPY_JOBS_MAX 64

struct copy_options {
	const struct uri *from;
	const struct uri *to;
	const char *storage_class; /* or NULL for the store's default */
	uint64_t threshold; /* larger objects are copied in parts, bytes */
	uint64_t part_size; /* the least, bytes */
	unsigned jobs; /* parts at the same time */
};

/*
 * copy_run(client, o, e): copy, and confirm the size of the copy. Blocks.
 * return  0, or -1 with *e set: the destination is as it was before, unless the last look at it
 *         found it different
 */
int copy_run(struct client *client, const struct copy_options *o, struct err *e);

#endif
