/*
 * delete: objects away, a thousand with one request (S3 API: DeleteObjects, DeleteObject).
 *
 * A key that cannot be deleted is reported on standard error as soon as it is known; the others go
 * on. Deleting a key that does not exist is a success to S3.
 */
#ifndef S3RM_DELETE_H
#define S3RM_DELETE_H

#include "base/err.h"
#include "s3/client.h"

#include <stdint.h>

#define DELETE_BATCH 1000

struct delete
{
	struct client *client; /* borrowed */
	const char *bucket; /* borrowed */
	char *batch[DELETE_BATCH]; /* owned: not deleted yet */
	size_t n;
	uint64_t failed;
	int failed_code; /* exit code of the first that failed */
	uint64_t deleted;
};

/* delete_add(d, key, e): delete key, at the latest with delete_flush(). May block.
 * return  0, or -1 with *e set when a whole request failed: nothing more should be added */
int delete_add(struct delete *d, const char *key, struct err *e);

/* delete_one(d, key, e): delete key by a request of its own. Blocks. return 0 or -1 with *e set */
int delete_one(struct delete *d, const char *key, struct err *e);

/* delete_flush(d, e): delete what was added. Blocks. return 0 or -1 with *e set */
int delete_flush(struct delete *d, struct err *e);

/* delete_end(d, e): return 0, or -1 with *e set where keys could not be deleted */
int delete_end(const struct delete *d, struct err *e);

/* delete_free(d): what was added and not flushed is not deleted */
void delete_free(struct delete *d);

#endif
