/* name: what is a backup, what lies beside backups, and what must never be deleted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "name.h"
#include "stamp.h"

#include <string.h>

static struct name parse(const char *line)
{
	return name_parse(line, strlen(line));
}

static void assert_backup(const char *line, const char *db, const char *stamp)
{
	struct name n = parse(line);
	int64_t expected;

	if (n.kind != NAME_BACKUP)
		fail_msg("'%s' was not read as a backup", line);
	assert_int_equal(n.db_len, strlen(db));
	assert_memory_equal(n.db, db, n.db_len);
	assert_true(stamp_parse(stamp, &expected));
	assert_int_equal(n.stamp, expected);
}

static void reads_backups(void **state)
{
	(void)state;
	assert_backup("saasforge_20251115_120000.sql.gz", "saasforge", "20251115_120000");
	assert_backup("saasforge_20251115_120000.sql.gz.gpg", "saasforge", "20251115_120000");
	assert_backup("saasforge_20251115_120000.sql", "saasforge", "20251115_120000");
	assert_backup("saasforge_20251115_120000.sql.gpg", "saasforge", "20251115_120000");
	assert_backup(
	    "a_20200101_000000_20251115_120000.sql", "a_20200101_000000", "20251115_120000");
	assert_backup("my.db with-odd_\"name\"__20251115_120000.sql.gz", "my.db with-odd_\"name\"_",
	    "20251115_120000");
	assert_backup("backup_20251115_120000.sql.gz", "backup", "20251115_120000");
	assert_backup("latest_20251115_120000.sql.gz", "latest", "20251115_120000");
	assert_backup("__20251115_120000.sql.gz", "_", "20251115_120000");
}

static void looks_only_behind_tabs_and_slashes(void **state)
{
	struct name n;

	(void)state;
	assert_backup("2025-11-15T12:00:03Z\t123\tSTANDARD\tp/q/db_20251115_120000.sql.gz", "db",
	    "20251115_120000");
	assert_backup("/x_20240101_000000.sql/db_20251115_120000.sql", "db", "20251115_120000");
	n = parse("1\t2\tp/q/db_20251115_120000.sql");
	assert_int_equal(n.path_len, strlen("p/q/db_20251115_120000.sql"));
	assert_memory_equal(n.path, "p/q/db_20251115_120000.sql", n.path_len);
}

static void leaves_everything_else_alone(void **state)
{
	static const char *const unknown[] = {"", "/", "\t", "x", "notes.txt", ".sql", ".sql.gz",
	    "20251115_120000.sql.gz", "_20251115_120000.sql.gz", "db_20251115_120000",
	    "db_20251115_120000.gz", "db_20251115_120000.sql.gz.asc", "db_20251115_120000.sql.xz",
	    "db_20251115_120000.sql.gpg.gz", "db_20251115_120000.sql.gz.gz",
	    "db_20251115_120000.SQL", "db_20251115_120000.sql.gz.part", "db_20250230_120000.sql.gz",
	    "db_20251115_246060.sql.gz", "db-20251115_120000.sql.gz", "db_20251115-120000.sql.gz",
	    "db_0251115_120000.sql.gz", "db_20251115_120000.sql.gz/",
	    "db_20251115_120000.sql/readme", "xlatest.sql.gz", "latest", "latest.txt",
	    "backup_20251115_120000.log.1", "backup_20250230_120000.log", "backup.log",
	    "other_20251115_120000.log", " db_20251115_120000.sql.gz ",
	    "db_20251115_120000.sql.gz\r"};

	(void)state;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		if (parse(unknown[i]).kind != NAME_UNKNOWN)
			fail_msg("'%s' was understood", unknown[i]);
}

static void knows_what_lies_beside_backups(void **state)
{
	static const char *const companions[] = {"latest.sql.gz", "latest.sql.gz.gpg", "latest.sql",
	    "saasforge_latest.sql.gz.gpg", "p/saasforge_latest.sql.gz",
	    "backup_20251115_120000.log"};

	(void)state;
	for (size_t i = 0; i < sizeof(companions) / sizeof(companions[0]); i++)
		assert_int_equal(parse(companions[i]).kind, NAME_COMPANION);
}

/* Cut a good name short, and change each of its bytes to each other value: whatever is then still
 * read as a backup has the shape of one. */
static void survives_any_bytes(void **state)
{
	static const char good[] = "db_20251115_120000.sql.gz.gpg";
	size_t len = sizeof(good) - 1, stamp_at = strlen("db_");

	(void)state;
	for (size_t n = 0; n <= len; n++) {
		bool whole = n == strlen("db_20251115_120000.sql") || n == len ||
			     n == strlen("db_20251115_120000.sql.gz");

		assert_int_equal(name_parse(good, n).kind == NAME_BACKUP, whole);
	}
	for (size_t at = stamp_at - 1; at < len; at++) {
		for (int c = 0; c < 256; c++) {
			char text[sizeof(good)];
			bool digit = at >= stamp_at && at < stamp_at + STAMP_LEN && good[at] != '_';
			struct name n;

			memcpy(text, good, sizeof(good));
			text[at] = (char)c;
			n = name_parse(text, len);
			if (n.kind == NAME_BACKUP && text[at] != good[at])
				assert_true(digit && c >= '0' && c <= '9');
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_backups),
	    cmocka_unit_test(looks_only_behind_tabs_and_slashes),
	    cmocka_unit_test(leaves_everything_else_alone),
	    cmocka_unit_test(knows_what_lies_beside_backups),
	    cmocka_unit_test(survives_any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
