#include "base/io.h"
#include "base/num.h"
#include "base/prog.h"
#include "dumpstream/sqllex.h"
#include "identify.h"
#include "restore.h"
#include "session.h"

#include <fcntl.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define JOBS_MAX 64
#define JOBS_DEFAULT_MAX 4
#define WORK_MEM_DEFAULT ((uint64_t)256 << 20)

static const char help[] =
    "Usage: pgrestorestream [OPTION]... < STREAM\n"
    "Load what pgdumpstream wrote into a database, and confirm that all of it arrived.\n"
    "\n"
    "  -d, --dbname=DB          database, conninfo string or URI; with --create, where to\n"
    "                           connect for making the new one (default postgres)\n"
    "  -h, --host=HOST          server's host or socket directory\n"
    "  -p, --port=PORT          server's port\n"
    "  -U, --username=ROLE      who to connect as\n"
    "  -w, --no-password        never prompt; it never does: use PGPASSWORD or .pgpass\n"
    "\n"
    "  --create=NAME            make database NAME as the stream describes it, and load into\n"
    "                           that; it is dropped again when anything fails\n"
    "  --locale=LOCALE          the new database's locale, instead of the stream's\n"
    "  --create-roles           make roles that the stream names and the server lacks, NOLOGIN\n"
    "  -O, --no-owner           do not set owners\n"
    "  -x, --no-privileges      do not grant or revoke\n"
    "  --no-settings            do not put the database's settings on the new one\n"
    "  --allow-nonempty         add to a database that has something in it\n"
    "  --allow-older-server     load into an older version of PostgreSQL than was dumped\n"
    "  --any-encoding           load into a database of another encoding\n"
    "\n"
    "  -j, --jobs=N             connections that load data, 1 to 64 (default: one for each\n"
    "                           processor, 4 at most)\n"
    "  --maintenance-work-mem=SIZE\n"
    "                           for building indexes, where the server's is less (256M); 0\n"
    "                           leaves the server's\n"
    "  --no-analyze             do not collect planner statistics at the end\n"
    "  --progress, --no-progress\n"
    "                           show how far it is (default: when stderr is a terminal)\n"
    "  --stats[=FD]             a summary in JSON on descriptor FD (default 2)\n"
    "  --identify               only tell what standard input is, in one word\n"
    "  --help, --version\n";

enum option_value {
	OPT_CREATE = 256,
	OPT_LOCALE,
	OPT_CREATE_ROLES,
	OPT_NO_SETTINGS,
	OPT_ALLOW_NONEMPTY,
	OPT_ALLOW_OLDER_SERVER,
	OPT_ANY_ENCODING,
	OPT_MAINTENANCE_WORK_MEM,
	OPT_NO_ANALYZE,
	OPT_PROGRESS,
	OPT_NO_PROGRESS,
	OPT_STATS,
	OPT_IDENTIFY,
	OPT_HELP,
	OPT_VERSION
};

static const struct option long_options[] = {{"dbname", required_argument, NULL, 'd'},
    {"host", required_argument, NULL, 'h'}, {"port", required_argument, NULL, 'p'},
    {"username", required_argument, NULL, 'U'}, {"no-password", no_argument, NULL, 'w'},
    {"create", required_argument, NULL, OPT_CREATE},
    {"locale", required_argument, NULL, OPT_LOCALE},
    {"create-roles", no_argument, NULL, OPT_CREATE_ROLES}, {"no-owner", no_argument, NULL, 'O'},
    {"no-privileges", no_argument, NULL, 'x'}, {"no-acl", no_argument, NULL, 'x'},
    {"no-settings", no_argument, NULL, OPT_NO_SETTINGS},
    {"allow-nonempty", no_argument, NULL, OPT_ALLOW_NONEMPTY},
    {"allow-older-server", no_argument, NULL, OPT_ALLOW_OLDER_SERVER},
    {"any-encoding", no_argument, NULL, OPT_ANY_ENCODING}, {"jobs", required_argument, NULL, 'j'},
    {"maintenance-work-mem", required_argument, NULL, OPT_MAINTENANCE_WORK_MEM},
    {"no-analyze", no_argument, NULL, OPT_NO_ANALYZE},
    {"progress", no_argument, NULL, OPT_PROGRESS},
    {"no-progress", no_argument, NULL, OPT_NO_PROGRESS},
    {"stats", optional_argument, NULL, OPT_STATS}, {"identify", no_argument, NULL, OPT_IDENTIFY},
    {"help", no_argument, NULL, OPT_HELP}, {"version", no_argument, NULL, OPT_VERSION},
    {NULL, 0, NULL, 0}};

/* What the command line asks for beside a restore. */
enum action { ACTION_RESTORE, ACTION_IDENTIFY, ACTION_HELP, ACTION_VERSION, ACTION_WRONG };

static int set_number(struct restore_options *o, int opt, const char *text, struct err *e)
{
	uint64_t n = 0;
	int ret;

	if (opt == OPT_MAINTENANCE_WORK_MEM)
		return num_size("--maintenance-work-mem", text, 0, (uint64_t)1 << 40,
		    &o->maintenance_work_mem, e);
	if (opt == 'j') {
		ret = num_uint("--jobs", text, 1, JOBS_MAX, &n, e);
		o->jobs = (unsigned)n;
		return ret;
	}
	o->stats_fd = STDERR_FILENO;
	if (text == NULL)
		return 0;
	ret = num_uint("--stats", text, 1, 1023, &n, e);
	o->stats_fd = (int)n;
	if (ret == 0 && fcntl(o->stats_fd, F_GETFD) < 0)
		return err_set(e, EX_USAGE, "--stats: descriptor %s is not open", text);
	return ret;
}

/* return false when opt is none of these */
static bool set_target(struct pg_target *t, int opt, const char *text)
{
	switch (opt) {
	case 'd':
		t->dbname = text;
		return true;
	case 'h':
		t->host = text;
		return true;
	case 'p':
		t->port = text;
		return true;
	case 'U':
		t->user = text;
		return true;
	default:
		return opt == 'w';
	}
}

/* return false when opt is none of these */
static bool set_flag(struct restore_options *o, int opt)
{
	const struct {
		int opt;
		bool *flag;
		bool value;
	} flags[] = {{OPT_CREATE_ROLES, &o->create_roles, true}, {'O', &o->no_owner, true},
	    {'x', &o->no_privileges, true}, {OPT_NO_SETTINGS, &o->no_settings, true},
	    {OPT_ALLOW_NONEMPTY, &o->allow_nonempty, true},
	    {OPT_ALLOW_OLDER_SERVER, &o->allow_older_server, true},
	    {OPT_ANY_ENCODING, &o->any_encoding, true}, {OPT_NO_ANALYZE, &o->no_analyze, true},
	    {OPT_PROGRESS, &o->progress, true}, {OPT_NO_PROGRESS, &o->progress, false}};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (flags[i].opt == opt) {
			*flags[i].flag = flags[i].value;
			return true;
		}
	}
	return false;
}

static enum action parse(struct restore_options *o, int argc, char **argv, struct err *e)
{
	enum action action = ACTION_RESTORE;
	int opt;

	while ((opt = getopt_long(argc, argv, ":d:h:p:U:wOxj:", long_options, NULL)) != -1) {
		if (set_target(&o->target, opt, optarg) || set_flag(o, opt))
			continue;
		switch (opt) {
		case OPT_CREATE:
			o->create = optarg;
			break;
		case OPT_LOCALE:
			o->locale = optarg;
			break;
		case 'j':
		case OPT_MAINTENANCE_WORK_MEM:
		case OPT_STATS:
			if (set_number(o, opt, optarg, e) != 0)
				return ACTION_WRONG;
			break;
		case OPT_IDENTIFY:
			action = ACTION_IDENTIFY;
			break;
		case OPT_HELP:
			return ACTION_HELP;
		case OPT_VERSION:
			return ACTION_VERSION;
		default:
			prog_bad_option(opt, argv);
			return ACTION_WRONG;
		}
	}
	return action;
}

static int identify_input(struct err *e)
{
	struct sqllex *lx = sqllex_new(STDIN_FILENO, "standard input", e);
	const char *head;
	long len;

	if (lx != NULL && (len = sqllex_peek(lx, &head, IDENTIFY_BYTES, e)) >= 0)
		printf("%s\n", identify_word(identify(head, (size_t)len)));
	sqllex_free(lx);
	return e->code != 0 ? -1 : 0;
}

static int write_stats(int fd, const struct restore_result *r, struct err *e)
{
	json_t *json = json_pack("{s:I, s:I, s:I, s:I, s:I, s:f}", "tables", (json_int_t)r->tables,
	    "rows", (json_int_t)r->rows, "bytes", (json_int_t)r->bytes, "blobs",
	    (json_int_t)r->blobs, "blob_bytes", (json_int_t)r->blob_bytes, "seconds", r->seconds);
	char *text = json_dumps(json, JSON_REAL_PRECISION(6));
	int ret = -1;

	if (text == NULL)
		err_nomem(e);
	else if (io_write(fd, text, strlen(text), "the summary", e) == 0)
		ret = io_write(fd, "\n", 1, "the summary", e);
	free(text);
	json_decref(json);
	return ret;
}

static int check_usage(const struct restore_options *o)
{
	if (o->locale != NULL && o->create == NULL)
		return prog_usage("--locale is for the database that --create makes");
	if (o->create != NULL && (o->allow_nonempty || o->any_encoding))
		return prog_usage("--create makes an empty database of the right encoding: "
				  "--allow-nonempty and --any-encoding are for others");
	if (o->create != NULL && o->create[0] == '\0')
		return prog_usage("--create wants a name");
	if (isatty(STDIN_FILENO) == 1)
		return prog_usage(
		    "standard input is a terminal; give the stream with < FILE or a pipe");
	return 0;
}

int main(int argc, char **argv)
{
	struct restore_options o = {.jobs = prog_cpus(JOBS_DEFAULT_MAX),
	    .maintenance_work_mem = WORK_MEM_DEFAULT,
	    .progress = isatty(STDERR_FILENO) == 1,
	    .stats_fd = -1};
	struct restore_result result = {0};
	struct err e = {0};
	enum action action;

	if (prog_start("pgrestorestream", &e) != 0)
		return prog_end(&e);
	action = parse(&o, argc, argv, &e);
	if (action == ACTION_HELP)
		return prog_help(help);
	if (action == ACTION_VERSION)
		return prog_version();
	if (action == ACTION_WRONG)
		return e.code != 0 ? prog_usage("%s", e.text) : EX_USAGE;
	if (optind < argc)
		return prog_usage(
		    "unexpected argument \"%s\"; the stream is read from standard input",
		    argv[optind]);
	if (check_usage(&o) != 0)
		return EX_USAGE;
	if (action == ACTION_IDENTIFY)
		identify_input(&e);
	else if (session_environment(&e) == 0 && restore_run(&o, &result, &e) == 0 &&
		 o.stats_fd >= 0)
		write_stats(o.stats_fd, &result, &e);
	return prog_end(&e);
}
