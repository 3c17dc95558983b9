/*
 * options: what the command line of pgrestorestream asks for.
 */
#ifndef PGRESTORESTREAM_OPTIONS_H
#define PGRESTORESTREAM_OPTIONS_H

#include "pg/pg.h"

#include <stdbool.h>
#include <stdint.h>

struct restore_options {
	struct pg_target target;
	const char *create; /* the database to make, or NULL: load into target's */
	const char *locale; /* for the database to make, instead of the header's; or NULL */
	unsigned jobs; /* connections that load table data, from 1 */
	uint64_t maintenance_work_mem; /* bytes; 0 leaves the server's */
	bool no_owner;
	bool no_privileges;
	bool no_settings;
	bool no_analyze;
	bool create_roles;
	bool allow_nonempty;
	bool allow_older_server;
	bool any_encoding;
	bool progress;
	int stats_fd; /* -1: no summary */
};

#endif
