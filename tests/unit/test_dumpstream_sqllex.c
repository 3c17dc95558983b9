#include "dumpstream/sqllex.h"

#include "base/buf.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define ONE_READ ((size_t)-1)

/* What the lexer's read() calls see: the text cut after `first` bytes, and the rest in `step`s. */
struct source {
	const char *text;
	size_t len;
	size_t first;
	size_t step;
	int fd;
};

/* Each packet of such a socket is one read. A reader that gave up closes its end: no matter. */
static void *feed(void *arg)
{
	struct source *s = arg;
	size_t done = 0;

	while (done < s->len) {
		size_t n = done == 0 && s->first > 0 ? s->first : s->step;

		if (n > s->len - done)
			n = s->len - done;
		if (send(s->fd, s->text + done, n, MSG_NOSIGNAL) < 0)
			break;
		done += n;
	}
	close(s->fd);
	return NULL;
}

struct run {
	struct buf trace; /* "kind@line:text" of each token without its leading space, "data:..." */
	struct buf whole; /* everything put together again */
	struct err e;
};

static const char *const kinds[] = {"eof", "comment", "statement", "copy", "meta"};

static void take_copy(struct sqllex *lx, struct run *r)
{
	const char *text;
	size_t len;

	assert_int_equal(buf_str(&r->trace, "data:", &r->e), 0);
	while (sqllex_copy_data(lx, &text, &len, &r->e) == 0 && len > 0) {
		assert_int_equal(buf_add(&r->trace, text, len, &r->e), 0);
		assert_int_equal(buf_add(&r->whole, text, len, &r->e), 0);
	}
	if (r->e.code == 0)
		assert_int_equal(buf_str(&r->whole, "\\.\n", &r->e), 0);
	buf_str(&r->trace, "|\n", &(struct err){0});
}

static void lex_fd(int fd, struct run *r)
{
	struct sqllex *lx = sqllex_new(fd, "input", &r->e);
	struct sqllex_token t;

	assert_non_null(lx);
	while (sqllex_next(lx, &t, &r->e) == 0) {
		assert_int_equal(
		    buf_fmt(&r->trace, &r->e, "%s@%d:", kinds[t.kind], (int)t.line), 0);
		assert_int_equal(buf_add(&r->trace, t.text + t.skip, t.len - t.skip, &r->e), 0);
		assert_int_equal(buf_str(&r->trace, "|\n", &r->e), 0);
		assert_int_equal(buf_add(&r->whole, t.text, t.len, &r->e), 0);
		if (t.kind == SQLLEX_COPY)
			take_copy(lx, r);
		if (t.kind == SQLLEX_EOF || r->e.code != 0)
			break;
	}
	sqllex_free(lx);
}

static struct run lex_cut(const char *text, size_t len, size_t first, size_t step)
{
	struct run r = {0};
	int pair[2];
	pthread_t thread;
	struct source s = {text, len, first, step, -1};

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	s.fd = pair[0];
	assert_int_equal(pthread_create(&thread, NULL, feed, &s), 0);
	lex_fd(pair[1], &r);
	close(pair[1]);
	pthread_join(thread, NULL);
	return r;
}

static void run_free(struct run *r)
{
	buf_free(&r->trace);
	buf_free(&r->whole);
}

/* The trace is that, in one read, byte by byte, and cut into two reads at every place. */
static void check_trace(const char *text, const char *expected)
{
	size_t len = strlen(text);

	for (size_t first = 0; first <= len; first++) {
		struct run r = lex_cut(text, len, first, first == 0 ? 1 : 60000);

		assert_int_equal(r.e.code, 0);
		assert_string_equal(buf_cstr(&r.trace), expected);
		assert_string_equal(buf_cstr(&r.whole), text);
		run_free(&r);
	}
}

/* Cut anywhere, the text is refused with that in the message. */
static void check_refused(const char *text, const char *message)
{
	size_t len = strlen(text);

	for (size_t step = 1; step <= len; step++) {
		struct run r = lex_cut(text, len, 0, step);

		assert_int_equal(r.e.code, EX_DATAERR);
		assert_non_null(strstr(r.e.text, message));
		run_free(&r);
	}
}

static void test_statements_and_comments(void **state)
{
	(void)state;
	check_trace("", "eof@1:|\n");
	check_trace(" \n\t\r\n", "eof@3:|\n");
	check_trace("SELECT 1;", "statement@1:SELECT 1;|\neof@1:|\n");
	check_trace("-- a\n\n--\nSET x = 1; -- b\nSELECT\n2;;\n-- end",
	    "comment@1:-- a\n|\ncomment@3:--\n|\nstatement@4:SET x = 1;|\ncomment@4:-- b\n|\n"
	    "statement@5:SELECT\n2;|\nstatement@6:;|\ncomment@7:-- end|\neof@7:|\n");
	check_trace("\\restrict abc\nSELECT 1;\n\\unrestrict abc",
	    "meta@1:\\restrict abc\n|\nstatement@2:SELECT 1;|\nmeta@3:\\unrestrict "
	    "abc|\neof@3:|\n");
	check_trace(
	    "-- dos\r\nSELECT 1;\r\n", "comment@1:-- dos\r\n|\nstatement@2:SELECT 1;|\neof@3:|\n");
	/* PostgreSQL ends a comment at a carriage return too */
	check_trace("-- a\rSELECT 1;", "comment@1:-- a\r|\nstatement@1:SELECT 1;|\neof@1:|\n");
}

static void one_statement(const char *sql)
{
	struct buf b = {0};
	struct err e = {0};
	int lines = 1;

	for (const char *p = sql; *p != '\0'; p++)
		lines += *p == '\n';
	assert_int_equal(buf_fmt(&b, &e, "statement@1:%s|\neof@%d:|\n", sql, lines), 0);
	check_trace(sql, buf_cstr(&b));
	buf_free(&b);
}

static void test_semicolons_that_end_nothing(void **state)
{
	(void)state;
	one_statement("SELECT ';', 'it''s;', '\\', ';';");
	one_statement("SELECT \";\"\";\n;\" FROM \"a\nb\";");
	one_statement("SELECT E'\\';', e'a''\\\\;', E'\\\\', ';';");
	one_statement("SELECT E'a'\n -- '\n '\\';' , 'b'\n'\\';");
	one_statement("SELECT U&'\\00e9;', U&\"d\\0061t;\" UESCAPE '!';");
	one_statement("SELECT n';', x'1f', b'0', 1e5, type'\\';");
	one_statement("SELECT $$;$$, $a$;$$;$b$;$a$, $\xc3\xa9$;$\xc3\xa9$, $1, a$b$, c$b$;");
	one_statement("SELECT $_$a$_$a$_$, $_X$;$_$_X$, $a$;$b$a$;");
	one_statement("SELECT /* ; /* ' */ ; */ 1 -- ; '\n , 2 /**/;");
	one_statement("SELECT 1 -- a\r, 2;");
	one_statement("SELECT 5 - -3 * 2 / 1, a->>'b';");
	one_statement("CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; SELECT (1););");
	one_statement("/* leading */ SELECT 1;");
}

static void test_sql_bodies(void **state)
{
	(void)state;
	one_statement(
	    "CREATE FUNCTION public.f() RETURNS integer LANGUAGE sql\n BEGIN ATOMIC\n SELECT 1;\n"
	    " SELECT CASE WHEN a THEN CASE b WHEN 1 THEN 2 END ELSE 3 END;\nEND;");
	one_statement(
	    "create or replace procedure p() begin atomic insert into \"end\" values (1); end;");
	one_statement(
	    "CREATE FUNCTION f() BEGIN /* ; */ ATOMIC SELECT (CASE WHEN 1 THEN 2 END); END;");
	check_trace("CREATE FUNCTION begin() RETURNS begin AS $$;$$; SELECT 1;",
	    "statement@1:CREATE FUNCTION begin() RETURNS begin AS $$;$$;|\n"
	    "statement@1:SELECT 1;|\neof@1:|\n");
	check_trace(
	    "BEGIN; CREATE TABLE atomic (begin atomic); CREATE VIEW v AS SELECT begin atomic;END;",
	    "statement@1:BEGIN;|\nstatement@1:CREATE TABLE atomic (begin atomic);|\n"
	    "statement@1:CREATE VIEW v AS SELECT begin atomic;|\nstatement@1:END;|\neof@1:|\n");
	check_trace("CREATE FUNCTION f(begin atomic) AS 'x'; COMMIT;",
	    "statement@1:CREATE FUNCTION f(begin atomic) AS "
	    "'x';|\nstatement@1:COMMIT;|\neof@1:|\n");
}

static void test_copy(void **state)
{
	(void)state;
	check_trace(
	    "COPY public.t (a, \"b FROM stdin;\") FROM stdin;\n1\t\\.\nx\\.\n;--\n\\.\nSELECT 1;\n",
	    "copy@1:COPY public.t (a, \"b FROM stdin;\") FROM "
	    "stdin;\n|\ndata:1\t\\.\nx\\.\n;--\n|\n"
	    "statement@6:SELECT 1;|\neof@7:|\n");
	check_trace("\n\ncopy \"FROM stdin;\"\nfrom STDIN with (format text) ; \t\n\\.\n\\.\n",
	    "copy@3:copy \"FROM stdin;\"\nfrom STDIN with (format text) ; "
	    "\t\n|\ndata:|\nmeta@6:\\.\n|\neof@7:|\n");
	check_trace("COPY t FROM stdin;\r\n\\\\.\r\n\\.x\n\\N\n\\..\n\\.\n",
	    "copy@1:COPY t FROM stdin;\r\n|\ndata:\\\\.\r\n\\.x\n\\N\n\\..\n|\neof@7:|\n");
	check_trace("COPY t FROM stdin;\n\n\n\\.\nCOPY u FROM stdin;\n\\.\n",
	    "copy@1:COPY t FROM stdin;\n|\ndata:\n\n|\ncopy@5:COPY u FROM "
	    "stdin;\n|\ndata:|\neof@7:|\n");
}

static void test_copy_that_is_an_ordinary_statement(void **state)
{
	(void)state;
	one_statement("COPY t TO stdout;");
	one_statement("COPY t FROM '/tmp/stdin';");
	one_statement("COPY (SELECT 1 FROM stdin) TO '/x';");
	one_statement("COPY t FROM \"stdin\";");
	one_statement("COPY t FROM 'a' stdin;");
	one_statement("SELECT copy FROM stdin;");
}

static void test_copy_end_with_carriage_return(void **state)
{
	static const char text[] = "COPY t FROM stdin;\r\na\r\n\\.\r\nSELECT 1;\r\n";

	(void)state;
	for (size_t step = 1; step < sizeof(text); step++) {
		struct run r = lex_cut(text, sizeof(text) - 1, 0, step);

		assert_int_equal(r.e.code, 0);
		assert_string_equal(buf_cstr(&r.trace),
		    "copy@1:COPY t FROM stdin;\r\n|\ndata:a\r\n|\nstatement@4:SELECT "
		    "1;|\neof@5:|\n");
		run_free(&r);
	}
}

static void test_truncation_is_refused(void **state)
{
	(void)state;
	check_refused("SELECT 1", "ends inside a statement that begins on line 1");
	check_refused("SELECT 1;\n\nSELECT\n'a", "a string that begins on line 4");
	check_refused("SELECT E'a\\'", "a string that begins on line 1");
	check_refused("\nSELECT \"a", "a quoted name that begins on line 2");
	check_refused("SELECT $a$ $ $a $b$", "a dollar-quoted string that begins on line 1");
	check_refused("SELECT\n/* /* */ *", "a comment that begins on line 2");
	check_refused("CREATE FUNCTION f() BEGIN ATOMIC SELECT 1; ", "a statement");
	check_refused("COPY t FROM stdin;", "a COPY that begins on line 1");
	check_refused("COPY t FROM stdin;\n", "COPY data that begins on line 2");
	check_refused("COPY t FROM stdin;\na\nb", "COPY data that begins on line 3");
	check_refused("COPY t FROM stdin;\na\n\\.", "COPY data that begins on line 3");
	check_refused("\nCOPY t FROM stdin; SELECT 1;\n\\.\n", "line 2: something follows COPY");
}

static void test_nul_is_refused(void **state)
{
	struct run r = lex_cut("SELECT\n 1;\nSEL\0ECT 2;", 22, 0, ONE_READ / 2);

	(void)state;
	assert_int_equal(r.e.code, EX_DATAERR);
	assert_non_null(strstr(r.e.text, "line 3: holds a NUL byte"));
	run_free(&r);
}

/* Lines and statements far larger than any buffer, at odd read sizes. */
static void test_long_lines_and_statements(void **state)
{
	static const size_t steps[] = {997, 65536, 100003};
	const size_t big = 3 * 1000 * 1000;
	struct buf text = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(buf_str(&text, "SELECT '", &e), 0);
	for (size_t i = 0; i < big; i++)
		assert_int_equal(buf_add(&text, i % 80 == 79 ? "\n" : "x", 1, &e), 0);
	assert_int_equal(buf_str(&text, "';\nCOPY t FROM stdin;\nfirst\n", &e), 0);
	for (size_t i = 0; i < big; i++)
		assert_int_equal(buf_add(&text, i % 3 == 0 ? "\\" : ".", 1, &e), 0);
	assert_int_equal(buf_str(&text, "\nlast\n\\.\n-- done\n", &e), 0);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct run r = lex_cut(text.data, text.len, 0, steps[i]);

		assert_int_equal(r.e.code, 0);
		assert_int_equal(r.whole.len, text.len);
		assert_memory_equal(r.whole.data, text.data, text.len);
		assert_non_null(strstr(buf_cstr(&r.trace), "\nlast\n|\ncomment@37507:-- done\n"));
		run_free(&r);
	}
	buf_free(&text);
}

static void test_peek_takes_nothing(void **state)
{
	int pair[2];
	struct err e = {0};
	struct sqllex *lx;
	struct sqllex_token t;
	const char *p;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_int_equal(send(pair[0], "SEL", 3, 0), 3);
	assert_int_equal(send(pair[0], "ECT 1;", 6, 0), 6);
	close(pair[0]);
	lx = sqllex_new(pair[1], "input", &e);
	assert_int_equal(sqllex_peek(lx, &p, 5, &e), 5);
	assert_memory_equal(p, "SELEC", 5);
	assert_int_equal(sqllex_peek(lx, &p, 4096, &e), 9);
	assert_int_equal(sqllex_next(lx, &t, &e), 0);
	assert_int_equal(t.len, 9);
	assert_memory_equal(t.text, "SELECT 1;", 9);
	assert_int_equal(sqllex_next(lx, &t, &e), 0);
	assert_int_equal(t.kind, SQLLEX_EOF);
	sqllex_free(lx);
	close(pair[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_statements_and_comments),
	    cmocka_unit_test(test_semicolons_that_end_nothing),
	    cmocka_unit_test(test_sql_bodies),
	    cmocka_unit_test(test_copy),
	    cmocka_unit_test(test_copy_that_is_an_ordinary_statement),
	    cmocka_unit_test(test_copy_end_with_carriage_return),
	    cmocka_unit_test(test_truncation_is_refused),
	    cmocka_unit_test(test_nul_is_refused),
	    cmocka_unit_test(test_long_lines_and_statements),
	    cmocka_unit_test(test_peek_takes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
