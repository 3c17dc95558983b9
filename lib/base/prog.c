#include "base/prog.h"

#include "base/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <locale.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static const char *name_of_program = "?";

int prog_start(const char *name, struct err *e)
{
	name_of_program = name;
	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
			return err_sys(e, EX_OSERR, "cannot open /dev/null");
	}
	signal(SIGPIPE, SIG_IGN);
	setlocale(LC_CTYPE, "");
	return stop_install(e);
}

const char *prog_name(void)
{
	return name_of_program;
}

__attribute__((format(printf, 1, 0))) static void vnote(
    const char *fmt, va_list ap, const char *tail)
{
	flockfile(stderr);
	fprintf(stderr, "%s: ", name_of_program);
	vfprintf(stderr, fmt, ap);
	fprintf(stderr, "%s\n", tail);
	funlockfile(stderr);
}

void prog_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vnote(fmt, ap, "");
	va_end(ap);
}

static int finish_stdout(struct err *e)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		return err_sys(e, EX_IOERR, "cannot write standard output");
	return 0;
}

int prog_version(void)
{
	struct err e = {0};

	printf("%s %s\n", name_of_program, PROG_VERSION);
	return prog_end(&e);
}

int prog_help(const char *text)
{
	struct err e = {0};

	fputs(text, stdout);
	return prog_end(&e);
}

int prog_usage(const char *fmt, ...)
{
	char tail[64];
	va_list ap;

	va_start(ap, fmt);
	snprintf(tail, sizeof(tail), "; try '%s --help'", name_of_program);
	vnote(fmt, ap, tail);
	va_end(ap);
	return EX_USAGE;
}

int prog_bad_option(int opt, char *const argv[])
{
	/* optopt is 0 or beyond the characters for a long option */
	const char letter[] = {'-', (char)optopt, '\0'};
	const char *name = optopt > 0 && optopt <= UCHAR_MAX ? letter : argv[optind - 1];

	if (opt == ':')
		return prog_usage("option '%s' needs an argument", name);
	return prog_usage("unknown option '%s'", name);
}

unsigned prog_cpus(unsigned max)
{
	cpu_set_t set;
	unsigned n = sched_getaffinity(0, sizeof(set), &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;

	return n < max ? n : max;
}

int prog_end(struct err *e)
{
	if (e->code == 0)
		finish_stdout(e);
	if (e->code != 0)
		prog_note("%s", e->text);
	stop_reraise();
	return e->code;
}
