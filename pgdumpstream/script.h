/*
 * script: the SQL that pg_restore writes from the archive, passed on in two parts, with room for
 * the data between them.
 */
#ifndef PGDUMPSTREAM_SCRIPT_H
#define PGDUMPSTREAM_SCRIPT_H

#include "archive.h"
#include "out.h"

struct script {
	struct helper pg_restore;
	struct sqllex *lexer;
	struct buf held; /* what stands at the boundary and goes behind the data */
};

/* script_open(sc, a, o, e): start it. return 0, or -1 with *e set; script_close() in both cases */
int script_open(struct script *sc, struct archive *a, const struct dump_options *o, struct err *e);

/*
 * script_before_data(sc, boundary, out, e): pass on what stands before the comment of the TOC entry
 * `boundary` or, when that is 0, before the script's closing comments.
 * script_after_data(sc, out, e): pass on the rest, and make sure that pg_restore ended well.
 * return  0, or -1 with *e set
 */
int script_before_data(struct script *sc, long boundary, struct out *out, struct err *e);
int script_after_data(struct script *sc, struct out *out, struct err *e);

void script_close(struct script *sc);

#endif
