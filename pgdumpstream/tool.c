#include "tool.h"

#include "base/child.h"
#include "base/io.h"

#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "pg_dump (PostgreSQL) 15.20 (Debian ...)", "... 18beta1" -> 150020, 180000; 0 when not so */
static int parse_version(const char *text)
{
	const char *p = strstr(text, "(PostgreSQL) ");
	int major = 0;
	int minor = 0;

	if (p == NULL || sscanf(p, "(PostgreSQL) %d.%d", &major, &minor) < 1)
		return 0;
	return major * 10000 + minor;
}

/* return the version of a pg_dump, 0 when it cannot be run */
static int version_of(const char *path)
{
	const char *const argv[] = {path, "--version", NULL};
	struct err ignored = {0};
	struct child c;
	char text[256];
	ssize_t n;
	int status = -1;

	if (child_start(&c, argv, CHILD_NULL, CHILD_PIPE, CHILD_NULL, &ignored) != 0)
		return 0;
	n = io_read(c.out, text, sizeof(text) - 1, path, &ignored);
	if (n < 0) {
		child_kill(&c);
		return 0;
	}
	text[n] = '\0';
	if (child_wait(&c, &status, &ignored) != 0 || status != 0)
		return 0;
	return parse_version(text);
}

/* Take a candidate when it fits the server and is nearer to it than what we have. */
static void consider(struct tool *t, const char *path, int server_version_num)
{
	int version = version_of(path);
	bool fits = version / 10000 >= server_version_num / 10000;

	if (version == 0)
		return;
	if (t->version_num != 0) {
		bool had_fit = t->version_num / 10000 >= server_version_num / 10000;

		if (had_fit && (!fits || version / 10000 >= t->version_num / 10000))
			return;
		if (!had_fit && !fits && version <= t->version_num)
			return;
	}
	t->version_num = version;
	snprintf(t->pg_dump, sizeof(t->pg_dump), "%s", path);
}

static void search_path(struct tool *t, int server_version_num)
{
	const char *path = getenv("PATH");
	char *copy = strdup(path != NULL ? path : "/usr/local/bin:/usr/bin:/bin");
	char *save = NULL;
	char file[PATH_MAX];

	if (copy == NULL)
		return;
	for (char *dir = strtok_r(copy, ":", &save); dir != NULL;
	     dir = strtok_r(NULL, ":", &save)) {
		snprintf(file, sizeof(file), "%s/pg_dump", dir);
		if (access(file, X_OK) == 0) {
			consider(t, file, server_version_num);
			break; /* the first on PATH is the one that the user means */
		}
	}
	free(copy);
}

static void search_packages(struct tool *t, int server_version_num)
{
	glob_t g = {0};

	if (glob("/usr/lib/postgresql/*/bin/pg_dump", 0, NULL, &g) == 0 ||
	    glob("/usr/pgsql-*/bin/pg_dump", 0, NULL, &g) == 0) {
		for (size_t i = 0; i < g.gl_pathc; i++)
			consider(t, g.gl_pathv[i], server_version_num);
	}
	globfree(&g);
}

/* pg_restore lies beside pg_dump in every packaging. */
static int find_pg_restore(struct tool *t, struct err *e)
{
	char *slash;

	snprintf(t->pg_restore, sizeof(t->pg_restore), "%s", t->pg_dump);
	slash = strrchr(t->pg_restore, '/');
	snprintf(slash != NULL ? slash + 1 : t->pg_restore,
	    sizeof(t->pg_restore) - (slash != NULL ? (size_t)(slash + 1 - t->pg_restore) : 0),
	    "pg_restore");
	if (slash != NULL && access(t->pg_restore, X_OK) != 0)
		return err_sys(e, EX_UNAVAILABLE, "cannot run %s, which must lie beside pg_dump",
		    t->pg_restore);
	return 0;
}

int tool_find(struct tool *t, const char *path, int server_version_num, struct err *e)
{
	int major = server_version_num / 10000;

	*t = (struct tool){0};
	if (path != NULL) {
		consider(t, path, server_version_num);
		if (t->version_num == 0)
			return err_set(e, EX_UNAVAILABLE, "cannot run '%s --version'", path);
	} else {
		search_path(t, server_version_num);
		if (t->version_num / 10000 != major)
			search_packages(t, server_version_num);
	}
	if (t->version_num == 0)
		return err_set(e, EX_UNAVAILABLE,
		    "no pg_dump found; install the package postgresql-client-%d", major);
	if (t->version_num / 10000 < major)
		return err_set(e, EX_UNAVAILABLE,
		    "the server is PostgreSQL %d and %s is version %d, which cannot dump it; "
		    "install "
		    "the package postgresql-client-%d, or name a newer one with --pg-dump",
		    major, t->pg_dump, t->version_num / 10000, major);
	return find_pg_restore(t, e);
}
