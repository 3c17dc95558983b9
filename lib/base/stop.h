/*
 * stop: SIGINT, SIGTERM and SIGHUP as a flag that every wait in the program can see.
 *
 * The handler records the signal and makes stop_fd() readable; nothing else happens inside it.
 * Every blocking wait polls stop_fd() beside its own descriptor (io_* do), or looks at
 * stop_signal() after EINTR. main() cleans up and calls stop_reraise(), so that the parent sees
 * a death by that signal.
 */
#ifndef BASE_STOP_H
#define BASE_STOP_H

#include "base/err.h"

/* stop_install(e): install the handlers; call once, before any thread is made. return 0 or -1 */
int stop_install(struct err *e);

/* stop_signal(): the signal that asked the program to stop, or 0. Async-signal-safe. */
int stop_signal(void);

/* stop_fd(): a descriptor that polls readable once a stop was asked for; -1 before
 * stop_install(). Nobody reads from it. */
int stop_fd(void);

/* stop_err(e): record "stopped by SIGTERM" in *e. return -1 */
int stop_err(struct err *e);

/* stop_reraise(): if a stop was asked for, die by that signal; otherwise return. */
void stop_reraise(void);

#endif
