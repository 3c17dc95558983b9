#include "base/num.h"
#include "base/prog.h"
#include "list.h"
#include "plan.h"
#include "policy.h"
#include "stamp.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LIMIT_MAX 1000000

static const char help[] =
    "usage: prune [-0] [--plan] [--daily N] [--weekly N] [--monthly N] [--keep-last N] [--now "
    "TIME]\n"
    "Read names of backups on standard input and write those to delete to standard output.\n"
    "\n"
    "      --daily=N      keep one backup of each of the newest N days that have one (7)\n"
    "      --weekly=N     the same for ISO weeks (4)\n"
    "      --monthly=N    the same for months (6)\n"
    "      --keep-last=N  keep the newest N backups (1); the newest one is always kept\n"
    "      --now=TIME     YYYYMMDD_HHMMSS or YYYY-MM-DDTHH:MM:SSZ, UTC, instead of the clock;\n"
    "                     backups from later than that are kept and not counted\n"
    "      --plan         write a table of what would be kept and deleted, and why\n"
    "  -0, --null         names end in a NUL byte instead of a newline, on both sides\n"
    "  -h, --help         print this text\n"
    "      --version      print the version\n"
    "\n"
    "A name is DATABASE_YYYYMMDD_HHMMSS.sql[.gz][.gpg]; columns and directories before it are "
    "passed\n"
    "through. Each database is judged by itself. Nothing is deleted or opened by prune itself.\n";

struct options {
	struct policy policy;
	char end; /* of a name */
	bool plan;
};

enum { OPT_DAILY = 256, OPT_WEEKLY, OPT_MONTHLY, OPT_LAST, OPT_NOW, OPT_PLAN, OPT_VERSION };

static int parse_limit(const char *what, struct options *o, enum rule rule)
{
	struct err e = {0};

	if (num_uint(what, optarg, 0, LIMIT_MAX, &o->policy.limit[rule], &e) != 0)
		return prog_usage("%s", e.text);
	return 0;
}

static int parse_now(struct options *o)
{
	if (strlen(optarg) == STAMP_LEN ? stamp_parse(optarg, &o->policy.now)
					: stamp_parse_iso(optarg, &o->policy.now))
		return 0;
	return prog_usage(
	    "--now: '%s' is neither YYYYMMDD_HHMMSS nor YYYY-MM-DDTHH:MM:SSZ", optarg);
}

static int parse_option(int c, char **argv, struct options *o)
{
	switch (c) {
	case '0':
		o->end = '\0';
		return 0;
	case OPT_PLAN:
		o->plan = true;
		return 0;
	case OPT_DAILY:
		return parse_limit("--daily", o, RULE_DAILY);
	case OPT_WEEKLY:
		return parse_limit("--weekly", o, RULE_WEEKLY);
	case OPT_MONTHLY:
		return parse_limit("--monthly", o, RULE_MONTHLY);
	case OPT_LAST:
		return parse_limit("--keep-last", o, RULE_LAST);
	case OPT_NOW:
		return parse_now(o);
	case ':':
		return prog_usage("option '%s' needs an argument", argv[optind - 1]);
	default:
		return prog_usage("unknown option '%s'", argv[optind - 1]);
	}
}

static int parse(int argc, char **argv, struct options *o, bool *done)
{
	static const struct option longs[] = {
	    {"daily", required_argument, NULL, OPT_DAILY},
	    {"weekly", required_argument, NULL, OPT_WEEKLY},
	    {"monthly", required_argument, NULL, OPT_MONTHLY},
	    {"keep-last", required_argument, NULL, OPT_LAST},
	    {"now", required_argument, NULL, OPT_NOW},
	    {"plan", no_argument, NULL, OPT_PLAN},
	    {"null", no_argument, NULL, '0'},
	    {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, OPT_VERSION},
	    {0},
	};
	int c, rc = 0;

	while (rc == 0 && (c = getopt_long(argc, argv, ":0h", longs, NULL)) != -1) {
		*done = c == 'h' || c == OPT_VERSION;
		if (*done)
			return c == 'h' ? prog_help(help) : prog_version();
		rc = parse_option(c, argv, o);
	}
	if (rc == 0 && optind < argc)
		rc = prog_usage("'%s': names are read from standard input", argv[optind]);
	return rc;
}

static void run(const struct options *o, struct err *e)
{
	struct entry **sorted = NULL;
	struct list list = {0};

	if (list_read(&list, STDIN_FILENO, o->end, e) != 0 ||
	    policy_apply(&o->policy, list.entries, list.n, &sorted, e) != 0)
		goto out;
	plan_report(sorted, list.n);
	if (o->plan)
		plan_write(&o->policy, sorted, list.n, STDOUT_FILENO, e);
	else
		list_write_deletions(&list, STDOUT_FILENO, o->end, e);
out:
	free(sorted);
	list_free(&list);
}

int main(int argc, char **argv)
{
	struct options o = {
	    .policy = {.limit = {1, 7, 4, 6}, .now = time(NULL)},
	    .end = '\n',
	};
	struct err e = {0};
	bool done = false;
	int rc;

	if (prog_start("prune", &e) != 0)
		return prog_end(&e);
	rc = parse(argc, argv, &o, &done);
	if (rc != 0 || done)
		return rc;
	run(&o, &e);
	return prog_end(&e);
}
