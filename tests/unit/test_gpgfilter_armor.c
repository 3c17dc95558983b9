#include "armor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define BEGIN "-----BEGIN PGP MESSAGE-----\n\nhF4D=abc\n"
#define END "-----END PGP MESSAGE-----"

/* Feed a text in pieces of `step` bytes, and ask whether it was whole. */
static bool whole(const char *text, size_t step)
{
	struct armor a = {.len = 0};
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i += step)
		armor_feed(&a, text + i, len - i < step ? len - i : step);
	armor_feed(&a, "", 0);
	return armor_is_whole(&a);
}

static void test_ends(void **state)
{
	static const struct {
		const char *text;
		bool whole;
	} cases[] = {
	    {BEGIN END, true},
	    {BEGIN END "\n", true},
	    {BEGIN END "\r\n \t\n", true},
	    {"a mail\n" BEGIN END "\n", true},
	    {BEGIN, false},
	    {BEGIN "-----END PGP MESSAGE----", false},
	    {BEGIN END "\nand more\n", false},
	    {"text", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t step = 1; step < 100; step++)
			assert_int_equal(whole(cases[i].text, step), cases[i].whole);
	}
}

static void test_binary_is_not_looked_at(void **state)
{
	struct armor a = {.len = 0};

	(void)state;
	assert_false(armor_feed(&a, "\x84\x5e\x03", 3));
	assert_true(armor_is_whole(&a));
	a = (struct armor){.len = 0};
	assert_true(armor_feed(&a, "-", 1));
	assert_true(armor_feed(&a, "\x84", 1));
}

static void test_empty_is_no_armor(void **state)
{
	struct armor a = {.len = 0};

	(void)state;
	armor_feed(&a, "", 0);
	assert_true(armor_is_whole(&a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ends),
	    cmocka_unit_test(test_binary_is_not_looked_at),
	    cmocka_unit_test(test_empty_is_no_armor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
