/*
 * hasher: SHA-256 and MD5 of parts, computed by threads while other parts are being sent.
 */
#ifndef S3PUT_HASHER_H
#define S3PUT_HASHER_H

#include "base/err.h"
#include "s3/hash.h"

#include <stdbool.h>
#include <stddef.h>

struct hasher;

/* All of it belongs to the hasher between hasher_submit() and a true hasher_done(). */
struct hash_job {
	const void *data; /* borrowed */
	size_t len;
	char sha256[HASH_SHA256_HEX];
	unsigned char md5[HASH_MD5_LEN];
	struct err err; /* code 0: both are there */
	bool done; /* the hasher's own, see hasher_done() */
	struct hash_job *next; /* the hasher's own */
};

/*
 * hasher_open(out, threads, notify, arg, e): start the threads.
 * notify  called by a thread after each job that is done
 * return  0 with *out to be closed by hasher_close(), or -1 with *e set (EX_OSERR)
 */
int hasher_open(
    struct hasher **out, unsigned threads, void (*notify)(void *arg), void *arg, struct err *e);

/* hasher_submit(h, job): hand over data and len. Does not block. */
void hasher_submit(struct hasher *h, struct hash_job *job);

/* hasher_done(h, job): whether the results may be read */
bool hasher_done(struct hasher *h, const struct hash_job *job);

/* hasher_close(h): ends the threads; jobs that none has begun are dropped. Safe on NULL. */
void hasher_close(struct hasher *h);

#endif
