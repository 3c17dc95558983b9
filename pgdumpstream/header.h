/*
 * header: the first line of the stream: what a restore must know before the first statement.
 */
#ifndef PGDUMPSTREAM_HEADER_H
#define PGDUMPSTREAM_HEADER_H

#include "archive.h"
#include "session.h"

#include <jansson.h>

/*
 * header_read(s, o, a, e): what the catalogs say of the database, and the roles and extensions that
 * the archive's entries use. Call before session_stream_encoding(): JSON is UTF-8.
 * return  a new reference to the header without its counts, or NULL with *e set
 */
json_t *header_read(
    struct session *s, const struct dump_options *o, const struct archive *a, struct err *e);

#endif
