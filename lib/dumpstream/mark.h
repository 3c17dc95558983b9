/*
 * mark: the comment lines "-- pgdumpstream KIND {...}" of a dump stream (doc/FORMAT.md).
 */
#ifndef DUMPSTREAM_MARK_H
#define DUMPSTREAM_MARK_H

#include "base/buf.h"
#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>

#define MARK_FORMAT 1
#define MARK_PREFIX "-- pgdumpstream "

/*
 * mark_add(b, kind, object, e): append the line. Consumes the reference to object, also on failure
 * and when it is NULL (which json_pack gives when memory ran out).
 * return  0, or -1 with *e set
 */
int mark_add(struct buf *b, const char *kind, json_t *object, struct err *e);

/*
 * mark_parse(text, len, kind, kind_size, object, e): recognise such a line.
 * text    one comment line, with or without its newline
 * out     kind, and *object: a new reference
 * return  1; 0 when the line is an ordinary comment; -1 with *e set (EX_DATAERR) when it begins as
 *         a mark and is none
 */
int mark_parse(
    const char *text, size_t len, char *kind, size_t kind_size, json_t **object, struct err *e);

/*
 * mark_name(name): a JSON string for a catalog name as the server gave it: UTF-8, or else
 * (SQL_ASCII databases) each byte as the character of that number. NULL becomes JSON null. return
 * a new reference; NULL when memory ran out
 */
json_t *mark_name(const char *name);

#endif
