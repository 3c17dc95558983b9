/*
 * archive: pg_dump's own view of the database, on our snapshot: what it selects, and the DDL.
 *
 * pg_dump is asked for a whole archive in custom format on a pipe. Such an archive begins with its
 * table of contents, which holds all DDL and names every selected table by OID, so that patterns,
 * extensions' configuration tables and the order of everything are pg_dump's own. When pg_restore
 * --list has read it, pg_dump has done its work; it waits, still holding its locks (where the rows
 * are more than fits into the pipe), until archive_release_locks(), and never gets to send them
 * all.
 *
 * The table of contents lies in a scratch file, about the size of the DDL.
 */
#ifndef PGDUMPSTREAM_ARCHIVE_H
#define PGDUMPSTREAM_ARCHIVE_H

#include "base/buf.h"
#include "helper.h"
#include "session.h"
#include "toc.h"
#include "tool.h"

struct archive {
	const struct tool *tool;
	struct helper pg_dump; /* may still run, and hold locks */
	int fd; /* the archive's head */
	struct buf list; /* of pg_restore --list */
	struct buf keep; /* those lines of it that are to be scripted */
	struct toc toc;
};

/*
 * archive_open(a, tool, o, s, e): run pg_dump on the session's snapshot, read the contents. It
 * connects by libpq's environment variables (pg_export_env).
 * return  0; -1 with *e set to what pg_dump or pg_restore said. archive_close() in both cases.
 */
int archive_open(struct archive *a, const struct tool *tool, const struct dump_options *o,
    const struct session *s, struct err *e);

/* archive_release_locks(a): end pg_dump. Repeats what it warned of. Safe to call again. */
void archive_release_locks(struct archive *a);

/*
 * archive_script(a, o, h, e): start pg_restore writing the archive as SQL, data left out, each
 * statement under its TOC entry's comment. h->child.out is to be read.
 * return  0, or -1 with *e set; helper_close() in both cases
 */
int archive_script(
    struct archive *a, const struct dump_options *o, struct helper *h, struct err *e);

void archive_close(struct archive *a);

#endif
