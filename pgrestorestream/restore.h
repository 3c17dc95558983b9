/*
 * restore: a dump stream on standard input into a database, from looking at its first bytes to
 * ANALYZE; on failure, a database that was made for it is gone again.
 */
#ifndef PGRESTORESTREAM_RESTORE_H
#define PGRESTORESTREAM_RESTORE_H

#include "options.h"

/* What was restored. */
struct restore_result {
	uint64_t tables;
	uint64_t rows;
	uint64_t bytes; /* of COPY text */
	uint64_t blobs;
	uint64_t blob_bytes;
	double seconds;
};

/*
 * restore_run(o, result, e): all of it. Blocks.
 * return  0, or -1 with *e set: EX_DATAERR for a stream that is none, damaged, or refused by the
 *         server; EX_CANTCREAT, EX_NOINPUT when the target does not fit (check.h); and lib/pg's
 * codes
 */
int restore_run(const struct restore_options *o, struct restore_result *result, struct err *e);

#endif
