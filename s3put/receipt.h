/*
 * receipt: a staged upload on disk: what --commit and --abort need to know. JSON, mode 0600, no
 * secrets in it.
 *
 * It is written when the upload is begun, in state "uploading", so that even the leftover of a
 * killed s3put can be aborted by it; and again, in state "staged", when every part is on the store.
 */
#ifndef S3PUT_RECEIPT_H
#define S3PUT_RECEIPT_H

#include "base/err.h"
#include "s3/multipart.h"

#include <stdbool.h>

struct receipt {
	char *endpoint; /* owned */
	bool staged;
	struct multipart upload;
};

/* receipt_check_absent(path, e): refuse (EX_CANTCREAT) to overwrite another upload's receipt */
int receipt_check_absent(const char *path, struct err *e);

/*
 * receipt_write(path, endpoint, staged, m, e): create or replace the file; it is either whole and
 * on disk, or not there (under a temporary name in the same directory, fsync, rename, fsync).
 * return  0, or -1 with *e set (EX_CANTCREAT, EX_IOERR)
 */
int receipt_write(
    const char *path, const char *endpoint, bool staged, const struct multipart *m, struct err *e);

/*
 * receipt_read(path, r, e)
 * return  0, or -1 with *e set: EX_NOINPUT where there is no file, EX_DATAERR where it is not a
 *         receipt. *r is to be freed in any case.
 */
int receipt_read(const char *path, struct receipt *r, struct err *e);

/* receipt_remove(path, e): return 0, or -1 with *e set */
int receipt_remove(const char *path, struct err *e);

void receipt_free(struct receipt *r);

#endif
