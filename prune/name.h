/*
 * name: what a line of the input says, by its shape alone.
 *
 * The name is what stands after the last tab (s3ls writes other columns before it) and then after
 * the last '/'. A backup is DB_YYYYMMDD_HHMMSS followed by .sql, .sql.gz, .sql.gpg or .sql.gz.gpg;
 * DB is one byte or more of anything else. Only such a name can ever be deleted.
 */
#ifndef PRUNE_NAME_H
#define PRUNE_NAME_H

#include <stddef.h>
#include <stdint.h>

enum name_kind {
	NAME_BACKUP,
	NAME_COMPANION, /* what lies beside backups: the latest links and copies, and the logs */
	NAME_UNKNOWN,
};

struct name {
	enum name_kind kind;
	const char *path; /* after the last tab: what people call it; borrowed from the line */
	size_t path_len;
	const char *db; /* the database; NULL unless NAME_BACKUP; borrowed, not terminated */
	size_t db_len;
	int64_t stamp; /* as stamp_parse() gives it */
};

/* name_parse(line, len): read a line without its terminator. Any bytes are allowed.
 * return  its reading; never fails */
struct name name_parse(const char *line, size_t len);

#endif
