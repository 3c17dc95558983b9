/*
 * dump: one database as one stream (doc/FORMAT.md).
 */
#ifndef PGDUMPSTREAM_DUMP_H
#define PGDUMPSTREAM_DUMP_H

#include "options.h"

/*
 * dump_run(o, fd, name, e): write the stream to fd. The end mark is written only when everything
 * before it was written and confirmed.
 * return  0, or -1 with *e set
 */
int dump_run(const struct dump_options *o, int fd, const char *name, struct err *e);

#endif
