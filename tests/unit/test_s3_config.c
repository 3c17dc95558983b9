#include "s3/config.h"

#include "s3/creds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const variables[] = {"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_REGION",
    "AWS_DEFAULT_REGION", "AWS_CA_BUNDLE", "AWS_MAX_ATTEMPTS", "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"};

static int clear(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		unsetenv(variables[i]);
	return 0;
}

/* Load the configuration and check where an object is found by it */
static void check_address(const char *bucket, const char *key, const char *scheme,
    const char *expected_host, const char *expected_path)
{
	struct buf host = {0}, path = {0};
	struct err e = {0};
	struct config c;

	assert_int_equal(config_load(&c, &e), 0);
	assert_int_equal(config_address(&c, bucket, key, &host, &path, &e), 0);
	assert_string_equal(c.scheme, scheme);
	assert_string_equal(host.data, expected_host);
	assert_string_equal(path.data, expected_path);
	config_free(&c);
	buf_free(&host);
	buf_free(&path);
}

static void test_aws(void **state)
{
	(void)state;
	check_address("bucket", "a b", "https", "bucket.s3.us-east-1.amazonaws.com", "/a%20b");
	check_address("bucket", NULL, "https", "bucket.s3.us-east-1.amazonaws.com", "/");
	setenv("AWS_DEFAULT_REGION", "eu-central-1", 1);
	check_address("bucket", "k", "https", "bucket.s3.eu-central-1.amazonaws.com", "/k");
	setenv("AWS_REGION", "cn-north-1", 1);
	check_address("bucket", "k", "https", "bucket.s3.cn-north-1.amazonaws.com.cn", "/k");
}

static void test_aws_bucket_with_dots(void **state)
{
	(void)state;
	check_address("my.bucket", "k", "https", "s3.us-east-1.amazonaws.com", "/my.bucket/k");
	check_address("my.bucket", NULL, "https", "s3.us-east-1.amazonaws.com", "/my.bucket");
}

static void test_custom_endpoint(void **state)
{
	(void)state;
	setenv("AWS_ENDPOINT_URL", "http://localhost:9000", 1);
	check_address("bucket", "../k", "http", "localhost:9000", "/bucket/../k");
	check_address("bucket", NULL, "http", "localhost:9000", "/bucket");
	setenv("AWS_ENDPOINT_URL_S3", "https://store.example/base//", 1);
	check_address("bucket", "k", "https", "store.example", "/base/bucket/k");
	setenv("AWS_ENDPOINT_URL_S3", "", 1);
	check_address("bucket", "k", "http", "localhost:9000", "/bucket/k");
}

static void test_what_is_refused(void **state)
{
	static const char *const bad[] = {"localhost", "ftp://x", "http://", "https:///path",
	    "httpx://h", "http://u:p@h", "http://h?x", "http://h#x", "http://h h", "://h"};
	struct config c;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err e = {0};

		setenv("AWS_ENDPOINT_URL", bad[i], 1);
		assert_int_equal(config_load(&c, &e), -1);
		assert_int_equal(e.code, EX_CONFIG);
		assert_non_null(strstr(e.text, "AWS_ENDPOINT_URL"));
		config_free(&c);
	}
}

static void test_credentials(void **state)
{
	struct creds c;
	struct err e = {0};

	(void)state;
	assert_int_equal(creds_load(&c, &e), -1);
	assert_int_equal(e.code, EX_CONFIG);
	assert_non_null(strstr(e.text, "AWS_ACCESS_KEY_ID"));
	creds_free(&c);
	setenv("AWS_ACCESS_KEY_ID", "id", 1);
	e = (struct err){0};
	assert_int_equal(creds_load(&c, &e), -1);
	assert_non_null(strstr(e.text, "AWS_SECRET_ACCESS_KEY is not set"));
	creds_free(&c);
	setenv("AWS_SECRET_ACCESS_KEY", "not\nplain", 1);
	e = (struct err){0};
	assert_int_equal(creds_load(&c, &e), -1);
	assert_null(strstr(e.text, "plain;"));
	assert_null(strstr(e.text, "not"));
	creds_free(&c);
	setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
	setenv("AWS_SESSION_TOKEN", "", 1);
	e = (struct err){0};
	assert_int_equal(creds_load(&c, &e), 0);
	assert_string_equal(c.access_key, "id");
	assert_string_equal(c.secret_key, "secret");
	assert_null(c.token);
	creds_free(&c);
	setenv("AWS_SESSION_TOKEN", "token", 1);
	assert_int_equal(creds_load(&c, &e), 0);
	assert_string_equal(c.token, "token");
	creds_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_aws, clear),
	    cmocka_unit_test_setup(test_aws_bucket_with_dots, clear),
	    cmocka_unit_test_setup(test_custom_endpoint, clear),
	    cmocka_unit_test_setup(test_what_is_refused, clear),
	    cmocka_unit_test_setup(test_credentials, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
