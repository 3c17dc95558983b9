#include "guc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void check(const char *name, const char *value, const char *expected)
{
	struct buf b = {0};
	struct err e = {0};

	assert_int_equal(guc_value(&b, name, value, &e), 0);
	assert_string_equal(buf_cstr(&b), expected);
	buf_free(&b);
}

static void test_plain_values(void **state)
{
	(void)state;
	check("work_mem", "5MB", "'5MB'");
	check("app.x", "it's, \"so\"", "'it''s, \"so\"'");
	check("datestyle", "ISO, DMY", "'ISO, DMY'");
	check("work_mem", "", "''");
}

static void test_lists_of_names(void **state)
{
	(void)state;
	check("search_path", "public", "'public'");
	check("search_path", "\"$user\", public", "'$user', 'public'");
	check("Search_Path", "\"S \"\"x, y\",b ,  \"c\"", "'S \"x, y', 'b', 'c'");
	check("temp_tablespaces", "\"it's\"", "'it''s'");
	check("search_path", "\"\"", "''");
	check("search_path", "", "''");
	check("search_path", "\"not closed", "'not closed'");
	check("search_path", "a,", "'a', ''");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_plain_values),
	    cmocka_unit_test(test_lists_of_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
