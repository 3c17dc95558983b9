#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A newline inside an identifier or a server's message must not fake a second message. */
static void flatten(char *text)
{
	for (char *p = text; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		if (c == '\n' || c == '\t' || c == '\r')
			*p = ' ';
		else if (c < 0x20 || c == 0x7f)
			*p = '?';
	}
	for (size_t n = strlen(text); n > 0 && text[n - 1] == ' '; n--)
		text[n - 1] = '\0';
}

static int code_of_errno(int errnum)
{
	switch (errnum) {
	case ENOENT:
	case ENOTDIR:
		return EX_NOINPUT;
	case EACCES:
	case EPERM:
	case EROFS:
		return EX_NOPERM;
	case EAGAIN:
		return EX_TEMPFAIL;
	case ENOMEM:
	case EMFILE:
	case ENFILE:
		return EX_OSERR;
	default:
		return EX_IOERR;
	}
}

int err_set(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;

	if (e->code != 0)
		return -1;
	e->code = code;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	flatten(e->text);
	return -1;
}

int err_sys(struct err *e, int code, const char *fmt, ...)
{
	int errnum = errno;
	va_list ap;
	size_t n;

	if (e->code != 0)
		return -1;
	e->code = code != 0 ? code : code_of_errno(errnum);
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	n = strlen(e->text);
	snprintf(e->text + n, sizeof(e->text) - n, ": %s", strerror(errnum));
	flatten(e->text);
	return -1;
}

int err_nomem(struct err *e)
{
	return err_set(e, EX_OSERR, "out of memory");
}
