#include "s3/page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ENTRY(key) \
	"<Contents><Key>" key "</Key><LastModified>2025-11-15T12:00:00.123Z</LastModified>" \
	"<ETag>&quot;abc&quot;</ETag><Size>12345</Size><Owner><ID>me</ID></Owner>" \
	"<StorageClass>GLACIER</StorageClass></Contents>"

static int collect(void *arg, const struct list_entry *entry, struct err *e)
{
	char time[LIST_TIME_MAX];

	return buf_fmt(arg, e, "%s|%s|%lu|%s|%s|%s;", entry->key, list_time(entry->time, time),
	    (unsigned long)entry->size, entry->storage_class, entry->etag, entry->upload_id);
}

static int read_all(
    const struct page_kind *kind, const char *xml, struct page *p, struct buf *out, struct err *e)
{
	if (page_read(kind, xml, strlen(xml), p, e) != 0)
		return -1;
	return page_entries(kind, xml, strlen(xml), p, collect, out, e);
}

static void test_objects(void **state)
{
	static const char xml[] =
	    "<ListBucketResult xmlns='http://s3.amazonaws.com/doc/2006-03-01/'>"
	    "<Name>b</Name>" ENTRY("a%20b%2Bc+d%0A")
		ENTRY("%C3%A9") "<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>"
				"<NextContinuationToken>1/a%2B=</NextContinuationToken>"
				"</ListBucketResult>";
	struct page p = {0};
	struct buf out = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(read_all(&page_objects, xml, &p, &out, &e), 0);
	assert_true(p.encoded);
	assert_true(p.truncated);
	assert_string_equal(p.next.data, "1/a%2B=");
	assert_string_equal(out.data, "a b+c d\n|2025-11-15T12:00:00Z|12345|GLACIER|abc|;"
				      "\xc3\xa9|2025-11-15T12:00:00Z|12345|GLACIER|abc|;");
	page_free(&p);
	buf_free(&out);
}

static void test_plain_names_stay(void **state)
{
	static const char xml[] = "<ListBucketResult>" ENTRY("a%20b+c") "</ListBucketResult>";
	struct page p = {0};
	struct buf out = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(read_all(&page_objects, xml, &p, &out, &e), 0);
	assert_false(p.encoded);
	assert_false(p.truncated);
	assert_memory_equal(out.data, "a%20b+c|", 8);
	page_free(&p);
	buf_free(&out);
}

static void test_uploads(void **state)
{
	static const char xml[] =
	    "<ListMultipartUploadsResult><EncodingType>url</EncodingType>"
	    "<NextKeyMarker>k%201</NextKeyMarker><NextUploadIdMarker>u%20</NextUploadIdMarker>"
	    "<IsTruncated>true</IsTruncated><Upload><Key>k%201</Key><UploadId>u%20</UploadId>"
	    "<Initiated>2025-11-15T12:00:00Z</Initiated></Upload></ListMultipartUploadsResult>";
	struct page p = {0};
	struct buf out = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(read_all(&page_uploads, xml, &p, &out, &e), 0);
	assert_string_equal(p.next.data, "k 1");
	assert_string_equal(p.next_id.data, "u%20");
	assert_string_equal(out.data, "k 1|2025-11-15T12:00:00Z|0|STANDARD||u%20;");
	page_free(&p);
	buf_free(&out);
}

static void test_what_is_refused(void **state)
{
	static const char *const bad[] = {
	    "<Error><Code>x</Code></Error>",
	    "<ListMultipartUploadsResult/>",
	    "<html/>",
	    "<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>",
	    "<ListBucketResult><Contents/></ListBucketResult>",
	    "<ListBucketResult><EncodingType>url</EncodingType>" ENTRY("%4") "</ListBucketResult>",
	    "<ListBucketResult><EncodingType>url</EncodingType>" ENTRY("%00") "</ListBucketResult>",
	    "<ListBucketResult>" ENTRY(""),
	    "<ListBucketResult>" ENTRY("") "</ListBucketResult>",
	    "<ListBucketResult><Contents><Key>a</Key><Size>-1</Size>"
	    "<LastModified>2025-11-15T12:00:00Z</LastModified></Contents></ListBucketResult>",
	    "<ListBucketResult><Contents><Key>a</Key><Size>1</Size>"
	    "<LastModified>yesterday</LastModified></Contents></ListBucketResult>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct page p = {0};
		struct buf out = {0};
		struct err e = {0};

		assert_int_equal(read_all(&page_objects, bad[i], &p, &out, &e), -1);
		assert_int_equal(e.code, EX_PROTOCOL);
		page_free(&p);
		buf_free(&out);
	}
}

static void test_times(void **state)
{
	static const char *const bad[] = {"", "2025-11-15", "2025-11-15T12:00:00",
	    "2025-13-01T00:00:00Z", "2025-11-15T12:00:00+01:00", "2025-11-15T12:00:00Zx",
	    "2025-11-15 12:00:00Z"};
	char text[LIST_TIME_MAX];
	time_t t;

	(void)state;
	assert_int_equal(list_parse_time("2024-02-29T23:59:59.999Z", &t), 0);
	assert_string_equal(list_time(t, text), "2024-02-29T23:59:59Z");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(list_parse_time(bad[i], &t), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_objects),
	    cmocka_unit_test(test_plain_names_stay),
	    cmocka_unit_test(test_uploads),
	    cmocka_unit_test(test_what_is_refused),
	    cmocka_unit_test(test_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
