/*
 * Which answers are successes, which are worth another try, and what the message says.
 */
#include "s3/answer.h"

#include "s3/backoff.h"
#include "s3/hash.h"
#include "s3/object.h"

#include <curl/curl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static char scheme[] = "http";
static char host[] = "store:1";
static const struct config cfg = {.scheme = scheme, .host = host};

#define ERROR(code) \
	"<Error><Code>" code "</Code><Message>why</Message><RequestId>r1</RequestId></Error>"

static const struct {
	long status;
	const char *body;
	bool error_in_200;
	enum answer_verdict verdict;
	int code;
	const char *part; /* of the message */
} cases[] = {
    {200, "", false, ANSWER_OK, 0, ""},
    {204, "", false, ANSWER_OK, 0, ""},
    {200, ERROR("InternalError"), false, ANSWER_OK, 0, ""}, /* an object may be anything */
    {200, "<CopyObjectResult/>", true, ANSWER_OK, 0, ""},
    {200, ERROR("InternalError"), true, ANSWER_RETRY, EX_UNAVAILABLE, "InternalError: why"},
    {200, ERROR("AccessDenied"), true, ANSWER_FAILED, EX_NOPERM, "AccessDenied"},
    {200, ERROR("Unheard"), true, ANSWER_RETRY, EX_UNAVAILABLE, "Unheard"},
    {200, "<CopyObject", true, ANSWER_RETRY, EX_PROTOCOL, "http://store:1"},
    {200, "", true, ANSWER_RETRY, EX_PROTOCOL, "well-formed"},
    {404, ERROR("NoSuchBucket"), false, ANSWER_FAILED, EX_NOINPUT, "bucket does not exist"},
    {404, ERROR("NoSuchKey"), false, ANSWER_FAILED, EX_NOINPUT, "request r1"},
    {404, "", false, ANSWER_FAILED, EX_NOINPUT, "Not Found"},
    {403, ERROR("SignatureDoesNotMatch"), false, ANSWER_FAILED, EX_NOPERM, "AWS_SECRET_ACCESS_KEY"},
    {403, ERROR("InvalidAccessKeyId"), false, ANSWER_FAILED, EX_NOPERM, "AWS_ACCESS_KEY_ID"},
    {403, ERROR("RequestTimeTooSkewed"), false, ANSWER_FAILED, EX_NOPERM, "clock"},
    {403, "", false, ANSWER_FAILED, EX_NOPERM, "Forbidden"},
    {301, "<Error><Code>PermanentRedirect</Code><Region>eu-west-1</Region></Error>", false,
	ANSWER_FAILED, EX_CONFIG, "AWS_REGION=eu-west-1"},
    {302, "<html>", false, ANSWER_FAILED, EX_CONFIG, "AWS_REGION"},
    {400, ERROR("RequestTimeout"), false, ANSWER_RETRY, EX_UNAVAILABLE, "RequestTimeout"},
    {400, ERROR("EntityTooLarge"), false, ANSWER_FAILED, EX_PROTOCOL, "store refuses"},
    {400, "<html>", false, ANSWER_FAILED, EX_PROTOCOL, "AWS_ENDPOINT_URL"},
    {408, "", false, ANSWER_RETRY, EX_UNAVAILABLE, "408"},
    {412, "", false, ANSWER_FAILED, EX_TEMPFAIL, "changed"},
    {429, "", false, ANSWER_RETRY, EX_UNAVAILABLE, "429"},
    {500, ERROR("InternalError"), false, ANSWER_RETRY, EX_UNAVAILABLE, "HTTP 500"},
    {501, ERROR("NotImplemented"), false, ANSWER_FAILED, EX_UNAVAILABLE, "cannot do this"},
    {502, "<html>Bad Gateway", false, ANSWER_RETRY, EX_UNAVAILABLE, "502"},
    {503, ERROR("SlowDown"), false, ANSWER_RETRY, EX_UNAVAILABLE, "SlowDown"},
};

static void test_verdicts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err e = {0};
		struct call c;

		call_init(&c, "GET", "try", "bucket", "key\n1");
		c.status = cases[i].status;
		c.error_in_200 = cases[i].error_in_200;
		buf_str(&c.answer, cases[i].body, &e);
		assert_int_equal(answer_judge(&c, &cfg, &e), cases[i].verdict);
		assert_int_equal(e.code, cases[i].code);
		assert_non_null(strstr(e.text, cases[i].part));
		if (e.code != 0)
			assert_non_null(strstr(e.text, "cannot try s3://bucket/key 1"));
		call_free(&c);
	}
}

static void test_broken(void **state)
{
	static const struct {
		int curl_code;
		enum answer_verdict verdict;
		int code;
		const char *part;
	} broken[] = {
	    {CURLE_COULDNT_CONNECT, ANSWER_RETRY, EX_UNAVAILABLE, "http://store:1"},
	    {CURLE_OPERATION_TIMEDOUT, ANSWER_RETRY, EX_UNAVAILABLE, "network"},
	    {CURLE_PARTIAL_FILE, ANSWER_RETRY, EX_UNAVAILABLE, "network"},
	    {CURLE_PEER_FAILED_VERIFICATION, ANSWER_FAILED, EX_UNAVAILABLE, "AWS_CA_BUNDLE"},
	    {CURLE_SSL_CACERT_BADFILE, ANSWER_FAILED, EX_CONFIG, "AWS_CA_BUNDLE"},
	    {CURLE_WRITE_ERROR, ANSWER_RETRY, EX_PROTOCOL, "S3 store"},
	};
	struct call c;

	(void)state;
	call_init(&c, "GET", "try", "bucket", "key");
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct err e = {0};

		assert_int_equal(
		    answer_broken(&c, &cfg, broken[i].curl_code, "", &e), broken[i].verdict);
		assert_int_equal(e.code, broken[i].code);
		assert_non_null(strstr(e.text, broken[i].part));
	}
	call_free(&c);
}

static void test_etag_against_md5(void **state)
{
	unsigned char md5[HASH_MD5_LEN];
	struct err e = {0};
	struct call c;
	bool plain;

	(void)state;
	call_init(&c, "PUT", "upload", "bucket", "key");
	assert_int_equal(hash_md5("", 0, md5, &e), 0);
	assert_int_equal(object_check_md5(&c, md5, &plain, &e), -1);
	assert_int_equal(e.code, EX_PROTOCOL);
	e = (struct err){0};
	pairs_add(&c.answer_headers, "etag", "\"d41d8cd98f00b204e9800998ecf8427e\"", &e);
	assert_int_equal(object_check_md5(&c, md5, &plain, &e), 0);
	assert_true(plain);
	md5[0] ^= 1;
	assert_int_equal(object_check_md5(&c, md5, &plain, &e), -1);
	assert_int_equal(e.code, EX_PROTOCOL);
	e = (struct err){0};
	pairs_add(&c.answer_headers, "x-amz-server-side-encryption", "aws:kms", &e);
	assert_int_equal(object_check_md5(&c, md5, &plain, &e), 0);
	assert_false(plain);
	call_free(&c);
}

static void test_backoff(void **state)
{
	(void)state;
	for (unsigned failed = 1; failed < 40; failed++) {
		int64_t ceiling = failed < 9 ? BACKOFF_FIRST_MS << (failed - 1) : BACKOFF_MAX_MS;

		assert_in_range(backoff_ms(failed, NULL), 0, ceiling);
	}
	assert_in_range(backoff_ms(1, "7"), 7000, 7000);
	assert_in_range(backoff_ms(1, "86400"), 60000, 60000);
	assert_in_range(backoff_ms(1, "Wed, 21 Oct 2015 07:28:00 GMT"), 0, BACKOFF_FIRST_MS);
	assert_in_range(backoff_ms(1, "-5"), 0, BACKOFF_FIRST_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_verdicts),
	    cmocka_unit_test(test_broken),
	    cmocka_unit_test(test_etag_against_md5),
	    cmocka_unit_test(test_backoff),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
