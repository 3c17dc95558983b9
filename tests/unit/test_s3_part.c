#include "s3/part.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define GIB (1024 * PART_MIB)
#define TIB (1024 * GIB)

/* return the number of parts that a stream of total bytes takes; 0 if the plan gives up */
static unsigned walk(uint64_t first, uint64_t total, uint64_t *largest)
{
	uint64_t sent = 0;
	unsigned n = 0;

	*largest = 0;
	while (sent < total) {
		struct err e = {0};
		uint64_t size;

		if (part_plan(first, ++n, sent, &size, &e) != 0) {
			assert_int_equal(e.code, EX_DATAERR);
			return 0;
		}
		assert_true(size <= PART_MAX);
		assert_true(size >= PART_MIN || sent + size == PART_OBJECT_MAX);
		*largest = size > *largest ? size : *largest;
		sent += size;
	}
	return n;
}

static void test_five_tib_fit(void **state)
{
	static const uint64_t firsts[] = {PART_MIN, 8 * PART_MIB, 100 * PART_MIB, GIB, PART_MAX};
	uint64_t largest;

	(void)state;
	for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
		unsigned n = walk(firsts[i], 5 * TIB, &largest);

		assert_in_range(n, 1, PART_COUNT_MAX);
	}
}

static void test_more_than_five_tib_does_not(void **state)
{
	uint64_t largest;

	(void)state;
	assert_int_equal(walk(8 * PART_MIB, 5 * TIB + 1, &largest), 0);
	assert_int_equal(walk(PART_MAX, 5 * TIB + 1, &largest), 0);
}

static void test_part_10001_is_refused(void **state)
{
	struct err e = {0};
	uint64_t size;

	(void)state;
	assert_int_equal(part_plan(PART_MIN, PART_COUNT_MAX, 1, &size, &e), 0);
	assert_int_equal(part_plan(PART_MIN, PART_COUNT_MAX + 1, 1, &size, &e), -1);
	assert_int_equal(e.code, EX_DATAERR);
}

/* The figures that the header and the man page give */
static void test_growth_is_late(void **state)
{
	uint64_t largest;

	(void)state;
	assert_int_equal(walk(8 * PART_MIB, 1000 * 8 * PART_MIB, &largest), 1000);
	assert_int_equal(largest, 8 * PART_MIB);
	walk(8 * PART_MIB, 100 * GIB, &largest);
	assert_in_range(largest, 100 * PART_MIB, 120 * PART_MIB);
	walk(8 * PART_MIB, 5 * TIB, &largest);
	assert_in_range(largest, GIB, 2 * GIB);
}

static void test_known_size(void **state)
{
	(void)state;
	assert_int_equal(part_plan_known(6 * GIB, 512 * PART_MIB), 512 * PART_MIB);
	assert_int_equal(part_plan_known(5 * TIB, 512 * PART_MIB), 525 * PART_MIB);
	assert_true(5 * TIB / part_plan_known(5 * TIB, PART_MIN) < PART_COUNT_MAX);
	assert_int_equal(part_plan_known(0, PART_MIN), PART_MIN);
	assert_int_equal(part_plan_known(1, PART_MIN + 1), PART_MIN + PART_MIB);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_five_tib_fit),
	    cmocka_unit_test(test_more_than_five_tib_does_not),
	    cmocka_unit_test(test_part_10001_is_refused),
	    cmocka_unit_test(test_growth_is_late),
	    cmocka_unit_test(test_known_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
