#include "stmt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void check_class(const char *sql, enum stmt_class expected)
{
	if (stmt_class(sql, strlen(sql)) != expected)
		fail_msg("%s: class %d, expected %d", sql, (int)stmt_class(sql, strlen(sql)),
		    (int)expected);
}

static void test_owner(void **state)
{
	(void)state;
	check_class("ALTER TABLE a.b OWNER TO c;", STMT_OWNER);
	check_class("alter table \"x\"\"; y\" owner to \"c d\" ;", STMT_OWNER);
	check_class("ALTER FUNCTION f(i integer DEFAULT '; OWNER TO x;') OWNER TO c;", STMT_OWNER);
	check_class("ALTER LARGE OBJECT 12 OWNER TO c;", STMT_OWNER);
	check_class("ALTER TABLE \"OWNER TO c\" ADD COLUMN x int;", STMT_OTHER);
	check_class("ALTER TABLE t ALTER x SET DEFAULT ' OWNER TO c;';", STMT_OTHER);
	check_class("ALTER TABLE t ADD CHECK (x <> E'\\' OWNER TO c;');", STMT_OTHER);
	check_class("ALTER TABLE t ADD CHECK (x <> $a$ $ OWNER TO c;$a$);", STMT_OTHER);
	check_class("ALTER TABLE t ADD x int; -- OWNER TO c;", STMT_OTHER);
	check_class("ALTER TABLE t /* ; OWNER TO c; /* */ */ ADD x int;", STMT_OTHER);
	check_class("COMMENT ON TABLE t IS 'OWNER TO c';", STMT_OTHER);
	check_class("ALTER SEQUENCE s OWNED BY t.c;", STMT_OTHER);
	check_class("ALTER TABLE OWNER TO", STMT_OTHER);
	check_class("ALTER", STMT_OTHER);
	check_class("", STMT_OTHER);
}

static void test_privileges(void **state)
{
	(void)state;
	check_class("GRANT SELECT ON t TO x;", STMT_PRIVILEGE);
	check_class("-- c\n revoke ALL ON t FROM x;", STMT_PRIVILEGE);
	check_class(
	    "ALTER DEFAULT PRIVILEGES FOR ROLE x GRANT ALL ON TABLES TO y;", STMT_PRIVILEGE);
	check_class("SET SESSION AUTHORIZATION x;", STMT_SESSION_USER);
	check_class("RESET SESSION AUTHORIZATION;", STMT_SESSION_USER);
	check_class("\"grant\" x;", STMT_OTHER);
	check_class("GRANTED;", STMT_OTHER);
}

static void test_settings(void **state)
{
	(void)state;
	check_class("SET statement_timeout = 0;", STMT_SETTING);
	check_class("SELECT pg_catalog.set_config('search_path', '', false);", STMT_SETTING);
	check_class("SET LOCAL x = 1;", STMT_OTHER);
	check_class("SET TRANSACTION READ ONLY;", STMT_OTHER);
	check_class("SET CONSTRAINTS ALL DEFERRED;", STMT_OTHER);
	check_class("SET ROLE x;", STMT_OTHER);
	check_class("SELECT pg_catalog.setval('s', 1, true);", STMT_OTHER);
	check_class("SELECT pg_catalog.lowrite(0, '\\x00');", STMT_LO_WRITE);
	check_class("SELECT public.lowrite(0, '\\x00');", STMT_OTHER);
	check_class("COMMIT;", STMT_COMMIT);
}

static void test_setting_name(void **state)
{
	static const char set[] = "SET transaction_timeout = 0;";
	static const char other[] = "SELECT 1;";
	size_t len;

	(void)state;
	assert_ptr_equal(stmt_setting(set, strlen(set), &len), set + 4);
	assert_int_equal(len, strlen("transaction_timeout"));
	assert_null(stmt_setting(other, strlen(other), &len));
}

static void check_table(const char *sql, const char *expected)
{
	size_t len;
	const char *name = stmt_copy_table(sql, strlen(sql), &len);

	assert_int_equal(len, strlen(expected));
	assert_memory_equal(name, expected, len);
}

static void test_copy_table(void **state)
{
	(void)state;
	check_table("COPY public.t (a, b) FROM stdin;", "public.t");
	check_table("COPY \"a (b\".\"from\"\"\n\" FROM stdin;", "\"a (b\".\"from\"\"\n\"");
	check_table("COPY t(a) FROM stdin;", "t");
	check_table("COPY", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_owner),
	    cmocka_unit_test(test_privileges),
	    cmocka_unit_test(test_settings),
	    cmocka_unit_test(test_setting_name),
	    cmocka_unit_test(test_copy_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
