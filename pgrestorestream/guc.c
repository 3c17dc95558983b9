#include "guc.h"

#include "pg/pg.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* PostgreSQL's settings of the kind GUC_LIST_QUOTE; extensions may not have any. */
static bool is_name_list(const char *name)
{
	static const char *const lists[] = {"local_preload_libraries", "search_path",
	    "session_preload_libraries", "shared_preload_libraries", "temp_tablespaces",
	    "unix_socket_directories"};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (strcasecmp(name, lists[i]) == 0)
			return true;
	}
	return false;
}

static const char *skip_blanks(const char *p)
{
	return p + strspn(p, " \t\n\r\f\v");
}

/*
 * One name of the list, at *p: quoted with doubled quotes inside, or bare up to a comma.
 * out     item; *p is behind it
 * return  0, or -1 with *e set
 */
static int next_name(const char **p, struct buf *item, struct err *e)
{
	const char *end;

	buf_clear(item);
	if (**p != '"') {
		size_t len = strcspn(*p, ",");

		end = *p + len;
		while (len > 0 && strchr(" \t\n\r\f\v", (*p)[len - 1]) != NULL)
			len--;
		if (buf_add(item, *p, len, e) != 0)
			return -1;
		*p = end;
		return 0;
	}
	for (end = *p + 1; *end != '\0' && (*end != '"' || end[1] == '"'); end++) {
		end += *end == '"';
		if (buf_add(item, end, 1, e) != 0)
			return -1;
	}
	*p = skip_blanks(*end != '\0' ? end + 1 : end);
	return 0;
}

int guc_value(struct buf *b, const char *name, const char *value, struct err *e)
{
	struct buf item = {0};
	const char *p = skip_blanks(value);
	bool more = true;
	int ret = 0;

	if (!is_name_list(name) || *p == '\0')
		return pg_literal(b, value, e);
	while (ret == 0 && more) {
		ret = next_name(&p, &item, e);
		if (ret == 0)
			ret = pg_literal(b, buf_cstr(&item), e);
		more = *p == ',';
		if (ret == 0 && more)
			ret = buf_str(b, ", ", e);
		p = skip_blanks(p + more);
	}
	buf_free(&item);
	return ret;
}
