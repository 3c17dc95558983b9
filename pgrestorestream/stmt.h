/*
 * stmt: what kind of statement this is, as far as a restore treats it apart, by its lexical form.
 */
#ifndef PGRESTORESTREAM_STMT_H
#define PGRESTORESTREAM_STMT_H

#include <stddef.h>

enum stmt_class {
	STMT_OTHER,
	STMT_SETTING, /* SET x = y, or set_config(): for every connection, not only this one */
	STMT_OWNER, /* ALTER ... OWNER TO ... */
	STMT_PRIVILEGE, /* GRANT, REVOKE, ALTER DEFAULT PRIVILEGES */
	STMT_SESSION_USER, /* SET or RESET SESSION AUTHORIZATION: pg_dump puts it around GRANTs */
	STMT_LO_WRITE, /* SELECT pg_catalog.lowrite(...) */
	STMT_COMMIT
};

enum stmt_class stmt_class(const char *text, size_t len);

/* stmt_setting(text, len, name_len): the name of what SET sets, into text; NULL when text is not
 * of that form */
const char *stmt_setting(const char *text, size_t len, size_t *name_len);

/* stmt_copy_table(text, len, name_len): the table of a COPY as it is written there, into text */
const char *stmt_copy_table(const char *text, size_t len, size_t *name_len);

#endif
