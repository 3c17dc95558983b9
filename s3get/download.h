/*
 * download: an object becomes a stream, by several ranged GETs at once.
 *
 * The calling thread runs the event loop; a second one writes the pieces in their order, so that a
 * slow reader does not hold up the network before all buffers are full. All ranges are pinned to
 * the ETag of the first answer: an object that is replaced meanwhile is a failure, never a mixture.
 *
 * Memory: jobs + 2 buffers of the piece's size.
 */
#ifndef S3GET_DOWNLOAD_H
#define S3GET_DOWNLOAD_H

#include "base/err.h"
#include "s3/client.h"

#include <stdint.h>

#define DOWNLOAD_JOBS_MAX 64

struct download_options {
	const char *bucket;
	const char *key;
	uint64_t piece_size; /* bytes of one GET */
	unsigned jobs; /* GETs at the same time, 1 to DOWNLOAD_JOBS_MAX */
};

/*
 * download_run(client, o, fd, name, e): write the whole object to fd. Blocks.
 * return  0 when every byte was written; or -1 with *e set: fewer were, from the beginning on
 */
int download_run(struct client *client, const struct download_options *o, int fd, const char *name,
    struct err *e);

#endif
