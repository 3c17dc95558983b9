#include "status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_decryption_needs_its_end(void **state)
{
	struct status s = {.okay = false};

	(void)state;
	status_take(&s, "END_DECRYPTION", "");
	assert_false(s.decrypted);
	status_take(&s, "DECRYPTION_OKAY", "");
	assert_false(s.decrypted);
	status_take(&s, "END_DECRYPTION", "");
	assert_true(s.decrypted);
	assert_false(s.failed);
}

static void test_errors_are_codes_without_their_source(void **state)
{
	struct status s = {.errors = 0};

	(void)state;
	status_take(&s, "ERROR", "pkdecrypt_failed 67108949"); /* gpg-agent's "No pinentry" */
	status_take(&s, "ERROR", "symkey_decrypt.maybe_error 11_BAD_PASSPHRASE");
	status_take(&s, "ERROR", "malformed");
	assert_true(status_has(&s, GPG_ERR_NO_PIN_ENTRY));
	assert_true(status_has(&s, GPG_ERR_BAD_PASSPHRASE));
	assert_false(status_has(&s, GPG_ERR_NO_AGENT));
	assert_false(s.failed);
	status_take(&s, "FAILURE", "gpg-exit 33554433");
	assert_true(s.failed);
}

static void test_errors_beyond_the_last_are_dropped(void **state)
{
	struct status s = {.errors = 0};

	(void)state;
	for (int i = 0; i < 2 * STATUS_ERRORS_MAX; i++)
		status_take(&s, "ERROR", "somewhere 11");
	assert_int_equal(s.errors, STATUS_ERRORS_MAX);
}

static void test_protection(void **state)
{
	static const struct {
		const char *args;
		bool unprotected;
	} cases[] = {{"2 9 0", false}, {"0 9 2", false}, {"0 9 0", true}, {"0 9", true}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct status s = {.okay = false};

		status_take(&s, "DECRYPTION_INFO", cases[i].args);
		assert_int_equal(s.unprotected, cases[i].unprotected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_decryption_needs_its_end),
	    cmocka_unit_test(test_errors_are_codes_without_their_source),
	    cmocka_unit_test(test_errors_beyond_the_last_are_dropped),
	    cmocka_unit_test(test_protection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
