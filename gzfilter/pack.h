/*
 * pack: data in, gzip members out (format.h), through a ring of blocks (base/ring.h).
 */
#ifndef GZFILTER_PACK_H
#define GZFILTER_PACK_H

#include "base/err.h"

/*
 * pack_run(in_fd, out_fd, level, jobs, e): compress until end of file. Nothing is closed.
 * level   LEVEL_MIN..LEVEL_MAX
 * jobs    blocks compressed at the same time, at least 1
 * Memory: 2 * jobs + 2 blocks, in and out.
 * return  0 when the end marker is written, or -1 with *e set (EX_IOERR, EX_OSERR, stop)
 */
int pack_run(int in_fd, int out_fd, unsigned level, unsigned jobs, struct err *e);

#endif
