/*
 * archive: pg_dump's own view of the database, on our snapshot: what it selects, and the DDL.
 *
 * pg_dump is asked for a whole archive in custom format on a pipe. Such an archive begins with its
 * table of contents, which holds all DDL and names every selected table by OID, so that patterns,
 * extensions' configuration tables and the order of everything are pg_dump's own. When pg_restore
 * --list has read it, pg_dump has done its work; it waits, still holding its locks, until
 * archive_release_locks(), and never gets to send rows.
 *
 * The table of contents lies in an unnamed file in TMPDIR (default /tmp), about the size of the
 * DDL.
 */
#ifndef PGDUMPSTREAM_ARCHIVE_H
#define PGDUMPSTREAM_ARCHIVE_H

#include "base/buf.h"
#include "base/child.h"
#include "options.h"
#include "toc.h"
#include "tool.h"

struct archive {
	const struct tool *tool;
	struct child pg_dump; /* may still run, and hold locks */
	int fd; /* the archive's head */
	int warnings; /* what pg_dump wrote to stderr */
	struct buf list; /* of pg_restore --list */
	struct buf keep; /* those lines of it that are to be scripted */
	struct toc toc;
};

/*
 * archive_open(a, tool, o, snapshot, e): run pg_dump on an exported snapshot, read the contents.
 * return  0; -1 with *e set to what pg_dump or pg_restore said. archive_close() in both cases.
 */
int archive_open(struct archive *a, const struct tool *tool, const struct dump_options *o,
    const char *snapshot, struct err *e);

/* archive_release_locks(a): end pg_dump. Repeats what it warned of. Safe to call again. */
void archive_release_locks(struct archive *a);

/*
 * archive_script(a, o, c, e): start pg_restore writing the archive as SQL, data left out, each
 * statement under its TOC entry's comment. c->out is to be read; the caller waits for the child.
 * return  0, or -1 with *e set
 */
int archive_script(struct archive *a, const struct dump_options *o, struct child *c, struct err *e);

void archive_close(struct archive *a);

#endif
