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
	OPT_NO_COMMENTS,
	OPT_NO_PUBLICATIONS,
	OPT_NO_SECURITY_LABELS,
	OPT_NO_SUBSCRIPTIONS,
	OPT_NO_TABLESPACES,
	OPT_NO_UNLOGGED
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
    {"no-comments", no_argument, NULL, OPT_NO_COMMENTS},
    {"no-publications", no_argument, NULL, OPT_NO_PUBLICATIONS},
    {"no-security-labels", no_argument, NULL, OPT_NO_SECURITY_LABELS},
    {"no-subscriptions", no_argument, NULL, OPT_NO_SUBSCRIPTIONS},
    {"no-tablespaces", no_argument, NULL, OPT_NO_TABLESPACES},
    {"no-unlogged-table-data", no_argument, NULL, OPT_NO_UNLOGGED},
    {"help", no_argument, NULL, OPT_HELP}, {"version", no_argument, NULL, OPT_VERSION},
    {NULL, 0, NULL, 0}};

/* Options that go on as they came: those of selection to pg_dump, those of form to pg_restore, and
 * to both where each of them writes such commands. */
enum passed_to { TO_DUMP = 1, TO_RESTORE = 2 };

static const struct passed {
	int opt;
	int to;
	const char *name;
} passed[] = {{'n', TO_DUMP, "--schema"}, {'N', TO_DUMP, "--exclude-schema"},
    {'t', TO_DUMP, "--table"}, {'T', TO_DUMP, "--exclude-table"},
    {OPT_EXCLUDE_DATA, TO_DUMP, "--exclude-table-data"},
    {OPT_LOCK_WAIT, TO_DUMP, "--lock-wait-timeout"}, {OPT_STRICT_NAMES, TO_DUMP, "--strict-names"},
    {'s', TO_DUMP, "--schema-only"}, {'a', TO_DUMP, "--data-only"}, {'O', TO_RESTORE, "--no-owner"},
    {'x', TO_DUMP | TO_RESTORE, "--no-privileges"}, {'c', TO_RESTORE, "--clean"},
    {OPT_IF_EXISTS, TO_RESTORE, "--if-exists"},
    {OPT_NO_COMMENTS, TO_DUMP | TO_RESTORE, "--no-comments"},
    {OPT_NO_PUBLICATIONS, TO_DUMP, "--no-publications"},
    {OPT_NO_SECURITY_LABELS, TO_DUMP | TO_RESTORE, "--no-security-labels"},
    {OPT_NO_SUBSCRIPTIONS, TO_DUMP, "--no-subscriptions"},
    {OPT_NO_TABLESPACES, TO_RESTORE, "--no-tablespaces"},
    {OPT_NO_UNLOGGED, TO_DUMP, "--no-unlogged-table-data"}};

static int add_with_value(struct arg_list *list, const char *name, struct err *e)
{
	if (options_add(list, name, e) != 0)
		return -1;
	return optarg != NULL ? options_add(list, optarg, e) : 0;
}

static int pass_on(struct dump_options *o, int opt, struct err *e)
{
	for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++) {
		const struct passed *p = &passed[i];

		if (p->opt != opt)
			continue;
		if ((p->to & TO_DUMP) != 0 && add_with_value(&o->for_pg_dump, p->name, e) != 0)
			return -1;
		if ((p->to & TO_RESTORE) != 0)
			return add_with_value(&o->for_pg_restore, p->name, e);
	}
	return 0;
}

static int set_sections(struct dump_options *o, enum dump_sections sections, struct err *e)
{
	if (o->sections != SECTIONS_ALL && o->sections != sections)
		return err_set(
		    e, EX_USAGE, "--schema-only and --data-only cannot be used together");
	o->sections = sections;
	return 0;
}

static int set_jobs(struct dump_options *o, struct err *e)
{
	uint64_t n = 0;

	if (num_uint("--jobs", optarg, 1, JOBS_MAX, &n, e) != 0)
		return -1;
	o->jobs = (unsigned)n;
	return 0;
}

/* What the program itself has to know of an option. */
static int take_option(struct dump_options *o, int opt, struct err *e)
{
	switch (opt) {
	case 'd':
		o->target.dbname = optarg;
		break;
	case 'h':
		o->target.host = optarg;
		break;
	case 'p':
		o->target.port = optarg;
		break;
	case 'U':
		o->target.user = optarg;
		break;
	case OPT_PG_DUMP:
		o->pg_dump = optarg;
		break;
	case OPT_LOCK_WAIT:
		o->lock_wait = optarg;
		break;
	case 'j':
		return set_jobs(o, e);
	case 's':
		return set_sections(o, SECTIONS_SCHEMA, e);
	case 'a':
		return set_sections(o, SECTIONS_DATA, e);
	default:
		o->no_owner |= opt == 'O';
		o->no_privileges |= opt == 'x';
		o->clean |= opt == 'c';
		o->if_exists |= opt == OPT_IF_EXISTS;
		o->selective |=
		    opt == 'n' || opt == 'N' || opt == 't' || opt == 'T' || opt == OPT_EXCLUDE_DATA;
	}
	return 0;
}

static int check_options(const struct dump_options *o, struct err *e)
{
	if (o->if_exists && !o->clean)
		return err_set(e, EX_USAGE, "--if-exists needs --clean");
	if (o->clean && o->sections == SECTIONS_DATA)
		return err_set(e, EX_USAGE, "--clean and --data-only cannot be used together");
	return 0;
}

static unsigned default_jobs(void)
{
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;

	return n < JOBS_DEFAULT_MAX ? (unsigned)n : JOBS_DEFAULT_MAX;
}

/* return -1 to go on, else the exit status */
static int parse(struct dump_options *o, int argc, char **argv)
{
	struct err e = {0};
	int opt;

	while ((opt = getopt_long(argc, argv, ":d:h:p:U:wj:n:N:t:T:saOxc", long_options, NULL)) !=
	       -1) {
		if (opt == OPT_HELP)
			return prog_help(usage);
		if (opt == OPT_VERSION)
			return prog_version();
		if (opt == '?' || opt == ':')
			return prog_bad_option(opt, argv);
		if (take_option(o, opt, &e) != 0 || pass_on(o, opt, &e) != 0)
			return prog_usage("%s", e.text);
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
