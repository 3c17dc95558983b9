/*
 * exec: run one statement of the stream, and say which one it was when the server refuses it.
 */
#ifndef PGRESTORESTREAM_EXEC_H
#define PGRESTORESTREAM_EXEC_H

#include "base/err.h"

#include <libpq-fe.h>
#include <stddef.h>
#include <stdint.h>

/* Where in the stream something stands. */
struct place {
	uint64_t line; /* 0: nowhere, it is our own */
	const char *label; /* of its TOC entry; "" where unknown */
};

/*
 * exec_statement(c, sql, place, out, e): run it and wait for all its results. An empty statement
 * is none.
 * out     *out (which may be NULL), the last result, to PQclear()
 * return  0, or -1 with *e set: "line 7 (TABLE public.t), "CREATE TABLE ...": why; hint"
 */
int exec_statement(
    PGconn *c, const char *sql, const struct place *place, PGresult **out, struct err *e);

#endif
