/*
 * header: the first line of a dump stream (doc/FORMAT.md), as values.
 */
#ifndef PGRESTORESTREAM_HEADER_H
#define PGRESTORESTREAM_HEADER_H

#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>

/* Strings and arrays belong to the JSON object. Those that may be null are NULL then. */
struct header_database {
	const char *name;
	const char *encoding;
	const char *collate;
	const char *ctype;
	const char *locale_provider;
	const char *icu_locale; /* may be null */
	const char *icu_rules; /* may be null, or absent */
	const char *owner;
	const char *tablespace;
	const char *comment; /* may be null */
	json_int_t connection_limit;
	json_t *settings; /* objects of role (may be null), name, value */
	json_t *privileges; /* objects of grantee, privilege, grantable; NULL for the default */
};

struct header {
	json_t *json; /* owned */
	json_int_t pg_dump_version_num;
	json_int_t server_version_num;
	const char *encoding;
	bool data_only;
	json_t *roles;
	json_t *extensions;
	json_int_t tables;
	json_int_t estimated_bytes;
	struct header_database db;
};

/*
 * header_parse(h, json, e): take the object's reference over, and look into it.
 * return  0, or -1 with *e set to EX_DATAERR: a member is missing or of another type, or the
 *         format is one that this program does not know
 */
int header_parse(struct header *h, json_t *json, struct err *e);

void header_free(struct header *h);

#endif
