/*
 * check: can this server, and this database, take what the header announces? Asked before the
 * first statement, so that nothing is half done when the answer is no.
 *
 * Every function returns 0, or -1 with *e set: EX_CANTCREAT when the target cannot take the stream,
 * EX_NOINPUT when roles or extensions are missing (all of them are named).
 */
#ifndef PGRESTORESTREAM_CHECK_H
#define PGRESTORESTREAM_CHECK_H

#include "header.h"
#include "options.h"

/* check_server(c, h, o, e): version, hot standby, extensions */
int check_server(PGconn *c, const struct header *h, const struct restore_options *o, struct err *e);

/* check_database(c, h, o, e): encoding, and that nothing is there yet */
int check_database(
    PGconn *c, const struct header *h, const struct restore_options *o, struct err *e);

/* check_absent(c, name, e): no database of that name */
int check_absent(PGconn *c, const char *name, struct err *e);

/*
 * check_roles(c, h, o, made, e): roles that the stream names. With o->create_roles the missing
 * ones are made, NOLOGIN.
 * out     made, an array that the names of those roles are added to
 */
int check_roles(PGconn *c, const struct header *h, const struct restore_options *o, json_t *made,
    struct err *e);

#endif
