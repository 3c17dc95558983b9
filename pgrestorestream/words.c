#include "words.h"

#include <string.h>
#include <strings.h>

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || (unsigned char)c >= 0x80;
}

static const char *skip_line(const char *p, const char *end)
{
	while (p < end && *p != '\n' && *p != '\r')
		p++;
	return p;
}

static const char *skip_block(const char *p, const char *end)
{
	size_t depth = 0;

	do {
		bool open = end - p >= 2 && p[0] == '/' && p[1] == '*';
		bool close = end - p >= 2 && p[0] == '*' && p[1] == '/';

		depth += open;
		depth -= close;
		p += open || close ? 2 : 1;
	} while (depth > 0 && p < end);
	return p;
}

static const char *skip_space(const char *p, const char *end)
{
	for (;;) {
		while (p < end && is_space(*p))
			p++;
		if (end - p >= 2 && p[0] == '-' && p[1] == '-')
			p = skip_line(p, end);
		else if (end - p >= 2 && p[0] == '/' && p[1] == '*')
			p = skip_block(p, end);
		else
			return p;
	}
}

/* p is at the quote; a doubled quote does not end what is quoted. */
static const char *skip_quoted(const char *p, const char *end, bool escapes)
{
	char quote = *p;

	for (p++; p < end; p++) {
		if (escapes && *p == '\\')
			p++;
		else if (*p == quote && (end - p < 2 || p[1] != quote))
			return p + 1;
		else if (*p == quote)
			p++;
	}
	return end;
}

/* return the end of $tag$...$tag$, or NULL: the dollar sign is just that */
static const char *skip_dollar(const char *p, const char *end)
{
	const char *tag_end = p + 1;
	const char *close;

	while (tag_end < end && is_word(*tag_end))
		tag_end++;
	if (tag_end == end || *tag_end != '$' || (p[1] >= '0' && p[1] <= '9'))
		return NULL;
	tag_end++;
	close = memmem(tag_end, (size_t)(end - tag_end), p, (size_t)(tag_end - p));
	return close != NULL ? close + (tag_end - p) : end;
}

struct word words_next(const char **p, const char *end)
{
	const char *from = skip_space(*p, end);
	const char *to = from;
	enum word_kind kind = WORD_SIGN;

	if (from == end) {
		*p = end;
		return (struct word){WORD_END, end, 0};
	}
	if (is_word(*from)) {
		kind = WORD_PLAIN;
		while (to < end && (is_word(*to) || *to == '$'))
			to++;
		if (to - from == 1 && to < end && *to == '\'' && (*from == 'e' || *from == 'E')) {
			kind = WORD_STRING;
			to = skip_quoted(to, end, true);
		}
	} else if (*from == '\'' || *from == '"') {
		kind = *from == '"' ? WORD_NAME : WORD_STRING;
		to = skip_quoted(from, end, false);
	} else if (*from == '$' && skip_dollar(from, end) != NULL) {
		kind = WORD_STRING;
		to = skip_dollar(from, end);
	} else {
		to = from + 1;
	}
	to = to > end ? end : to;
	*p = to;
	return (struct word){kind, from, (size_t)(to - from)};
}

bool words_is(const struct word *w, const char *text)
{
	return (w->kind == WORD_PLAIN || w->kind == WORD_SIGN) && w->len == strlen(text) &&
	       strncasecmp(w->text, text, w->len) == 0;
}
