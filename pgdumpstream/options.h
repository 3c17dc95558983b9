/*
 * options: what the command line of pgdumpstream asks for.
 */
#ifndef PGDUMPSTREAM_OPTIONS_H
#define PGDUMPSTREAM_OPTIONS_H

#include "base/err.h"
#include "pg/pg.h"

#include <stdbool.h>

enum dump_sections { SECTIONS_ALL, SECTIONS_SCHEMA, SECTIONS_DATA };

/* Options that go to pg_dump or pg_restore as they came; each string is borrowed from argv. */
struct arg_list {
	const char **items;
	size_t count;
};

struct dump_options {
	struct pg_target target;
	unsigned jobs; /* connections that read table data, from 1 */
	enum dump_sections sections;
	bool no_owner;
	bool no_privileges;
	bool clean;
	bool if_exists;
	bool selective; /* some table or its rows may have been left out */
	const char *lock_wait; /* a duration as the server reads it, or NULL: for ever */
	const char *pg_dump; /* a path, or NULL: find one */
	struct arg_list for_pg_dump; /* what to dump */
	struct arg_list for_pg_restore; /* how to write it as a script */
};

/* options_add(list, arg, e): append one argument. return 0, or -1 with *e set */
int options_add(struct arg_list *list, const char *arg, struct err *e);

void options_free(struct dump_options *o);

#endif
