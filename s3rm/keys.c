#include "keys.h"

#include "base/num.h"
#include "base/stop.h"
#include "s3/list.h"
#include "s3/uri.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* return the key of a line of s3ls, which is cut to pieces; NULL where it is not one */
static const char *last_column(char *line)
{
	char *columns[4] = {line};
	struct err bad = {0};
	uint64_t size;
	time_t time;

	for (int i = 1; i < 4; i++) {
		columns[i] = strchr(columns[i - 1], '\t');
		if (columns[i] == NULL)
			return NULL;
		*columns[i]++ = '\0';
	}
	if (list_parse_time(columns[0], &time) != 0 ||
	    num_uint("", columns[1], 0, UINT64_MAX, &size, &bad) != 0 || columns[2][0] == '\0' ||
	    columns[3][0] == '\0' || strchr(columns[3], '\t') != NULL)
		return NULL;
	return columns[3];
}

static int check(const struct keys *k, const char *key, struct err *e)
{
	if (key == NULL)
		return err_set(e, EX_DATAERR,
		    "line %" PRIu64 " of standard input is neither a key nor a line of s3ls; use "
		    "-0 for keys with tabs",
		    k->count);
	if (strlen(key) > URI_KEY_MAX)
		return err_set(e, EX_DATAERR,
		    "line %" PRIu64 " of standard input is longer than a key can be (%d bytes)",
		    k->count, URI_KEY_MAX);
	return 1;
}

int keys_next(struct keys *k, const char **key, struct err *e)
{
	int end = k->null ? '\0' : '\n';
	ssize_t n;

	do {
		n = getdelim(&k->line, &k->cap, end, k->in);
		if (n < 0 && stop_signal() != 0)
			return stop_err(e);
		if (n < 0)
			return ferror(k->in) ? err_sys(e, EX_IOERR, "cannot read standard input")
					     : 0;
		k->count++;
		if (k->line[n - 1] == end)
			k->line[--n] = '\0';
	} while (n == 0);
	if (strlen(k->line) != (size_t)n)
		return err_set(e, EX_DATAERR,
		    "line %" PRIu64
		    " of standard input holds a NUL; use -0 for keys that end in one",
		    k->count);
	*key = k->null || strchr(k->line, '\t') == NULL ? k->line : last_column(k->line);
	return check(k, *key, e);
}

void keys_free(struct keys *k)
{
	free(k->line);
	k->line = NULL;
}
