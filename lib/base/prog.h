/*
 * prog: what every program's main() does first and last.
 */
#ifndef BASE_PROG_H
#define BASE_PROG_H

#include "base/err.h"

#define PROG_VERSION "0.1.0"

/*
 * prog_start(name, e): call first in main(). Opens /dev/null on any of descriptors 0-2 that is
 * closed (so that no file of ours lands there), the wrong way round (so that a read or write still
 * fails), ignores SIGPIPE (EPIPE is reported instead),
 * sets the locale for character handling, installs the stop flag.
 * name    must outlive the program: messages begin with it
 * return  0, or -1 with *e set
 */
int prog_start(const char *name, struct err *e);

/* prog_name(): the name given to prog_start() */
const char *prog_name(void);

/* prog_note(fmt, ...): print "name: text" on stderr: a warning or a hint, not a failure */
void prog_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* prog_version(): print "name version" on stdout. return the exit status */
int prog_version(void);

/* prog_help(text): print the usage text on stdout. return the exit status */
int prog_help(const char *text);

/* prog_usage(fmt, ...): print "name: text; try 'name --help'" on stderr. return EX_USAGE */
int prog_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * prog_bad_option(opt, argv): report what getopt_long(), whose option string begins with ':',
 * answers with opt '?' or ':'. return EX_USAGE
 */
int prog_bad_option(int opt, char *const argv[]);

/* prog_cpus(max): processors that this program may run on, at least 1 and at most max: the default
 * of -j where more is the user's decision */
unsigned prog_cpus(unsigned max);

/*
 * prog_end(e): call last in main(), when everything is cleaned up. Prints *e if a failure is
 * recorded, flushes stdout (a failure to do so is a failure of the program) and dies by the
 * signal that asked for a stop, if one did.
 * return  the exit status for main() to return
 */
int prog_end(struct err *e);

#endif
