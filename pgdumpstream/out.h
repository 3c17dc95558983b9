/*
 * out: the stream, where one thread writes it: collects small pieces.
 */
#ifndef PGDUMPSTREAM_OUT_H
#define PGDUMPSTREAM_OUT_H

#include "base/buf.h"

struct out {
	int fd;
	const char *name; /* for messages */
	struct buf buf; /* append to it, then call out_more() */
};

/* out_more(o, e): write what was collected when it is much. return 0, or -1 with *e set */
int out_more(struct out *o, struct err *e);

/* out_flush(o, e): write what was collected. return 0, or -1 with *e set */
int out_flush(struct out *o, struct err *e);

#endif
