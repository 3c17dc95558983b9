/*
 * words: the lexical pieces of one statement that sqllex has cut out, one after another; white
 * space and comments are passed over.
 */
#ifndef PGRESTORESTREAM_WORDS_H
#define PGRESTORESTREAM_WORDS_H

#include <stdbool.h>
#include <stddef.h>

enum word_kind {
	WORD_END,
	WORD_PLAIN, /* a keyword or a name without quotes; a number too */
	WORD_NAME, /* "..." */
	WORD_STRING, /* '...', E'...' or $tag$...$tag$ */
	WORD_SIGN /* one other character */
};

struct word {
	enum word_kind kind;
	const char *text; /* with its quotes; into the statement */
	size_t len;
};

/* words_next(p, end): the piece at or after *p; *p moves behind it */
struct word words_next(const char **p, const char *end);

/* words_is(w, text): a plain word, in any case, or a sign */
bool words_is(const struct word *w, const char *text);

#endif
