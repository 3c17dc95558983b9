/*
 * toc: the table of contents of a pg_dump archive, as pg_restore --list prints it: what pg_dump
 * selected for this dump, in its order.
 */
#ifndef PGDUMPSTREAM_TOC_H
#define PGDUMPSTREAM_TOC_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum toc_kind {
	TOC_SCRIPTED, /* written by pg_restore as SQL */
	TOC_TABLE_DATA, /* the rows of one table: ours */
	TOC_BLOBS /* the contents of large objects: ours */
};

struct toc_entry {
	enum toc_kind kind;
	long dump_id;
	uint32_t class_oid; /* catalog of the object; 0 where pg_dump names none */
	uint32_t oid;
};

struct toc {
	struct toc_entry *entries;
	size_t count;
	long boundary; /* dump_id of the scripted entry before which our data stands; 0: at the end
			*/
	bool has_blobs;
	size_t tables; /* TABLE DATA entries */
};

/*
 * toc_parse(toc, list, keep, e): read the text of pg_restore --list.
 * out     *toc, to be freed with toc_free(); *keep: the lines of the scripted entries, a list for
 *         pg_restore --use-list
 * return  0, or -1 with *e set (EX_DATAERR)
 */
int toc_parse(struct toc *toc, const struct buf *list, struct buf *keep, struct err *e);

/* toc_names_owner(list, role): does a line of the list end in the name of this role? */
bool toc_names_owner(const struct buf *list, const char *role);

void toc_free(struct toc *toc);

#endif
