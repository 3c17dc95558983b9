/*
 * newdb: the database that --create makes: as the header describes it, with what could stand in
 * the way of a load (settings, connection limit, privileges) put on at the end; and gone again
 * when the restore fails.
 */
#ifndef PGRESTORESTREAM_NEWDB_H
#define PGRESTORESTREAM_NEWDB_H

#include "header.h"
#include "options.h"

struct newdb {
	const char *name; /* borrowed */
	PGconn *c; /* to the maintenance database; borrowed */
	bool made; /* we made it, and would drop it */
	json_t *roles; /* that we made; borrowed */
};

/*
 * newdb_make(d, h, o, e): CREATE DATABASE, and try what newdb_finish() will do, without effect: a
 * setting that the server does not know is found before the load, not after it.
 * return  0, or -1 with *e set
 */
int newdb_make(
    struct newdb *d, const struct header *h, const struct restore_options *o, struct err *e);

/* newdb_finish(d, h, o, e): comment, privileges, settings and connection limit, in one
 * transaction. After it the database stays. return 0, or -1 with *e set */
int newdb_finish(
    struct newdb *d, const struct header *h, const struct restore_options *o, struct err *e);

/*
 * newdb_drop(d): drop the database that was made, and roles; nothing when there is none. Works
 * after a stop was asked for, too; says so in a note when it cannot.
 */
void newdb_drop(struct newdb *d);

#endif
