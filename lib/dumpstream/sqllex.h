/*
 * sqllex: cut an SQL script of pg_dump's kind into statements, as psql would
 * (psql's lexical rules: PostgreSQL documentation, "Lexical Structure", and psql, "Meta-Commands").
 *
 * Knows '...' (standard_conforming_strings = on), E'...', "...", $tag$...$tag$, -- and nested
 * comments, parentheses, and the BEGIN ATOMIC ... END bodies of CREATE FUNCTION and PROCEDURE: a
 * semicolon inside any of them ends nothing. Bytes of 0x80 and above are letters, which is right in
 * every server encoding. The tokens are contiguous: their texts, and the COPY data between them,
 * put together are the input, byte for byte.
 *
 * Memory: the largest single statement, plus one read. COPY data is never collected.
 */
#ifndef DUMPSTREAM_SQLLEX_H
#define DUMPSTREAM_SQLLEX_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum sqllex_kind {
	SQLLEX_EOF, /* the input ended where a statement may begin */
	SQLLEX_COMMENT, /* a line "-- ..." where a statement may begin, with its newline */
	SQLLEX_STATEMENT, /* up to its semicolon, comments inside included */
	SQLLEX_COPY, /* a statement COPY ... FROM stdin; its data follows: sqllex_copy_data() */
	SQLLEX_META /* a line that begins with a backslash where a statement may begin */
};

struct sqllex_token {
	enum sqllex_kind kind;
	const char *text; /* raw bytes, with the white space before it; valid until the next call */
	size_t len;
	size_t skip; /* bytes of white space at the front of text */
	uint64_t line; /* of the first byte after the white space, from 1 */
};

struct sqllex;

/*
 * sqllex_new(fd, name, e): read from a descriptor, which stays the caller's. name is what messages
 * call it, and must outlive the lexer.
 * return  NULL with *e set when memory ran out
 */
struct sqllex *sqllex_new(int fd, const char *name, struct err *e);
void sqllex_free(struct sqllex *lx);

/*
 * sqllex_peek(lx, out, want, e): look at the first bytes of the input, before the first token.
 * out     *out, valid until the next call
 * return  how many there are: want (at most 4096), or less at end of file; -1 with *e set
 */
long sqllex_peek(struct sqllex *lx, const char **out, size_t want, struct err *e);

/*
 * sqllex_next(lx, t, e): the next token. After SQLLEX_COPY, all of the data must have been taken.
 * return  0, or -1 with *e set: EX_DATAERR when the input ends inside a statement, a quote or a
 *         comment (the line where that began is named), or holds a NUL byte
 */
int sqllex_next(struct sqllex *lx, struct sqllex_token *t, struct err *e);

/*
 * sqllex_copy_data(lx, text, len, e): the next run of COPY data, whole lines or a part of one very
 * long line; never the end-of-data line "\.", which is consumed.
 * out     *text, *len, valid until the next call; *len 0 after the end-of-data line
 * return  0, or -1 with *e set: EX_DATAERR when the input ends before "\."
 */
int sqllex_copy_data(struct sqllex *lx, const char **text, size_t *len, struct err *e);

/* sqllex_newlines(text, len): how many newlines are there, fast */
uint64_t sqllex_newlines(const char *text, size_t len);

/* sqllex_line(lx): the line that the next byte of input stands on, from 1 */
uint64_t sqllex_line(const struct sqllex *lx);

#endif
