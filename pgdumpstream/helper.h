/*
 * helper: pg_dump or pg_restore as a child, and why it failed, as one of our errors.
 */
#ifndef PGDUMPSTREAM_HELPER_H
#define PGDUMPSTREAM_HELPER_H

#include "base/child.h"
#include "base/err.h"

struct helper {
	struct child child;
	const char *name; /* for messages */
	int said; /* scratch file with what it wrote to stderr */
};

/* Before helper_start(), so that helper_close() is safe. */
#define HELPER_NONE \
	{ \
		.child = {.in = -1, .out = -1}, .said = -1 \
	}

/*
 * helper_start(h, name, argv, in, out, e): as child_start(), with stderr into a scratch file. name
 * must outlive h.
 * return  0, or -1 with *e set; helper_close() in both cases
 */
int helper_start(
    struct helper *h, const char *name, const char *const argv[], int in, int out, struct err *e);

/*
 * helper_wait(h, e): close our ends and wait for it.
 * return  0 when it exited with 0, else -1 with *e set to what it said: EX_NOPERM, EX_NOINPUT,
 *         EX_TEMPFAIL, EX_USAGE, EX_IOERR where that is known to mean it, else EX_UNAVAILABLE
 */
int helper_wait(struct helper *h, struct err *e);

/* helper_note_warnings(h): repeat on stderr what it warned of so far */
void helper_note_warnings(const struct helper *h);

/* helper_close(h): end it, if it still runs */
void helper_close(struct helper *h);

#endif
