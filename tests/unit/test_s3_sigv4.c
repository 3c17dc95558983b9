/*
 * Signature V4 against published vectors: AWS's Signature Version 4 test suite (service "service",
 * 2015-08-30) and the examples of the S3 API reference (2013-05-24). Paths are the suite's
 * "unnormalized" ones: S3 signs a path as it is.
 */
#include "s3/sigv4.h"

#include "s3/uri.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define UNRESERVED "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define SUITE_TOKEN "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"

struct vector {
	const char *name;
	const char *method;
	const char *path; /* not encoded */
	const char *query[5]; /* name, value, ... */
	const char *headers[11]; /* name, value, ..., besides host and x-amz-date */
	const char *payload;
	const char *signed_headers;
	const char *signature;
};

static const struct vector suite[] = {
    {"get-vanilla", "GET", "/", {0}, {0}, EMPTY, "host;x-amz-date",
	"5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"post-vanilla", "POST", "/", {0}, {0}, EMPTY, "host;x-amz-date",
	"5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
    {"get-vanilla-query-order-key-case", "GET", "/", {"Param2", "value2", "Param1", "value1"}, {0},
	EMPTY, "host;x-amz-date",
	"b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
    {"post-header-value-case", "POST", "/", {0}, {"my-header1", "VALUE1"}, EMPTY,
	"host;my-header1;x-amz-date",
	"cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"},
    {"get-header-value-trim", "GET", "/", {0},
	{"my-header2", " \"a   b   c\"", "my-header1", " value1"}, EMPTY,
	"host;my-header1;my-header2;x-amz-date",
	"acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
    {"get-header-key-duplicate", "GET", "/", {0}, {"my-header1", "value2,value2,value1"}, EMPTY,
	"host;my-header1;x-amz-date",
	"c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
    {"get-unreserved", "GET", "/" UNRESERVED, {0}, {0}, EMPTY, "host;x-amz-date",
	"07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
    {"get-utf8", "GET", "/\xe1\x88\xb4", {0}, {0}, EMPTY, "host;x-amz-date",
	"8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
    {"get-space-unnormalized", "GET", "/example space/", {0}, {0}, EMPTY, "host;x-amz-date",
	"652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
    {"get-slashes-unnormalized", "GET", "//example//", {0}, {0}, EMPTY, "host;x-amz-date",
	"87cca117541a147f6df867677d98a7d80dff226d2bfca9e4ffa899665623c7e5"},
    {"get-relative-unnormalized", "GET", "/example/..", {0}, {0}, EMPTY, "host;x-amz-date",
	"eca7ead57bb5aa5c8e28007acd4ff04e1ff9a0ff3b237ec1554a184887ff9282"},
    {"get-vanilla-with-session-token", "GET", "/", {0}, {"x-amz-security-token", SUITE_TOKEN},
	EMPTY, "host;x-amz-date;x-amz-security-token",
	"07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8"},
};

static const struct vector s3_reference[] = {
    {"GET Object", "GET", "/test.txt", {0}, {"range", "bytes=0-9", "x-amz-content-sha256", EMPTY},
	EMPTY, "host;range;x-amz-content-sha256;x-amz-date",
	"f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
    {"PUT Object", "PUT", "/test$file.text", {0},
	{"x-amz-storage-class", "REDUCED_REDUNDANCY", "date", "Fri, 24 May 2013 00:00:00 GMT",
	    "x-amz-content-sha256",
	    "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"},
	"44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
	"date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
	"98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
    {"GET Bucket Lifecycle", "GET", "/", {"lifecycle", ""}, {"x-amz-content-sha256", EMPTY}, EMPTY,
	"host;x-amz-content-sha256;x-amz-date",
	"fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
    {"List Objects", "GET", "/", {"prefix", "J", "max-keys", "2"}, {"x-amz-content-sha256", EMPTY},
	EMPTY, "host;x-amz-content-sha256;x-amz-date",
	"34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
};

static void add_all(struct pairs *to, const char *const *from)
{
	struct err e = {0};

	for (; *from != NULL; from += 2)
		assert_int_equal(pairs_add(to, from[0], from[1], &e), 0);
}

static void check(const struct vector *v, const struct creds *c, const char *host, const char *date,
    const char *service)
{
	struct sigv4_request r = {.method = v->method,
	    .payload_sha256 = v->payload,
	    .amz_date = date,
	    .region = "us-east-1",
	    .service = service};
	struct pairs query = {0}, headers = {0};
	struct buf path = {0}, expected = {0}, got = {0};
	struct err e = {0};

	assert_int_equal(uri_encode(&path, v->path, true, &e), 0);
	assert_int_equal(pairs_add(&headers, "x-amz-date", date, &e), 0);
	add_all(&headers, v->headers);
	assert_int_equal(pairs_add(&headers, "host", host, &e), 0);
	add_all(&query, v->query);
	r.path = path.data;
	r.query = &query;
	r.headers = &headers;
	assert_int_equal(sigv4_authorization(&r, c, &got, &e), 0);
	buf_fmt(&expected, &e,
	    "AWS4-HMAC-SHA256 Credential=%s/%.8s/us-east-1/%s/aws4_request, SignedHeaders=%s, "
	    "Signature=%s",
	    c->access_key, date, service, v->signed_headers, v->signature);
	assert_string_equal(got.data, expected.data);
	pairs_free(&query);
	pairs_free(&headers);
	buf_free(&path);
	buf_free(&expected);
	buf_free(&got);
}

static void test_suite(void **state)
{
	static char access_key[] = "AKIDEXAMPLE";
	static char secret[] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
	const struct creds c = {.access_key = access_key, .secret_key = secret};

	(void)state;
	for (size_t i = 0; i < sizeof(suite) / sizeof(suite[0]); i++)
		check(&suite[i], &c, "example.amazonaws.com", "20150830T123600Z", "service");
}

static void test_s3_reference(void **state)
{
	static char access_key[] = "AKIAIOSFODNN7EXAMPLE";
	static char secret[] = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
	const struct creds c = {.access_key = access_key, .secret_key = secret};

	(void)state;
	for (size_t i = 0; i < sizeof(s3_reference) / sizeof(s3_reference[0]); i++)
		check(&s3_reference[i], &c, "examplebucket.s3.amazonaws.com", "20130524T000000Z",
		    "s3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_suite),
	    cmocka_unit_test(test_s3_reference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
