#include "base/io.h"
#include "base/num.h"
#include "base/prog.h"
#include "level.h"
#include "pack.h"
#include "unpack.h"

#include <getopt.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { JOBS_MAX = 256 };

static const char help[] =
    "usage: gzfilter [-d | -t] [-1 .. -12] [-j N]\n"
    "Compress standard input to standard output in gzip format, on several processors.\n"
    "\n"
    "  -d, --decompress  decompress; any gzip stream is read\n"
    "  -t, --test        decompress, verify everything, write nothing\n"
    "  -1 .. -12         speed (-1, --fast, the default) or density (-12, --best)\n"
    "  -j, --jobs=N      work on N blocks at the same time (default: processors available)\n"
    "  -h, --help        print this text\n"
    "      --version     print the version\n"
    "\n"
    "A stream that gzfilter wrote ends in a marker, and -d and -t refuse it without.\n";

enum mode { MODE_COMPRESS, MODE_DECOMPRESS, MODE_TEST };

struct options {
	enum mode mode;
	unsigned level;
	unsigned jobs;
};

/* The processors that this process may use, which is less than the machine's under a cpuset. */
static unsigned processors(void)
{
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set)
							     : (int)sysconf(_SC_NPROCESSORS_ONLN);

	if (n < 1)
		return 1;
	return n < JOBS_MAX ? (unsigned)n : JOBS_MAX;
}

static int parse_number(const char *what, const char *text, unsigned max, unsigned *out)
{
	struct err e = {0};
	uint64_t n;

	if (num_uint(what, text, 1, max, &n, &e) != 0)
		return prog_usage("%s", e.text);
	*out = (unsigned)n;
	return 0;
}

/* -1 takes an optional digit behind it, so that -12 is one level and not two. */
static int parse_level(int c, const char *more, unsigned *level)
{
	char text[8];

	snprintf(text, sizeof(text), "%c%s", c, more != NULL ? more : "");
	return parse_number("level", text, LEVEL_MAX, level);
}

static int parse(int argc, char **argv, struct options *o, bool *done)
{
	enum { OPT_FAST = 256, OPT_BEST, OPT_VERSION };
	static const struct option longs[] = {
	    {"decompress", no_argument, NULL, 'd'},
	    {"test", no_argument, NULL, 't'},
	    {"jobs", required_argument, NULL, 'j'},
	    {"fast", no_argument, NULL, OPT_FAST},
	    {"best", no_argument, NULL, OPT_BEST},
	    {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, OPT_VERSION},
	    {0},
	};
	int c, rc = 0;

	while (rc == 0 && (c = getopt_long(argc, argv, ":dthj:1::23456789", longs, NULL)) != -1) {
		*done = c == 'h' || c == OPT_VERSION;
		if (c == 'h')
			return prog_help(help);
		if (c == OPT_VERSION)
			return prog_version();
		if (c == 'd')
			o->mode = o->mode == MODE_TEST ? MODE_TEST : MODE_DECOMPRESS;
		else if (c == 't')
			o->mode = MODE_TEST;
		else if (c == OPT_FAST)
			o->level = LEVEL_MIN;
		else if (c == OPT_BEST)
			o->level = LEVEL_MAX;
		else if (c == 'j')
			rc = parse_number("--jobs", optarg, JOBS_MAX, &o->jobs);
		else if (c >= '1' && c <= '9')
			rc = parse_level(c, optarg, &o->level);
		else
			rc = prog_bad_option(c, argv);
	}
	if (rc == 0 && optind < argc)
		rc = prog_usage("'%s': files are given by '<' and '>'", argv[optind]);
	return rc;
}

static int check_terminals(const struct options *o)
{
	if (o->mode == MODE_COMPRESS && isatty(STDOUT_FILENO))
		return prog_usage(
		    "will not write compressed data to a terminal; use '>' or a pipe");
	if (o->mode != MODE_COMPRESS && isatty(STDIN_FILENO))
		return prog_usage(
		    "will not read compressed data from a terminal; use '<' or a pipe");
	return 0;
}

static void run(const struct options *o, struct err *e)
{
	io_widen_pipe(STDIN_FILENO);
	io_widen_pipe(STDOUT_FILENO);
	if (o->mode == MODE_COMPRESS)
		pack_run(STDIN_FILENO, STDOUT_FILENO, o->level, o->jobs, e);
	else if (o->mode == MODE_DECOMPRESS)
		unpack_run(STDIN_FILENO, STDOUT_FILENO, o->jobs, e);
	else
		unpack_run(STDIN_FILENO, UNPACK_NO_OUTPUT, o->jobs, e);
}

int main(int argc, char **argv)
{
	struct options o = {.mode = MODE_COMPRESS, .level = LEVEL_DEFAULT, .jobs = processors()};
	struct err e = {0};
	bool done = false;
	int rc;

	if (prog_start("gzfilter", &e) != 0)
		return prog_end(&e);
	rc = parse(argc, argv, &o, &done);
	if (rc == 0 && !done)
		rc = check_terminals(&o);
	if (rc != 0 || done)
		return rc;
	run(&o, &e);
	return prog_end(&e);
}
