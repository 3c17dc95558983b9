/*
 * child: run another program with chosen standard descriptors and reap it.
 */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include "base/err.h"

#include <sys/types.h>

#define CHILD_PIPE (-2) /* a new pipe; our end is in the struct child */
#define CHILD_INHERIT (-1) /* the same descriptor as ours */
#define CHILD_NULL (-3) /* /dev/null */

struct child {
	pid_t pid; /* 0 while nothing runs */
	const char *name; /* argv[0], for messages; borrowed */
	int in; /* we write the child's stdin here; -1 unless CHILD_PIPE; owned */
	int out; /* we read the child's stdout here; -1 unless CHILD_PIPE; owned */
};

/*
 * child_start(c, argv, in, out, errfd, e): fork and exec argv[0], searched on PATH.
 * in, out, errfd  a descriptor, CHILD_INHERIT, CHILD_NULL or (not for errfd) CHILD_PIPE.
 *                 Descriptors above 2 are expected to be close-on-exec.
 * argv ends with NULL; nothing of it is changed. The child starts with default signal dispositions
 * and an empty mask, in our process group, and is sent SIGTERM if the calling thread dies: call
 * from one that outlives the child. return  0; -1 with *e set: EX_UNAVAILABLE when there is no such
 * program, else EX_OSERR
 */
int child_start(
    struct child *c, const char *const argv[], int in, int out, int errfd, struct err *e);

/* child_close_in(c): close our end of the child's stdin, so that it sees end of file */
void child_close_in(struct child *c);

/*
 * child_wait(c, status, e): close our ends and wait for the child to end. Blocks, stop or not:
 * the child got the signal too, or child_kill() was called.
 * out     *status as waitpid gives it
 * return  0, or -1 with *e set
 */
int child_wait(struct child *c, int *status, struct err *e);

/*
 * child_status_text(status, buf, len): "exited with status 3" or "was killed by SIGKILL".
 * return  buf
 */
const char *child_status_text(int status, char *buf, size_t len);

/* child_kill(c): ask a running child to end (SIGTERM), and reap it, by force after 5 s. Safe on
 * one that does not run. */
void child_kill(struct child *c);

#endif
