#include "s3/xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int collect(void *arg, const char *path, const char *text, struct err *e)
{
	return buf_fmt(arg, e, "%s=%s;", path, text);
}

static int walk(const char *xml, struct buf *out, struct err *e)
{
	return xml_walk(xml, strlen(xml), collect, out, e);
}

static void test_paths_and_text(void **state)
{
	struct buf out = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(walk("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			      "<A xmlns='x'>t<B>1&amp;&#10;2</B>u<C/><D><B>\xc3\xa9</B></D></A>\n",
			     &out, &e),
	    0);
	assert_string_equal(out.data, "A/B=1&\n2;A/C=;A/D/B=\xc3\xa9;A/D=;A=tu;");
	buf_free(&out);
}

static void test_what_is_refused(void **state)
{
	static const char *const bad[] = {"", " ", "text", "<A>", "<A></B>", "<A/><B/>",
	    "<A>&x;</A>", "<A>\x01</A>", "<A>&#1;</A>", "<A>\xff</A>", "<A b=c/>", "<A/>x",
	    "<!DOCTYPE A [<!ENTITY x 'y'>]><A>&x;</A>",
	    "<!DOCTYPE A SYSTEM 'file:///etc/passwd'><A/>",
	    "<a><b><c><d><e><f><g><h><i><j><k><l><m><n><o><p><q/></p></o></n></m></l></k></j></i></"
	    "h>"
	    "</g></f></e></d></c></b></a>"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct buf out = {0};
		struct err e = {0};

		assert_int_equal(walk(bad[i], &out, &e), -1);
		assert_int_equal(e.code, EX_PROTOCOL);
		buf_free(&out);
	}
}

static void test_every_truncation_is_refused(void **state)
{
	static const char xml[] =
	    "<Error><Code>NoSuchKey</Code><Message>a &lt; b</Message></Error>";

	(void)state;
	for (size_t len = 0; len < strlen(xml); len++) {
		struct buf out = {0};
		struct err e = {0};

		assert_int_equal(xml_walk(xml, len, collect, &out, &e), -1);
		buf_free(&out);
	}
}

static void test_long_text_is_refused(void **state)
{
	size_t len = XML_TEXT_MAX + 16;
	char *xml = malloc(len);
	struct buf out = {0};
	struct err e = {0};

	(void)state;
	memset(xml, 'x', len);
	memcpy(xml, "<A>", 3);
	memcpy(xml + len - 4, "</A>", 4);
	assert_int_equal(xml_walk(xml, len, collect, &out, &e), -1);
	assert_int_equal(e.code, EX_PROTOCOL);
	free(xml);
	buf_free(&out);
}

static int refuse(void *arg, const char *path, const char *text, struct err *e)
{
	++*(unsigned *)arg;
	(void)path;
	(void)text;
	return err_set(e, EX_DATAERR, "no");
}

static void test_the_callback_ends_the_walk(void **state)
{
	struct err e = {0};
	unsigned calls = 0;

	(void)state;
	assert_int_equal(xml_walk("<A><B/><B/></A>", 15, refuse, &calls, &e), -1);
	assert_int_equal(e.code, EX_DATAERR);
	assert_int_equal(calls, 1);
}

/* What is escaped comes back as it was, and what cannot be is told apart. */
static void test_escape(void **state)
{
	static const char *const good[] = {
	    "", "plain", "<&>\"'", "a\nb\tc\rd", "\xc3\xa9\xf0\x9f\x98\x80", "]]>", " ", "\x7f"};
	static const char *const bad[] = {"\x01", "a\x1f", "\xff", "\xc3", "\xc0\x80",
	    "\xed\xa0\x80", "\xef\xbf\xbe", "\xef\xbf\xbf", "\xf5\x80\x80\x80", "\xe0\x80\x80",
	    "\xf4\x90\x80\x80", "\x80"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct buf xml = {0}, out = {0}, expected = {0};
		struct err e = {0};

		assert_true(xml_can_hold(good[i]));
		buf_str(&xml, "<A>", &e);
		assert_int_equal(xml_escape(&xml, good[i], &e), 0);
		buf_str(&xml, "</A>", &e);
		buf_fmt(&expected, &e, "A=%s;", good[i]);
		assert_int_equal(walk(xml.data, &out, &e), 0);
		assert_string_equal(out.data, expected.data);
		buf_free(&xml);
		buf_free(&out);
		buf_free(&expected);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(xml_can_hold(bad[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_paths_and_text),
	    cmocka_unit_test(test_what_is_refused),
	    cmocka_unit_test(test_every_truncation_is_refused),
	    cmocka_unit_test(test_long_text_is_refused),
	    cmocka_unit_test(test_the_callback_ends_the_walk),
	    cmocka_unit_test(test_escape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
