/*
 * pgdumpstream: a consistent dump of one database as plain SQL on standard output, its table data
 * read over several connections at once. See pgdumpstream.1 and doc/FORMAT.md.
 */
#include "base/num.h"
#include "base/prog.h"
#include "dump.h"

#include <getopt.h>
#include <jansson.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define JOBS_MAX 64
#define JOBS_DEFAULT_MAX \
	4 /* more than this is the user's decision: it is load on a live server \
	   */

static const char usage[] =
    "Usage: pgdumpstream [OPTION]... [DBNAME] > STREAM\n"
    "Write one database as plain SQL: a consistent snapshot, read in parallel.\n"
    "\n"
    "Connection:\n"
    "  -d, --dbname=DBNAME       database, conninfo string or postgresql:// URI\n"
    "  -h, --host=HOST           server host or socket directory\n"
    "  -p, --port=PORT           server port\n"
    "  -U, --username=NAME       user\n"
    "  -w, --no-password         accepted for pg_dump's sake: there is never a prompt\n"
    "  -j, --jobs=N              connections that read table data (default: the number of\n"
    "                            processors, at most 4)\n"
    "      --lock-wait-timeout=T fail after waiting T milliseconds for a table lock\n"
    "      --pg-dump=PATH        the pg_dump that writes the DDL (default: search)\n"
    "\n"
    "What is dumped, as in pg_dump:\n"
    "  -n, --schema=PATTERN, -N, --exclude-schema=PATTERN\n"
    "  -t, --table=PATTERN, -T, --exclude-table=PATTERN\n"
    "      --exclude-table-data=PATTERN\n"
    "  -s, --schema-only         no rows\n"
    "  -a, --data-only           only rows, sequence values and large objects\n"
    "  -O, --no-owner            no commands that set owners\n"
    "  -x, --no-privileges       no GRANT and REVOKE\n"
    "  -c, --clean               DROP commands first\n"
    "      --if-exists           with --clean: DROP ... IF EXISTS\n"
    "      --no-comments, --no-publications, --no-security-labels, --no-subscriptions,\n"
    "      --no-tablespaces, --no-unlogged-table-data, --strict-names\n"
    "\n"
    "      --help, --version\n"
    "\n"
    "The stream is complete only if the exit status is 0. PGHOST, PGPORT, PGUSER, PGPASSWORD,\n"
    "PGDATABASE and libpq's other variables are understood. Restore: pgrestorestream, or\n"
    "psql -X -v ON_ERROR_STOP=1 -d NEW.\n";

enum long_only {
	OPT_HELP = 256,
	OPT_VERSION,
	OPT_PG_DUMP,
	OPT_LOCK_WAIT,
	OPT_EXCLUDE_DATA,
	OPT_IF_EXISTS,
	OPT_STRICT_NAMES,
	OPT_PASS /* from here on: goes to pg_dump as it is */
};

static const struct option long_options[] = {{"dbname", required_argument, NULL, 'd'},
    {"host", required_argument, NULL, 'h'}, {"port", required_argument, NULL, 'p'},
    {"username", required_argument, NULL, 'U'}, {"no-password", no_argument, NULL, 'w'},
    {"jobs", required_argument, NULL, 'j'}, {"schema", required_argument, NULL, 'n'},
    {"exclude-schema", required_argument, NULL, 'N'}, {"table", required_argument, NULL, 't'},
    {"exclude-table", required_argument, NULL, 'T'}, {"schema-only", no_argument, NULL, 's'},
    {"data-only", no_argument, NULL, 'a'}, {"no-owner", no_argument, NULL, 'O'},
    {"no-privileges", no_argument, NULL, 'x'}, {"no-acl", no_argument, NULL, 'x'},
    {"clean", no_argument, NULL, 'c'}, {"if-exists", no_argument, NULL, OPT_IF_EXISTS},
    {"exclude-table-data", required_argument, NULL, OPT_EXCLUDE_DATA},
    {"lock-wait-timeout", required_argument, NULL, OPT_LOCK_WAIT},
    {"pg-dump", required_argument, NULL, OPT_PG_DUMP},
    {"strict-names", no_argument, NULL, OPT_STRICT_NAMES},
    {"no-comments", no_argument, NULL, OPT_PASS}, {"no-publications", no_argument, NULL, OPT_PASS},
    {"no-security-labels", no_argument, NULL, OPT_PASS},
    {"no-subscriptions", no_argument, NULL, OPT_PASS},
    {"no-tablespaces", no_argument, NULL, OPT_PASS},
    {"no-unlogged-table-data", no_argument, NULL, OPT_PASS}, {"help", no_argument, NULL, OPT_HELP},
    {"version", no_argument, NULL, OPT_VERSION}, {NULL, 0, NULL, 0}};

/* An option with its value, as one string that lives as long as the program. */
static int pass_value(struct dump_options *o, const char *option, const char *value, struct err *e)
{
	if (options_add(&o->for_pg_dump, option, e) != 0)
		return -1;
	return options_add(&o->for_pg_dump, value, e);
}

static int parse_selection(struct dump_options *o, int opt, struct err *e)
{
	static const struct {
		int opt;
		const char *name;
	} names[] = {{'n', "--schema"}, {'N', "--exclude-schema"}, {'t', "--table"},
	    {'T', "--exclude-table"}, {OPT_EXCLUDE_DATA, "--exclude-table-data"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].opt != opt)
			continue;
		o->selective = true;
		return pass_value(o, names[i].name, optarg, e);
	}
	return err_set(e, EX_SOFTWARE, "option %d is not handled", opt);
}

static int set_sections(
    struct dump_options *o, enum dump_sections sections, const char *option, struct err *e)
{
	if (o->sections != SECTIONS_ALL && o->sections != sections)
		return err_set(
		    e, EX_USAGE, "--schema-only and --data-only cannot be used together");
	o->sections = sections;
	return options_add(&o->for_pg_dump, option, e);
}

static int parse_number(struct dump_options *o, int opt, struct err *e)
{
	uint64_t n = 0;

	if (opt == OPT_LOCK_WAIT) {
		if (num_uint("--lock-wait-timeout", optarg, 1, 2147483647, &o->lock_wait_ms, e) !=
		    0)
			return -1;
		return pass_value(o, "--lock-wait-timeout", optarg, e);
	}
	if (num_uint("--jobs", optarg, 1, JOBS_MAX, &n, e) != 0)
		return -1;
	o->jobs = (unsigned)n;
	return 0;
}

/* Options that change how pg_restore writes the script. */
static int parse_form(struct dump_options *o, int opt, struct err *e)
{
	switch (opt) {
	case 'O':
		o->no_owner = true;
		return options_add(&o->for_pg_restore, "--no-owner", e);
	case 'x':
		o->no_privileges = true;
		if (options_add(&o->for_pg_dump, "--no-privileges", e) != 0)
			return -1;
		return options_add(&o->for_pg_restore, "--no-privileges", e);
	case 'c':
		return options_add(&o->for_pg_restore, "--clean", e);
	default:
		return options_add(&o->for_pg_restore, "--if-exists", e);
	}
}

static int parse_one(struct dump_options *o, int opt, const char *passed, struct err *e)
{
	switch (opt) {
	case 'd':
		o->target.dbname = optarg;
		return 0;
	case 'h':
		o->target.host = optarg;
		return 0;
	case 'p':
		o->target.port = optarg;
		return 0;
	case 'U':
		o->target.user = optarg;
		return 0;
	case 'w':
		return 0;
	case OPT_PG_DUMP:
		o->pg_dump = optarg;
		return 0;
	case 's':
		return set_sections(o, SECTIONS_SCHEMA, "--schema-only", e);
	case 'a':
		return set_sections(o, SECTIONS_DATA, "--data-only", e);
	case 'j':
	case OPT_LOCK_WAIT:
		return parse_number(o, opt, e);
	case 'O':
	case 'x':
	case 'c':
	case OPT_IF_EXISTS:
		return parse_form(o, opt, e);
	case OPT_STRICT_NAMES:
	case OPT_PASS:
		return options_add(&o->for_pg_dump, passed, e);
	default:
		return parse_selection(o, opt, e);
	}
}

static bool has(const struct arg_list *list, const char *arg)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->items[i], arg) == 0)
			return true;
	}
	return false;
}

static int check_options(const struct dump_options *o, struct err *e)
{
	bool clean = has(&o->for_pg_restore, "--clean");

	if (has(&o->for_pg_restore, "--if-exists") && !clean)
		return err_set(e, EX_USAGE, "--if-exists needs --clean");
	if (clean && o->sections == SECTIONS_DATA)
		return err_set(e, EX_USAGE, "--clean and --data-only cannot be used together");
	return 0;
}

static unsigned default_jobs(void)
{
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;

	return n < JOBS_DEFAULT_MAX ? (unsigned)n : JOBS_DEFAULT_MAX;
}

/* The names of options that are passed on, with their dashes. */
static const char *dashed(int index)
{
	static const char *const names[] = {"--no-comments", "--no-publications",
	    "--no-security-labels", "--no-subscriptions", "--no-tablespaces",
	    "--no-unlogged-table-data", "--strict-names"};

	for (size_t i = 0; index >= 0 && i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i] + 2, long_options[index].name) == 0)
			return names[i];
	}
	return "";
}

/* return -1 to go on, else the exit status */
static int parse(struct dump_options *o, int argc, char **argv)
{
	struct err e = {0};
	int index = -1;
	int opt;

	while ((opt = getopt_long(argc, argv, "d:h:p:U:wj:n:N:t:T:saOxc", long_options, &index)) !=
	       -1) {
		if (opt == OPT_HELP)
			return prog_help(usage);
		if (opt == OPT_VERSION)
			return prog_version();
		if (opt == '?')
			return prog_usage("the command line was not understood");
		if (parse_one(o, opt, dashed(index), &e) != 0)
			return prog_usage("%s", e.text);
		index = -1;
	}
	if (optind < argc && o->target.dbname == NULL)
		o->target.dbname = argv[optind++];
	if (optind < argc)
		return prog_usage("unexpected argument '%s'", argv[optind]);
	return check_options(o, &e) != 0 ? prog_usage("%s", e.text) : -1;
}

int main(int argc, char **argv)
{
	struct dump_options o = {.jobs = default_jobs()};
	struct err e = {0};
	int status;

	if (prog_start("pgdumpstream", &e) != 0)
		return prog_end(&e);
	json_object_seed(0); /* before there are threads */
	status = parse(&o, argc, argv);
	if (status < 0) {
		dump_run(&o, STDOUT_FILENO, "standard output", &e);
		status = prog_end(&e);
	}
	options_free(&o);
	return status;
}
