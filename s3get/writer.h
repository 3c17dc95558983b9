/*
 * writer: a thread that writes buffers to a descriptor in the order in which they were handed in.
 */
#ifndef S3GET_WRITER_H
#define S3GET_WRITER_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct writer;

/*
 * writer_open(out, queue_max, fd, name, notify, arg, e)
 * queue_max  the most buffers that are handed in and not yet written
 * notify     called by the thread after each buffer, and when it fails
 * return     0 with *out to be closed by writer_close(), or -1 with *e set
 */
int writer_open(struct writer **out, unsigned queue_max, int fd, const char *name,
    void (*notify)(void *arg), void *arg, struct err *e);

/* writer_put(w, data, len): hand a buffer in; borrowed until it is counted as written */
void writer_put(struct writer *w, const void *data, size_t len);

/*
 * writer_written(w, n, e): how many buffers have been written since the start
 * return  0, or -1 with *e set when the writing has failed
 */
int writer_written(struct writer *w, uint64_t *n, struct err *e);

/* writer_close(w): end the thread after the buffer that it is writing; a stop ends that, too.
 * Safe on NULL. */
void writer_close(struct writer *w);

#endif
