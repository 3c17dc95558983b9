/*
 * upload: a stream becomes an object.
 *
 * The stream is cut into parts (s3/part.h). One part fills from the input while another is hashed
 * by a thread and others are on the wire; all but the hashing happens in one event loop. A stream
 * that fits into the first part is sent by one PutObject instead, unless a receipt is asked for.
 * No object exists before upload_finish().
 *
 * Memory: jobs + 2 buffers of the part's size, at most UPLOAD_MEMORY or, where parts have outgrown
 * that, two buffers.
 *
 * Functions that can fail return 0, or -1 with *e set; then upload_abort() is due.
 */
#ifndef S3PUT_UPLOAD_H
#define S3PUT_UPLOAD_H

#include "base/err.h"
#include "s3/client.h"
#include "s3/pairs.h"

#include <stdint.h>

#define UPLOAD_MEMORY (128 * 1024 * 1024)
#define UPLOAD_JOBS_MAX 64
#define UPLOAD_ABORT_S 10

struct upload_options {
	const char *bucket;
	const char *key;
	const struct pairs *headers; /* of the object to be: storage class, metadata */
	uint64_t part_size; /* of the first parts, bytes, see part_plan() */
	unsigned jobs; /* parts on the wire, 1 to UPLOAD_JOBS_MAX */
	const char *receipt; /* file to be written, or NULL; see receipt.h */
};

struct upload;

/*
 * upload_open(out, client, o, e): with a receipt, begins the upload on the store.
 * o       borrowed until upload_close()
 * out     to be closed by upload_close(), in case of failure too
 */
int upload_open(
    struct upload **out, struct client *client, const struct upload_options *o, struct err *e);

/* upload_send(u, fd, name, e): take the stream in and send its parts, up to the end of file.
 * A stream of one part waits in memory. Blocks. */
int upload_send(struct upload *u, int fd, const char *name, struct err *e);

/* upload_finish(u, e): make the object. Blocks. */
int upload_finish(struct upload *u, struct err *e);

/* upload_stage(u, e): leave it at the parts, and write the receipt that says so */
int upload_stage(struct upload *u, struct err *e);

/*
 * upload_abort(u, e): after a failure or a stop, recorded in *e: give up what was begun, within
 * UPLOAD_ABORT_S; where that fails, the text of *e says what is left behind. The receipt goes
 * with the upload.
 */
void upload_abort(struct upload *u, struct err *e);

/* upload_close(u): safe on NULL */
void upload_close(struct upload *u);

#endif
