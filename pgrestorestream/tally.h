/*
 * tally: what was loaded, table by table, held against what the trailer of the stream says.
 *
 * Rows are what the server counted. tally_add_rows() may be called from several threads at once;
 * everything else is for one thread.
 */
#ifndef PGRESTORESTREAM_TALLY_H
#define PGRESTORESTREAM_TALLY_H

#include "base/err.h"

#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct tally_table {
	char *label; /* "schema"."table", for people and as the key */
	char *sql; /* the table as the last COPY statement has it; NULL before */
	uint64_t chunk; /* of `chunks`, seen so far */
	uint64_t chunks;
	_Atomic uint64_t rows;
	uint64_t bytes;
	bool listed; /* the trailer has it, with these: */
	uint64_t listed_rows;
	uint64_t listed_bytes;
};

struct tally {
	void *tree; /* of tables, by label: tsearch(3) */
	uint64_t tables;
	uint64_t blobs;
	uint64_t blob_bytes;
	bool blobs_listed;
};

void tally_free(struct tally *t);

/*
 * tally_copy(t, mark, table, e): the mark of a COPY block; *table stays valid until tally_free().
 * return  0, or -1 with *e set: EX_DATAERR when it is not the next chunk of that table
 */
int tally_copy(struct tally *t, json_t *mark, struct tally_table **table, struct err *e);

/* tally_set_sql(table, sql, len, e): how SQL names it. return 0, or -1 with *e set */
int tally_set_sql(struct tally_table *table, const char *sql, size_t len, struct err *e);

void tally_add_rows(struct tally_table *table, uint64_t rows);

/* tally_rows(t, mark, e), tally_blobs(), tally_end(): take in a line of the trailer. tally_end()
 * compares everything, after the last row was loaded. return 0, or -1 with *e set (EX_DATAERR) */
int tally_rows(struct tally *t, json_t *mark, struct err *e);
int tally_blobs(struct tally *t, json_t *mark, struct err *e);
int tally_end(struct tally *t, json_t *mark, struct err *e);

/* tally_each(t, visit, arg): every table, in the order of labels */
void tally_each(
    struct tally *t, void (*visit)(const struct tally_table *table, void *arg), void *arg);

#endif
