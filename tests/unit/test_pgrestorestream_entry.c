#include "entry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void comment(struct entry *en, const char *text)
{
	struct err e = {0};

	assert_int_equal(entry_comment(en, text, strlen(text), &e), 0);
}

static void test_entry(void **state)
{
	struct entry en = {0};

	(void)state;
	comment(&en, "--\n");
	comment(&en, "-- TOC entry 3317 (class 2606 OID 16512)\n");
	comment(&en, "-- Dependencies: 3316 218 217\n");
	comment(&en, "-- Name: t1 t1_fkey; Type: FK CONSTRAINT; Schema: shop; Owner: o\r\n");
	comment(&en, "-- Data Pos: 0\n");
	assert_int_equal(en.id, 3317);
	assert_int_equal(en.class_oid, 2606);
	assert_int_equal(en.oid, 16512);
	assert_int_equal(en.ndeps, 3);
	assert_int_equal(en.deps[0], 3316);
	assert_int_equal(en.deps[2], 217);
	assert_string_equal(en.type, "FK CONSTRAINT");
	assert_string_equal(en.label, "FK CONSTRAINT shop.t1 t1_fkey");
	comment(&en, "-- TOC entry 7 (class 2615 OID 4294967295)\n");
	assert_int_equal(en.oid, 4294967295U);
	assert_int_equal(en.ndeps, 0);
	assert_string_equal(en.label, "");
	entry_free(&en);
}

static void test_without_schema(void **state)
{
	struct entry en = {0};

	(void)state;
	comment(&en, "-- Data for Name: BLOBS; Type: BLOBS; Schema: -; Owner: -");
	assert_string_equal(en.label, "BLOBS BLOBS");
	comment(&en,
	    "-- Name: a; Type: no; Schema: no; Type: TABLE; Schema: s; Owner: o; Tablespace: x");
	assert_string_equal(en.label, "TABLE s.a; Type: no; Schema: no");
	comment(&en, "-- Name: only this");
	assert_string_equal(en.label, "TABLE s.a; Type: no; Schema: no");
	entry_free(&en);
}

static void test_long_names_are_cut(void **state)
{
	struct entry en = {0};
	char text[4096];

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, "-- Name: ", 9);
	strcpy(text + 3000, "; Type: TABLE; Schema: s; Owner: o");
	comment(&en, text);
	assert_int_equal(strlen(en.label), sizeof(en.label) - 1);
	memset(text, '1', sizeof(text));
	memcpy(text, "-- Dependencies: ", 17);
	text[4000] = '\0';
	comment(&en, text);
	entry_free(&en);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_entry),
	    cmocka_unit_test(test_without_schema),
	    cmocka_unit_test(test_long_names_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
