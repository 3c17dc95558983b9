/*
 * unpack: gzip members in, data out, through a ring of pieces (base/ring.h).
 *
 * Members of ours (format.h) are read whole and inflated by the workers. Members of anybody else
 * are inflated by the reading thread, piece by piece, in constant memory whatever their size.
 */
#ifndef GZFILTER_UNPACK_H
#define GZFILTER_UNPACK_H

#include "base/err.h"

enum { UNPACK_NO_OUTPUT = -1 };

/*
 * unpack_run(in_fd, out_fd, jobs, e): decompress until end of file. Nothing is closed.
 * out_fd  UNPACK_NO_OUTPUT: test the stream, write nothing
 * jobs    members inflated at the same time, at least 1
 * Memory: 2 * jobs + 2 members, at most FORMAT_DATA_MAX bytes each, in and out.
 * What stands before the first fault of the stream is written, then the call fails.
 * return  0 when all of the input was one or more complete gzip streams, with every checksum and
 *         length verified; -1 with *e set: EX_DATAERR for anything else that was read, EX_IOERR,
 *         EX_OSERR, stop
 */
int unpack_run(int in_fd, int out_fd, unsigned jobs, struct err *e);

#endif
