/*
 * tool: find a pg_dump and a pg_restore that fit a server.
 */
#ifndef PGDUMPSTREAM_TOOL_H
#define PGDUMPSTREAM_TOOL_H

#include "base/err.h"

#include <limits.h>

struct tool {
	char pg_dump[PATH_MAX];
	char pg_restore[PATH_MAX]; /* beside pg_dump */
	int version_num; /* as server_version_num counts: 150020 for 15.20 */
};

/*
 * tool_find(t, path, server_version_num, e): the pg_dump at path or, when path is NULL, the one
 * with the lowest major version that is not below the server's, among those on PATH and where
 * Debian, Red Hat and the PostgreSQL project's packages put them.
 * return  0, or -1 with *e set: EX_UNAVAILABLE when none fits; the message says which package to
 *         install
 */
int tool_find(struct tool *t, const char *path, int server_version_num, struct err *e);

#endif
