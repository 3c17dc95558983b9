/*
 * io: exact reads and writes on descriptors. EINTR, short transfers and the stop flag are dealt
 * with here and nowhere else.
 *
 * All of them block, and give up with stop_err() when a stop was asked for. name is what messages
 * call the descriptor ("standard input", a file name). Thread-safe on distinct descriptors.
 */
#ifndef BASE_IO_H
#define BASE_IO_H

#include "base/err.h"

#include <stddef.h>
#include <sys/types.h>

/*
 * io_read(fd, buf, len, name, e): read until len bytes or end of file.
 * return  bytes read: less than len only at end of file; -1 with *e set (EX_IOERR)
 */
ssize_t io_read(int fd, void *buf, size_t len, const char *name, struct err *e);

/*
 * io_read_some(fd, buf, len, name, e): one read, of whatever is there; for input that trickles.
 * return  1..len bytes; 0 at end of file; -1 with *e set (EX_IOERR)
 */
ssize_t io_read_some(int fd, void *buf, size_t len, const char *name, struct err *e);

/* io_write(fd, buf, len, name, e): write all of it. return 0, or -1 with *e set (EX_IOERR) */
int io_write(int fd, const void *buf, size_t len, const char *name, struct err *e);

/* io_close(fd, name, e): close a descriptor that was written to; never retried.
 * return 0, or -1 with *e set: what was written may be lost (EX_IOERR) */
int io_close(int fd, const char *name, struct err *e);

/*
 * io_widen_pipe(fd): let a pipe hold 1 MiB where the system allows it; fewer switches between the
 * programs of a pipeline. Nothing happens to what is no pipe, or where the limits forbid it.
 */
void io_widen_pipe(int fd);

#endif
