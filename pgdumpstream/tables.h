/*
 * tables: what the catalogs say of the tables whose rows are to be dumped, and the locks on them.
 */
#ifndef PGDUMPSTREAM_TABLES_H
#define PGDUMPSTREAM_TABLES_H

#include "dumpstream/mark.h"
#include "session.h"
#include "toc.h"

#include <jansson.h>

struct table {
	uint32_t oid;
	json_t *schema; /* names for the marks */
	json_t *name;
	char *sql_name; /* schema.name, quoted where needed, in the stream's encoding */
	char *columns; /* "a, b", those that COPY takes; "" when there are none */
	char *condition; /* "WHERE ..." of an extension's configuration table, or "" */
	uint64_t pages; /* of the heap */
	uint64_t bytes; /* heap and TOAST on the server */
	bool by_ctid; /* can be read in ranges of pages */
	uint64_t rows; /* dumped so far */
	uint64_t written; /* bytes of COPY text so far */
};

struct tables {
	struct table *items; /* in the order of the dump */
	size_t count;
	uint64_t bytes; /* sum */
};

/*
 * tables_lock(s, toc, nowait, e): take ACCESS SHARE locks on all tables of the dump.
 * nowait  give up at once, with EX_TEMPFAIL, where another session is before us; the transaction
 *         stays usable. Else wait as long as the session does.
 * return  0, or -1 with *e set: EX_TEMPFAIL too when a table is gone
 */
int tables_lock(struct session *s, const struct toc *toc, bool nowait, struct err *e);

/*
 * tables_read(t, s, toc, e): read the catalogs. Fails with EX_TEMPFAIL when a table was truncated,
 * rewritten, altered, renamed or dropped between the snapshot and the lock: COPY would not show the
 * rows of the snapshot under the names of the snapshot.
 * Call with the locks held and the stream's encoding set.
 * return  0, or -1 with *e set; tables_free() in both cases
 */
int tables_read(struct tables *t, struct session *s, const struct toc *toc, struct err *e);

void tables_free(struct tables *t);

#endif
