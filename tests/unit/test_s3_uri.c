#include "s3/uri.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_parse(void **state)
{
	static const struct {
		const char *text, *bucket, *key;
	} good[] = {
	    {"s3://bucket", "bucket", ""},
	    {"s3://bucket/", "bucket", ""},
	    {"s3://bucket/key", "bucket", "key"},
	    {"s3://my.bucket-1/a/b", "my.bucket-1", "a/b"},
	    {"s3://bucket//lead", "bucket", "/lead"},
	    {"s3://bucket/a%20b+c?d#e", "bucket", "a%20b+c?d#e"},
	    {"s3://bucket/../x\n", "bucket", "../x\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct err e = {0};
		struct uri u;

		assert_int_equal(uri_parse(good[i].text, &u, &e), 0);
		assert_string_equal(u.bucket, good[i].bucket);
		assert_string_equal(u.key, good[i].key);
		uri_free(&u);
	}
}

static void test_parse_refuses(void **state)
{
	static const char *const bad[] = {"", "bucket/key", "s3:/bucket", "S3://bucket/key",
	    "s3://", "s3:///key", "s3://ab/key", "s3://-ab/key", "s3://a b/key", "s3://a@b/key",
	    "s3://a%b/key", "http://bucket/key"};
	char *long_key = calloc(1, 1024 + 32);
	struct err e = {0};
	struct uri u;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		e = (struct err){0};
		assert_int_equal(uri_parse(bad[i], &u, &e), -1);
		assert_int_equal(e.code, EX_USAGE);
		uri_free(&u);
	}
	e = (struct err){0};
	assert_int_equal(uri_parse_object("s3://bucket/", &u, &e), -1);
	assert_int_equal(e.code, EX_USAGE);
	uri_free(&u);
	strcpy(long_key, "s3://bucket/");
	memset(long_key + strlen(long_key), 'x', 1024);
	e = (struct err){0};
	assert_int_equal(uri_parse(long_key, &u, &e), 0);
	uri_free(&u);
	strcat(long_key, "x");
	assert_int_equal(uri_parse(long_key, &u, &e), -1);
	assert_int_equal(e.code, EX_USAGE);
	uri_free(&u);
	free(long_key);
}

/* Every byte: the 66 unreserved ones stay, the others become %XX and come back. */
static void test_encode_and_decode_every_byte(void **state)
{
	unsigned kept = 0;

	(void)state;
	for (unsigned c = 1; c < 256; c++) {
		const char text[] = {(char)c, '\0'};
		struct buf coded = {0}, plain = {0};
		struct err e = {0};

		assert_int_equal(uri_encode(&coded, text, false, &e), 0);
		assert_true(coded.len == 1 || coded.len == 3);
		kept += coded.len == 1;
		assert_int_equal(uri_decode(&plain, coded.data, &e), 0);
		assert_string_equal(plain.data, text);
		buf_free(&coded);
		buf_free(&plain);
	}
	assert_int_equal(kept, 66);
}

static void test_encode_slash(void **state)
{
	struct buf b = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(uri_encode(&b, "a/b c", true, &e), 0);
	assert_int_equal(uri_encode(&b, "|/+", false, &e), 0);
	assert_string_equal(b.data, "a/b%20c%7C%2F%2B");
	buf_free(&b);
}

static void test_decode(void **state)
{
	static const char *const bad[] = {"%", "%4", "%zz", "a%2", "%00", "%4%", "x%g1"};
	struct buf b = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(uri_decode(&b, "a+b%2Bc%c3%A9", &e), 0);
	assert_string_equal(b.data, "a b+c\xc3\xa9");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		e = (struct err){0};
		assert_int_equal(uri_decode(&b, bad[i], &e), -1);
		assert_int_equal(e.code, EX_PROTOCOL);
	}
	buf_free(&b);
}

static void test_query(void **state)
{
	struct pairs q = {0};
	struct buf b = {0};
	struct err e = {0};

	(void)state;
	pairs_add(&q, "uploadId", "2~a/b", &e);
	pairs_add(&q, "a", "2", &e);
	pairs_add(&q, "a", "1", &e);
	pairs_add(&q, "partNumber", "7", &e);
	pairs_add(&q, "a b", "&=", &e);
	assert_int_equal(uri_query(&b, &q, &e), 0);
	assert_string_equal(b.data, "a=1&a=2&a%20b=%26%3D&partNumber=7&uploadId=2~a%2Fb");
	pairs_free(&q);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_parse),
	    cmocka_unit_test(test_parse_refuses),
	    cmocka_unit_test(test_encode_and_decode_every_byte),
	    cmocka_unit_test(test_encode_slash),
	    cmocka_unit_test(test_decode),
	    cmocka_unit_test(test_query),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
