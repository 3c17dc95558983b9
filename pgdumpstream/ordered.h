/*
 * ordered: many threads write, one descriptor receives: the lanes' bytes, one lane after another in
 * the order in which the lanes were opened.
 *
 * The first lane's bytes leave as they come. What is written to later lanes waits in memory, up to
 * a limit for all of them together; then their writers block until their turn comes nearer.
 * Memory: limit + ORDERED_FIRST_MAX, however long a lane is.
 */
#ifndef PGDUMPSTREAM_ORDERED_H
#define PGDUMPSTREAM_ORDERED_H

#include "base/err.h"

#include <stddef.h>

#define ORDERED_FIRST_MAX (4u << 20) /* bytes that may wait to be written for the first lane */

struct ordered;
struct lane;

/* ordered_new(fd, name, limit, e): fd stays the caller's; limit in bytes.
 * return  NULL with *e set when memory ran out */
struct ordered *ordered_new(int fd, const char *name, size_t limit, struct err *e);

/* ordered_free(o): all threads that write must have ended */
void ordered_free(struct ordered *o);

/* ordered_open(o, e): a new lane, behind all others. It belongs to o. NULL with *e set */
struct lane *ordered_open(struct ordered *o, struct err *e);

/*
 * lane_write(l, data, len, e): append. May block until there is room.
 * return  0, or -1 with *e set: out of memory, or somebody failed (ordered_fail)
 */
int lane_write(struct lane *l, const void *data, size_t len, struct err *e);

/* lane_turn(l, e): block until l is the first lane. return 0, or -1 with *e set as above */
int lane_turn(struct lane *l, struct err *e);

/* lane_close(l): no more comes. The lane is gone for the caller. */
void lane_close(struct lane *l);

/* ordered_end(o): no more lanes come */
void ordered_end(struct ordered *o);

/*
 * ordered_run(o, e): write everything, until ordered_end() was called and the last lane is closed.
 * return  0, or -1 with *e set: the first failure of anybody
 */
int ordered_run(struct ordered *o, struct err *e);

/* ordered_fail(o, e): record a failure; all waits above end. The first one counts. */
void ordered_fail(struct ordered *o, const struct err *e);

#endif
