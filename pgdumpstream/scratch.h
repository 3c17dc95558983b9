/*
 * scratch: files without a name in TMPDIR (default /tmp), of which nothing can be left behind.
 */
#ifndef PGDUMPSTREAM_SCRATCH_H
#define PGDUMPSTREAM_SCRATCH_H

#include "base/buf.h"
#include "base/err.h"

/* scratch_open(e): return a close-on-exec descriptor for reading and writing, or -1 with *e set */
int scratch_open(struct err *e);

/* scratch_write(fd, data, len, e): return 0, or -1 with *e set (EX_IOERR: TMPDIR is full) */
int scratch_write(int fd, const void *data, size_t len, struct err *e);

/* scratch_read(fd, b, e): append the whole content. return 0, or -1 with *e set */
int scratch_read(int fd, struct buf *b, struct err *e);

#endif
