#include "name.h"

#include "stamp.h"

#include <stdbool.h>
#include <string.h>

static void keep_after(const char **text, size_t *len, int mark)
{
	const char *at = memrchr(*text, mark, *len);

	if (at == NULL)
		return;
	*len -= (size_t)(at + 1 - *text);
	*text = at + 1;
}

static bool strip_suffix(const char *text, size_t *len, const char *suffix)
{
	size_t n = strlen(suffix);

	if (*len < n || memcmp(text + *len - n, suffix, n) != 0)
		return false;
	*len -= n;
	return true;
}

static bool strip_sql_suffix(const char *text, size_t *len)
{
	strip_suffix(text, len, ".gpg");
	strip_suffix(text, len, ".gz");
	return strip_suffix(text, len, ".sql");
}

/* latest.sql.gz, DB_latest.sql.gz.gpg, and backup_YYYYMMDD_HHMMSS.log */
static bool is_companion(const char *text, size_t len)
{
	size_t stem = len;
	int64_t stamp;

	if (strip_sql_suffix(text, &stem))
		return strip_suffix(text, &stem, "latest") && (stem == 0 || text[stem - 1] == '_');
	return strip_suffix(text, &stem, ".log") && stem == strlen("backup_") + STAMP_LEN &&
	       memcmp(text, "backup_", strlen("backup_")) == 0 &&
	       stamp_parse(text + strlen("backup_"), &stamp);
}

static bool parse_backup(const char *text, size_t len, struct name *n)
{
	const char *stamp;

	if (!strip_sql_suffix(text, &len) || len < STAMP_LEN + 2)
		return false;
	stamp = text + len - STAMP_LEN;
	if (stamp[-1] != '_' || !stamp_parse(stamp, &n->stamp))
		return false;
	n->db = text;
	n->db_len = len - STAMP_LEN - 1;
	return true;
}

struct name name_parse(const char *line, size_t len)
{
	struct name n = {.kind = NAME_UNKNOWN};

	keep_after(&line, &len, '\t');
	n.path = line;
	n.path_len = len;
	keep_after(&line, &len, '/');
	if (parse_backup(line, len, &n))
		n.kind = NAME_BACKUP;
	else if (is_companion(line, len))
		n.kind = NAME_COMPANION;
	return n;
}
