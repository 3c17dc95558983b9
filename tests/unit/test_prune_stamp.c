/* stamp: against the C library's own calendar, and every date that does not exist. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stamp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t parsed(const char *text)
{
	int64_t stamp;

	assert_true(stamp_parse(text, &stamp));
	return stamp;
}

static void agrees_with_the_c_library_on_every_day(void **state)
{
	int64_t week = 0, month = 0;

	(void)state;
	for (time_t t = 45296; t < 253402300800; t += 86400) {
		char text[64], iso[64];
		struct tm tm;
		int64_t stamp;

		gmtime_r(&t, &tm);
		strftime(text, sizeof(text), "%Y%m%d_%H%M%S", &tm);
		strftime(iso, sizeof(iso), "%Y-%m-%dT%H:%M:%SZ", &tm);
		assert_int_equal(parsed(text), t);
		assert_true(stamp_parse_iso(iso, &stamp));
		assert_int_equal(stamp, t);
		assert_int_equal(stamp_day(t), t / 86400);
		if (t > 86400) {
			assert_int_equal(stamp_week(t), week + (tm.tm_wday == 1));
			assert_int_equal(stamp_month(t), month + (tm.tm_mday == 1));
		}
		week = stamp_week(t);
		month = stamp_month(t);
	}
}

static void periods_begin_and_end_at_midnight(void **state)
{
	(void)state;
	assert_int_not_equal(
	    stamp_day(parsed("20251115_235959")), stamp_day(parsed("20251116_000000")));
	assert_int_equal(
	    stamp_day(parsed("20251116_000000")), stamp_day(parsed("20251116_235959")));
	assert_int_equal(/* Monday to Sunday, over the turn of the year */
	    stamp_week(parsed("20241230_000000")), stamp_week(parsed("20250105_235959")));
	assert_int_not_equal(
	    stamp_week(parsed("20250105_235959")), stamp_week(parsed("20250106_000000")));
	assert_int_equal(
	    stamp_month(parsed("20240201_000000")), stamp_month(parsed("20240229_235959")));
	assert_int_not_equal(
	    stamp_month(parsed("20240131_235959")), stamp_month(parsed("20240201_000000")));
}

static void refuses_what_is_no_moment(void **state)
{
	static const char *const bad[] = {
	    "20250230_120000",
	    "20250229_000000",
	    "21000229_000000",
	    "20250431_000000",
	    "20250001_000000",
	    "20251301_000000",
	    "20250100_000000",
	    "20250132_000000",
	    "20250101_240000",
	    "20250101_006000",
	    "20250101_000060",
	    "00000101_000000",
	    "19691231_235959",
	    "20250101-000000",
	    "2025010 _000000",
	    "+0250101_000000",
	    "-0250101_000000",
	    "20250101_00000a",
	    "2025010100000000",
	    "               ",
	};
	int64_t stamp;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (stamp_parse(bad[i], &stamp))
			fail_msg("%s was taken for a moment", bad[i]);
	assert_true(stamp_parse("20240229_235959", &stamp));
	assert_true(stamp_parse("20000229_000000", &stamp));
}

static void refuses_other_iso_forms(void **state)
{
	static const char *const bad[] = {
	    "",
	    "2025-11-15",
	    "2025-11-15 12:00:00Z",
	    "2025-11-15T12:00:00",
	    "2025-11-15T12:00:00z",
	    "2025-11-15T12:00:00+00:00",
	    "2025-02-30T12:00:00Z",
	    "2025-11-15T12:00:00Z ",
	};
	int64_t stamp;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (stamp_parse_iso(bad[i], &stamp))
			fail_msg("%s was taken for a moment", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(agrees_with_the_c_library_on_every_day),
	    cmocka_unit_test(periods_begin_and_end_at_midnight),
	    cmocka_unit_test(refuses_what_is_no_moment),
	    cmocka_unit_test(refuses_other_iso_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
