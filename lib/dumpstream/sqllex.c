#include "dumpstream/sqllex.h"

#include "base/io.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define READ_SIZE ((size_t)256 * 1024) /* free room that a read is given at least */
#define COPY_PART ((size_t)256 * 1024) /* a line of COPY data longer than this comes in parts */

struct sqllex {
	int fd;
	const char *name;
	char *buf;
	size_t cap;
	size_t start; /* of what the next call looks at */
	size_t end;
	size_t given; /* bytes at start that the last call gave out, and nobody needs any more */
	uint64_t line; /* that start stands on */
	bool eof;
	bool line_begins; /* in COPY data: start is the first byte of a line */
};

/* What is known of the statement so far, by its unquoted words. */
struct shape {
	enum { HEAD_NONE, HEAD_OTHER, HEAD_COPY, HEAD_CREATE, HEAD_ROUTINE } head;
	enum { PREV_OTHER, PREV_FROM, PREV_BEGIN } prev; /* the token before this one */
	size_t parens; /* open ones */
	size_t body; /* BEGIN ATOMIC and each CASE inside it that has no END yet */
	bool from_stdin;
};

struct sqllex *sqllex_new(int fd, const char *name, struct err *e)
{
	struct sqllex *lx = calloc(1, sizeof(*lx));

	if (lx == NULL) {
		err_nomem(e);
		return NULL;
	}
	lx->fd = fd;
	lx->name = name;
	lx->line = 1;
	return lx;
}

void sqllex_free(struct sqllex *lx)
{
	if (lx == NULL)
		return;
	free(lx->buf);
	free(lx);
}

uint64_t sqllex_newlines(const char *text, size_t len)
{
	const char *end = text + len;
	uint64_t n = 0;

	while ((text = memchr(text, '\n', (size_t)(end - text))) != NULL) {
		text++;
		n++;
	}
	return n;
}

uint64_t sqllex_line(const struct sqllex *lx)
{
	if (lx->given == 0)
		return lx->line;
	return lx->line + sqllex_newlines(lx->buf + lx->start, lx->given);
}

/* ---- the buffer ---- */

static int make_room(struct sqllex *lx, struct err *e)
{
	size_t cap = lx->cap != 0 ? lx->cap : 2 * READ_SIZE;
	char *buf;

	if (lx->cap - lx->end >= READ_SIZE)
		return 0;
	if (lx->start > 0) {
		memmove(lx->buf, lx->buf + lx->start, lx->end - lx->start);
		lx->end -= lx->start;
		lx->start = 0;
	}
	while (cap - lx->end < READ_SIZE) {
		if (cap > SIZE_MAX / 2)
			return err_nomem(e);
		cap *= 2;
	}
	if (cap == lx->cap)
		return 0;
	buf = realloc(lx->buf, cap);
	if (buf == NULL)
		return err_nomem(e);
	lx->buf = buf;
	lx->cap = cap;
	return 0;
}

/* return 0, at end of file too, or -1 with *e set */
static int fill(struct sqllex *lx, struct err *e)
{
	ssize_t n;

	if (lx->eof)
		return 0;
	if (make_room(lx, e) != 0)
		return -1;
	n = io_read_some(lx->fd, lx->buf + lx->end, lx->cap - lx->end, lx->name, e);
	if (n < 0)
		return -1;
	lx->eof = n == 0;
	lx->end += (size_t)n;
	return 0;
}

static size_t available(const struct sqllex *lx)
{
	return lx->end - lx->start;
}

/* Forget what the last call gave out. */
static void advance(struct sqllex *lx)
{
	lx->line = sqllex_line(lx);
	lx->start += lx->given;
	lx->given = 0;
	if (lx->start == lx->end)
		lx->start = lx->end = 0;
}

/* return the byte at offset i, or -1: end of file, or *e set */
static int at(struct sqllex *lx, size_t i, struct err *e)
{
	while (i >= available(lx)) {
		if (lx->eof || fill(lx, e) != 0)
			return -1;
	}
	return (unsigned char)lx->buf[lx->start + i];
}

/* Move *i to the next byte c at or after it. return false at end of file or with *e set */
static bool find(struct sqllex *lx, size_t *i, int c, struct err *e)
{
	while (at(lx, *i, e) >= 0) {
		const char *base = lx->buf + lx->start;
		const char *p = memchr(base + *i, c, available(lx) - *i);

		if (p != NULL) {
			*i = (size_t)(p - base);
			return true;
		}
		*i = available(lx);
	}
	return false;
}

/* The input ended, at offset `from`, inside something. return -1 */
static int cut(struct sqllex *lx, size_t from, const char *what, struct err *e)
{
	uint64_t line;

	lx->given = from;
	line = sqllex_line(lx);
	lx->given = 0;
	return err_set(e, EX_DATAERR,
	    "%s ends inside %s that begins on line %llu; it was cut short", lx->name, what,
	    (unsigned long long)line);
}

/* ---- lexical elements: each takes *i at its first byte and leaves it after its last ---- */

static bool is_space(int c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_word_start(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}

static bool is_word(int c)
{
	return is_word_start(c) || (c >= '0' && c <= '9') || c == '$';
}

static int skip_quoted(struct sqllex *lx, size_t *i, int quote, struct err *e)
{
	size_t from = (*i)++;

	/* A doubled quote is the end of one piece and the start of another. */
	if (!find(lx, i, quote, e))
		return cut(lx, from, quote == '"' ? "a quoted name" : "a string", e);
	(*i)++;
	return 0;
}

static int skip_line_comment(struct sqllex *lx, size_t *i, struct err *e)
{
	int c;

	while ((c = at(lx, *i, e)) >= 0 && c != '\n' && c != '\r')
		(*i)++;
	return e->code != 0 ? -1 : 0;
}

/*
 * A string goes on after white space that holds a newline, by the rules of its first piece.
 * return  true with *i at the next piece's quote
 */
static bool string_continues(struct sqllex *lx, size_t *i, struct err *e)
{
	bool newline = false;
	size_t j = *i;
	int c;

	for (;;) {
		c = at(lx, j, e);
		if (c == '-' && at(lx, j + 1, e) == '-') {
			if (skip_line_comment(lx, &j, e) != 0)
				return false;
		} else if (is_space(c)) {
			newline = newline || c == '\n' || c == '\r';
			j++;
		} else {
			break;
		}
	}
	if (c == '\'' && newline)
		*i = j;
	return c == '\'' && newline;
}

/* E'...', where a backslash takes the next character with it; *i is at the quote. */
static int skip_escape_string(struct sqllex *lx, size_t *i, struct err *e)
{
	size_t from = *i;

	do {
		int c;

		for ((*i)++; (c = at(lx, *i, e)) >= 0 && c != '\''; (*i)++) {
			if (c == '\\')
				(*i)++;
		}
		if (c < 0)
			return cut(lx, from, "a string", e);
		(*i)++;
	} while (at(lx, *i, e) == '\'' || string_continues(lx, i, e));
	return e->code != 0 ? -1 : 0;
}

static int skip_block_comment(struct sqllex *lx, size_t *i, struct err *e)
{
	size_t from = *i;
	size_t depth = 0;

	do {
		int c = at(lx, *i, e);
		int next = at(lx, *i + 1, e);

		if (c < 0 || next < 0)
			return cut(lx, from, "a comment", e);
		if (c == '/' && next == '*') {
			depth++;
			*i += 2;
		} else if (c == '*' && next == '/') {
			depth--;
			*i += 2;
		} else {
			(*i)++;
		}
	} while (depth > 0);
	return 0;
}

/* A dollar sign outside of words: $tag$...$tag$, or $1, or just that sign. */
static int skip_dollar(struct sqllex *lx, size_t *i, struct err *e)
{
	size_t from = *i;
	size_t len = 1; /* of the tag with its dollar signs */
	int c = at(lx, from + 1, e);

	if (is_word_start(c)) {
		while (is_word(c) && c != '$')
			c = at(lx, from + ++len, e);
	}
	if (e->code != 0)
		return -1;
	if (c != '$') {
		(*i)++;
		return 0;
	}
	len++;
	for (*i = from + len; find(lx, i, '$', e); (*i)++) {
		const char *base;

		if (at(lx, *i + len - 1, e) < 0)
			break;
		base = lx->buf + lx->start;
		if (memcmp(base + *i, base + from, len) == 0) {
			*i += len;
			return 0;
		}
	}
	return cut(lx, from, "a dollar-quoted string", e);
}

/* ---- statements ---- */

static bool word_is(const char *text, size_t len, const char *word)
{
	return len == strlen(word) && strncasecmp(text, word, len) == 0;
}

static void shape_copy(struct shape *s, const char *text, size_t len)
{
	if (s->prev == PREV_FROM && word_is(text, len, "stdin"))
		s->from_stdin = true;
	s->prev = word_is(text, len, "from") ? PREV_FROM : PREV_OTHER;
}

/* BEGIN and ATOMIC may be names outside of this pair; CASE and END never are without quotes. */
static void shape_routine(struct shape *s, const char *text, size_t len)
{
	if (s->body == 0 && s->prev == PREV_BEGIN && word_is(text, len, "atomic"))
		s->body = 1;
	else if (s->body > 0 && word_is(text, len, "case"))
		s->body++;
	else if (s->body > 0 && word_is(text, len, "end"))
		s->body--;
	s->prev = word_is(text, len, "begin") ? PREV_BEGIN : PREV_OTHER;
}

static void shape_word(struct shape *s, const char *text, size_t len)
{
	if (s->head == HEAD_NONE) {
		s->head = word_is(text, len, "copy")	 ? HEAD_COPY
			  : word_is(text, len, "create") ? HEAD_CREATE
							 : HEAD_OTHER;
	} else if (s->head == HEAD_CREATE) {
		if (word_is(text, len, "function") || word_is(text, len, "procedure"))
			s->head = HEAD_ROUTINE;
		else if (!word_is(text, len, "or") && !word_is(text, len, "replace"))
			s->head = HEAD_OTHER;
	} else if (s->head == HEAD_COPY && s->parens == 0) {
		shape_copy(s, text, len);
	} else if (s->head == HEAD_ROUTINE && s->parens == 0) {
		shape_routine(s, text, len);
	}
}

static int scan_word(struct sqllex *lx, size_t *i, struct shape *s, struct err *e)
{
	size_t from = *i;
	const char *text;
	size_t len;

	while (is_word(at(lx, *i, e)))
		(*i)++;
	text = lx->buf + lx->start + from;
	len = *i - from;
	if (word_is(text, len, "e") && at(lx, *i, e) == '\'') {
		s->prev = PREV_OTHER;
		return skip_escape_string(lx, i, e);
	}
	shape_word(s, text, len);
	return e->code != 0 ? -1 : 0;
}

static int scan_other(struct sqllex *lx, size_t *i, int c, struct shape *s, struct err *e)
{
	s->prev = PREV_OTHER;
	switch (c) {
	case '\'':
	case '"':
		return skip_quoted(lx, i, c, e);
	case '$':
		return skip_dollar(lx, i, e);
	case '(':
		s->parens++;
		break;
	case ')':
		s->parens -= s->parens > 0;
		break;
	}
	(*i)++;
	return 0;
}

/*
 * From the first byte of a statement, at offset *i, to after its semicolon.
 * out     *s
 */
static int scan_statement(struct sqllex *lx, size_t *i, struct shape *s, struct err *e)
{
	size_t from = *i;
	int ret = 0;
	int c;

	while (ret == 0 && (c = at(lx, *i, e)) >= 0) {
		if (c == ';' && s->parens == 0 && s->body == 0) {
			(*i)++;
			return 0;
		}
		if (is_space(c))
			(*i)++;
		else if (is_word_start(c))
			ret = scan_word(lx, i, s, e);
		else if (c == '-' && at(lx, *i + 1, e) == '-')
			ret = skip_line_comment(lx, i, e);
		else if (c == '/' && at(lx, *i + 1, e) == '*')
			ret = skip_block_comment(lx, i, e);
		else
			ret = scan_other(lx, i, c, s, e);
	}
	return e->code != 0 ? -1 : cut(lx, from, "a statement", e);
}

/* The data begins on the line after the statement. */
static int scan_copy_line(struct sqllex *lx, size_t from, size_t *i, struct err *e)
{
	int c;

	while ((c = at(lx, *i, e)) != '\n') {
		if (e->code != 0)
			return -1;
		if (c < 0)
			return cut(lx, from, "a COPY", e);
		if (!is_space(c)) {
			lx->given = *i;
			return err_set(e, EX_DATAERR,
			    "%s, line %llu: something follows COPY ... FROM stdin on its line",
			    lx->name, (unsigned long long)sqllex_line(lx));
		}
		(*i)++;
	}
	(*i)++;
	return 0;
}

/* After the text of a comment: its newline, however that is written. */
static int scan_newline(struct sqllex *lx, size_t *i, struct err *e)
{
	if (at(lx, *i, e) == '\r')
		(*i)++;
	if (at(lx, *i, e) == '\n')
		(*i)++;
	return e->code != 0 ? -1 : 0;
}

/* return the kind of what begins at offset *i, and *i after its end; -1 with *e set */
static int scan_token(struct sqllex *lx, size_t *i, struct err *e)
{
	struct shape s = {0};
	size_t from = *i;
	int c = at(lx, from, e);

	if (e->code != 0)
		return -1;
	if (c < 0)
		return SQLLEX_EOF;
	if (c == '\\') {
		if (find(lx, i, '\n', e))
			(*i)++;
		return e->code != 0 ? -1 : SQLLEX_META;
	}
	if (c == '-' && at(lx, *i + 1, e) == '-') {
		if (skip_line_comment(lx, i, e) != 0 || scan_newline(lx, i, e) != 0)
			return -1;
		return SQLLEX_COMMENT;
	}
	if (scan_statement(lx, i, &s, e) != 0)
		return -1;
	if (!s.from_stdin)
		return SQLLEX_STATEMENT;
	return scan_copy_line(lx, from, i, e) != 0 ? -1 : SQLLEX_COPY;
}

int sqllex_next(struct sqllex *lx, struct sqllex_token *t, struct err *e)
{
	size_t i = 0;
	int kind;

	*t = (struct sqllex_token){0};
	advance(lx);
	while (is_space(at(lx, i, e)))
		i++;
	t->skip = i;
	kind = e->code != 0 ? -1 : scan_token(lx, &i, e);
	if (kind < 0)
		return -1;
	lx->given = t->skip;
	t->line = sqllex_line(lx);
	lx->given = i;
	t->kind = (enum sqllex_kind)kind;
	t->text = i > 0 ? lx->buf + lx->start : "";
	t->len = i;
	if (memchr(t->text, '\0', i) != NULL)
		return err_set(e, EX_DATAERR, "%s, line %llu: holds a NUL byte: this is not SQL",
		    lx->name, (unsigned long long)t->line);
	lx->line_begins = true;
	return 0;
}

long sqllex_peek(struct sqllex *lx, const char **out, size_t want, struct err *e)
{
	if (want > 0 && at(lx, want - 1, e) < 0 && e->code != 0)
		return -1;
	*out = available(lx) > 0 ? lx->buf + lx->start : "";
	return (long)(available(lx) < want ? available(lx) : want);
}

/* ---- COPY data ---- */

/*
 * Is the line at offset i the end-of-data line?
 * out     *len, its length
 */
static bool is_end_of_data(struct sqllex *lx, size_t i, size_t *len, struct err *e)
{
	if (at(lx, i, e) != '\\' || at(lx, i + 1, e) != '.')
		return false;
	*len = at(lx, i + 2, e) == '\r' ? 4 : 3;
	return at(lx, i + *len - 1, e) == '\n';
}

/* The whole lines that are in the buffer. out: *end is true when "\." comes next. return bytes */
static size_t whole_lines(struct sqllex *lx, bool *end, size_t *end_len, struct err *e)
{
	size_t i = 0;

	*end = false;
	while (i < available(lx)) {
		const char *base = lx->buf + lx->start;
		const char *nl;

		if (base[i] == '\\' && (i > 0 || lx->line_begins)) {
			*end = is_end_of_data(lx, i, end_len, e);
			if (*end || e->code != 0)
				break;
			base = lx->buf + lx->start;
		}
		nl = memchr(base + i, '\n', available(lx) - i);
		if (nl == NULL)
			break;
		i = (size_t)(nl - base) + 1;
	}
	return i;
}

/* No whole line is in the buffer: wait for one, or for a part that is worth giving out. */
static size_t part_of_line(struct sqllex *lx, struct err *e)
{
	size_t i = available(lx);

	while (i < COPY_PART) {
		if (at(lx, i, e) < 0)
			return 0;
		if (memchr(lx->buf + lx->start + i, '\n', available(lx) - i) != NULL)
			return 0;
		i = available(lx);
	}
	lx->line_begins = false;
	return i;
}

int sqllex_copy_data(struct sqllex *lx, const char **text, size_t *len, struct err *e)
{
	size_t end_len = 0;
	size_t n = 0;
	bool end = false;

	advance(lx);
	while (n == 0 && !end) {
		n = whole_lines(lx, &end, &end_len, e);
		if (n > 0)
			lx->line_begins = true;
		else if (!end)
			n = part_of_line(lx, e);
		if (e->code != 0)
			return -1;
		if (n == 0 && !end && lx->eof &&
		    memchr(lx->buf + lx->start, '\n', available(lx)) == NULL)
			return cut(lx, 0, "COPY data", e);
	}
	lx->given = n > 0 ? n : end_len;
	*text = n > 0 ? lx->buf + lx->start : "";
	*len = n;
	return 0;
}
