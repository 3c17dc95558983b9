/*
 * err: one failure, as a value.
 *
 * Whoever sees a failure first fills a struct err, with the context that only it knows; callers
 * pass it up untouched; main() alone prints it (prog_fail) and turns the code into the exit status.
 *
 * text is one line: "what failed: why; what to do". It never holds a secret.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <sysexits.h>

#define ERR_TEXT_MAX 2048

struct err {
	int code; /* a sysexits.h code; 0 while nothing has failed */
	char text[ERR_TEXT_MAX];
};

/*
 * err_set(e, code, fmt, ...): record a failure, unless *e holds one already (the first one is the
 * cause). Control characters in the expanded text are printed as '?', so that the text stays one
 * line. An expansion that is too long is cut.
 * return  -1 always, so that callers can write `return err_set(...)`
 */
int err_set(struct err *e, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/*
 * err_sys(e, code, fmt, ...): the same, followed by ": " and the text of the current errno.
 * code 0 chooses from errno: EX_NOINPUT for ENOENT, EX_NOPERM for EACCES, EPERM and EROFS,
 * EX_TEMPFAIL for EAGAIN, EX_OSERR for ENOMEM, EMFILE and ENFILE, EX_IOERR for the rest.
 */
int err_sys(struct err *e, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* err_nomem(e): memory ran out. return -1 */
int err_nomem(struct err *e);

#endif
