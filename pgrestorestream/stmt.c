#include "stmt.h"

#include "words.h"

#include <string.h>

/* Are the last words of the statement OWNER TO role? p is after the first one. */
static bool ends_in_owner(const char *p, const char *end)
{
	struct word last[4] = {{0}}; /* the newest is last[3] */
	struct word w;

	while ((w = words_next(&p, end)).kind != WORD_END) {
		memmove(&last[0], &last[1], 3 * sizeof(last[0]));
		last[3] = w;
	}
	return words_is(&last[0], "owner") && words_is(&last[1], "to") &&
	       (last[2].kind == WORD_PLAIN || last[2].kind == WORD_NAME) && words_is(&last[3], ";");
}

static enum stmt_class class_of_set(const struct word *second)
{
	static const char *const others[] = {"local", "transaction", "constraints", "role"};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (words_is(second, others[i]))
			return STMT_OTHER;
	}
	return words_is(second, "session") ? STMT_SESSION_USER : STMT_SETTING;
}

/* SELECT pg_catalog.function(; p is after the first word. */
static enum stmt_class class_of_select(const char *p, const char *end)
{
	struct word w = words_next(&p, end);

	if (!words_is(&w, "pg_catalog"))
		return STMT_OTHER;
	w = words_next(&p, end);
	w = words_next(&p, end);
	if (words_is(&w, "set_config"))
		return STMT_SETTING;
	return words_is(&w, "lowrite") ? STMT_LO_WRITE : STMT_OTHER;
}

enum stmt_class stmt_class(const char *text, size_t len)
{
	const char *end = text + len;
	const char *p = text;
	struct word first = words_next(&p, end);
	const char *rest = p;
	struct word second;

	if (words_is(&first, "select"))
		return class_of_select(p, end);
	if (words_is(&first, "grant") || words_is(&first, "revoke"))
		return STMT_PRIVILEGE;
	if (words_is(&first, "commit"))
		return STMT_COMMIT;
	second = words_next(&p, end);
	if (words_is(&first, "set"))
		return class_of_set(&second);
	if (words_is(&first, "reset") && words_is(&second, "session"))
		return STMT_SESSION_USER;
	if (!words_is(&first, "alter"))
		return STMT_OTHER;
	if (words_is(&second, "default"))
		return STMT_PRIVILEGE;
	return ends_in_owner(rest, end) ? STMT_OWNER : STMT_OTHER;
}

const char *stmt_setting(const char *text, size_t len, size_t *name_len)
{
	const char *p = text;
	struct word w = words_next(&p, text + len);

	if (!words_is(&w, "set"))
		return NULL;
	w = words_next(&p, text + len);
	*name_len = w.len;
	return w.kind == WORD_PLAIN ? w.text : NULL;
}

const char *stmt_copy_table(const char *text, size_t len, size_t *name_len)
{
	const char *p = text;
	struct word w = words_next(&p, text + len);
	const char *from;

	w = words_next(&p, text + len);
	from = w.text;
	*name_len = 0;
	while (w.kind != WORD_END && !words_is(&w, "(") && !words_is(&w, "from")) {
		*name_len = (size_t)(w.text + w.len - from);
		w = words_next(&p, text + len);
	}
	return from;
}
