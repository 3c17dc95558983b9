#include "pack.h"
#include "unpack.h"

#include "base/buf.h"
#include "engine.h"
#include "format.h"
#include "level.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>
#include <zlib.h>

enum { JOBS = 2 };

static const char text[] = "COPY public.t (id, name) FROM stdin;\n1\tone\n2\ttwo\n3\tthree\n\\.\n";

static void add(struct buf *b, const void *data, size_t len)
{
	struct err e = {0};

	assert_int_equal(buf_add(b, data, len, &e), 0);
}

static void add_all(struct buf *b, const struct buf *more)
{
	add(b, more->data, more->len);
}

static int file_of(const void *data, size_t len)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), (ssize_t)len);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static void take_file(int fd, struct buf *out)
{
	struct err e = {0};
	off_t len = lseek(fd, 0, SEEK_END);

	buf_clear(out);
	assert_true(len >= 0);
	assert_int_equal(buf_reserve(out, (size_t)len + 1, &e), 0);
	assert_int_equal(pread(fd, out->data, (size_t)len, 0), len);
	out->len = (size_t)len;
	close(fd);
}

static void pack(const void *data, size_t len, unsigned level, struct buf *out)
{
	struct err e = {0};
	int in_fd = file_of(data, len);
	int out_fd = file_of("", 0);

	assert_int_equal(pack_run(in_fd, out_fd, level, JOBS, &e), 0);
	close(in_fd);
	take_file(out_fd, out);
}

/* return 0, or the code of the failure; *out holds what was written either way */
static int unpack(const void *data, size_t len, struct buf *out, struct err *e)
{
	int in_fd = file_of(data, len);
	int out_fd = file_of("", 0);
	int rc;

	*e = (struct err){0};
	rc = unpack_run(in_fd, out_fd, JOBS, e);
	assert_true(rc == 0 || rc == -1);
	assert_int_equal(rc == 0, e->code == 0);
	close(in_fd);
	take_file(out_fd, out);
	return e->code;
}

static void refuse(const struct buf *in, const char *why)
{
	struct buf out = {0};
	struct err e;

	assert_int_equal(unpack(in->data, in->len, &out, &e), EX_DATAERR);
	if (strstr(e.text, why) == NULL)
		fail_msg("'%s' does not say '%s'", e.text, why);
	buf_free(&out);
}

static void accept(const struct buf *in, const void *want, size_t len)
{
	struct buf out = {0};
	struct err e;

	if (unpack(in->data, in->len, &out, &e) != 0)
		fail_msg("%s", e.text);
	assert_int_equal(out.len, len);
	if (len > 0)
		assert_memory_equal(out.data, want, len);
	buf_free(&out);
}

/* ---- streams of ours, made by hand, of small members ---- */

/* One member of `data` at the place that *before says; *before moves on. */
static void add_member(struct buf *b, const char *data, struct format_head *before)
{
	const uint8_t *bytes = (const uint8_t *)data;
	size_t len = strlen(data);
	uint8_t member[1024];
	struct format_head h = *before;
	void *z = engine_zlib->deflate_new(6);
	size_t n = engine_zlib->deflate(z, bytes, len, member + FORMAT_HEAD, 900);
	uint32_t crc = engine_crc(0, bytes, len);

	engine_zlib->deflate_free(z);
	assert_true(n > 0);
	h.kind = FORMAT_DATA;
	h.size = (uint32_t)(FORMAT_HEAD + n + FORMAT_TAIL);
	format_write_head(member, &h);
	format_write_tail(member + FORMAT_HEAD + n, crc, (uint32_t)len);
	add(b, member, h.size);
	before->number++;
	before->offset += len;
	before->crc = engine_crc_join(before->crc, crc, len);
}

static void add_end(struct buf *b, const struct format_head *before)
{
	uint8_t end[FORMAT_END_SIZE];

	format_write_end(end, before);
	add(b, end, sizeof(end));
}

enum { PARTS = 4 };

static const char *const parts[PARTS] = {"one\n", "two two\n", "three three\n", "four\n"};
static const char whole[] = "one\ntwo two\nthree three\nfour\n";

/* A stream of four members and their end; at[i] is where member i begins, at[4] the end marker. */
static struct buf stream_of_parts(size_t at[PARTS + 2])
{
	struct format_head before = {0};
	struct buf b = {0};

	for (int i = 0; i < PARTS; i++) {
		at[i] = b.len;
		add_member(&b, parts[i], &before);
	}
	at[PARTS] = b.len;
	add_end(&b, &before);
	at[PARTS + 1] = b.len;
	return b;
}

/* ---- a member of somebody else, with every header field ---- */

enum { FOREIGN_HEAD = 10 + 2 + 7 + 5 + 10 + 2 };

static struct buf foreign(const char *data)
{
	static Bytef field[] = {'X', 'Y', 3, 0, 'a', 'b', 'c'};
	gz_header head = {.text = 1,
	    .time = 0x12345678,
	    .os = 3,
	    .extra = field,
	    .extra_len = sizeof(field),
	    .name = (Bytef *)(uintptr_t) "name",
	    .comment = (Bytef *)(uintptr_t) "a comment",
	    .hcrc = 1};
	z_stream z = {0};
	uint8_t out[2048];
	struct buf b = {0};

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflateSetHeader(&z, &head), Z_OK);
	z.next_in = (Bytef *)(uintptr_t)data;
	z.avail_in = (uInt)strlen(data);
	z.next_out = out;
	z.avail_out = sizeof(out);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	add(&b, out, sizeof(out) - z.avail_out);
	deflateEnd(&z);
	return b;
}

/* ---- tests ---- */

static void *pattern(size_t len)
{
	char *p = malloc(len + 1);

	assert_non_null(p);
	for (size_t i = 0; i < len; i++)
		p[i] = (char)("0123456789abcdef\n"[(i * i / 7 + i) % 17]);
	return p;
}

static void sizes_come_back(void **state)
{
	static const size_t mib = 1 << 20;
	const size_t lens[] = {0, 1, 2, 1000, mib - 1, mib, mib + 1, 5 * mib, 9 * mib + 17};

	(void)state;
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		void *data = pattern(lens[i]);
		struct buf packed = {0};

		pack(data, lens[i], LEVEL_DEFAULT, &packed);
		accept(&packed, data, lens[i]);
		buf_free(&packed);
		free(data);
	}
}

static void levels_come_back(void **state)
{
	size_t len = 300000;
	void *data = pattern(len);

	(void)state;
	for (unsigned n = LEVEL_MIN; n <= LEVEL_MAX; n++) {
		struct buf packed = {0};

		pack(data, len, n, &packed);
		accept(&packed, data, len);
		buf_free(&packed);
	}
	free(data);
}

static void noise_grows_by_little(void **state)
{
	size_t len = (3 << 20) + 5;
	uint32_t seed = 3;
	char *data = malloc(len);
	struct buf packed = {0};

	(void)state;
	for (size_t i = 0; i < len; i++)
		data[i] = (char)((seed = seed * 1664525 + 1013904223) >> 24);
	pack(data, len, LEVEL_DEFAULT, &packed);
	assert_true(packed.len <= engine_stored_size(len) + 5 * (FORMAT_HEAD + 16));
	accept(&packed, data, len);
	buf_free(&packed);
	free(data);
}

/* Complete prefixes of a concatenation end where a stream ends, and nowhere else. */
static void check_every_cut(const struct buf *in, const char *want, size_t complete_at)
{
	struct buf out = {0};
	struct err e;

	for (size_t n = 0; n < in->len; n++) {
		int rc = unpack(in->data, n, &out, &e);

		assert_int_equal(rc, n == complete_at && n > 0 ? 0 : EX_DATAERR);
		assert_true(out.len <= strlen(want));
		if (out.len > 0)
			assert_memory_equal(out.data, want, out.len);
		if (n > 1 && n != complete_at)
			assert_true(strstr(e.text, "truncated") || strstr(e.text, "incomplete"));
	}
	buf_free(&out);
}

static void every_cut_is_refused(void **state)
{
	size_t at[PARTS + 2];
	struct buf ours = stream_of_parts(at);
	struct buf packed = {0};
	struct buf theirs = foreign(text);
	struct buf two = foreign(text);
	struct buf more = foreign("more");

	(void)state;
	check_every_cut(&ours, whole, 0);
	pack(text, strlen(text), LEVEL_DEFAULT, &packed);
	check_every_cut(&packed, text, 0);
	check_every_cut(&theirs, text, 0);
	add_all(&two, &more);
	check_every_cut(&two,
	    "COPY public.t (id, name) FROM stdin;\n1\tone\n2\ttwo\n3\tthree\n\\.\nmore",
	    theirs.len);
	buf_free(&ours);
	buf_free(&packed);
	buf_free(&theirs);
	buf_free(&two);
	buf_free(&more);
}

/*
 * Flip each byte in nine ways: other data is never accepted. The same data may be, where deflate
 * has spare bits and several spellings; but only in deflate data, which loose[i] marks.
 */
static void check_every_flip(struct buf *in, const char *want, const bool *loose)
{
	static const uint8_t masks[] = {1, 2, 4, 8, 16, 32, 64, 128, 255};
	struct buf out = {0};
	struct err e;

	for (size_t i = 0; i < in->len * sizeof(masks); i++) {
		size_t at = i / sizeof(masks);
		uint8_t *byte = (uint8_t *)in->data + at;

		*byte ^= masks[i % sizeof(masks)];
		if (unpack(in->data, in->len, &out, &e) == 0) {
			if (!loose[at])
				fail_msg("byte %zu with mask %d", at, masks[i % sizeof(masks)]);
			assert_int_equal(out.len, strlen(want));
			assert_memory_equal(out.data, want, out.len);
		} else {
			assert_int_equal(e.code, EX_DATAERR);
		}
		*byte ^= masks[i % sizeof(masks)];
	}
	buf_free(&out);
}

static void flips_in_ours_are_refused(void **state)
{
	size_t at[PARTS + 2];
	bool loose[1024] = {0};
	struct buf ours = stream_of_parts(at);

	(void)state;
	for (int i = 0; i < PARTS; i++)
		memset(
		    loose + at[i] + FORMAT_HEAD, 1, at[i + 1] - at[i] - FORMAT_HEAD - FORMAT_TAIL);
	check_every_flip(&ours, whole, loose);
	buf_free(&ours);
}

static void flips_in_packed_are_refused(void **state)
{
	bool loose[1024] = {0};
	struct buf packed = {0};

	(void)state;
	pack(text, strlen(text), LEVEL_DEFAULT, &packed);
	memset(loose + FORMAT_HEAD, 1, packed.len - FORMAT_HEAD - FORMAT_TAIL - FORMAT_END_SIZE);
	check_every_flip(&packed, text, loose);
	buf_free(&packed);
}

/* An empty stream whose mark is destroyed is an empty gzip file: the same data. */
static void flips_in_nothing_give_nothing(void **state)
{
	bool loose[FORMAT_END_SIZE];
	struct buf packed = {0};

	(void)state;
	memset(loose, 1, sizeof(loose));
	pack("", 0, LEVEL_DEFAULT, &packed);
	assert_int_equal(packed.len, FORMAT_END_SIZE);
	check_every_flip(&packed, "", loose);
	buf_free(&packed);
}

/* FHCRC covers the whole header */
static void flips_elsewhere_are_refused(void **state)
{
	struct buf theirs = foreign(text);
	bool loose[1024] = {0};

	(void)state;
	memset(loose + FOREIGN_HEAD, 1, theirs.len - FOREIGN_HEAD - FORMAT_TAIL);
	check_every_flip(&theirs, text, loose);
	buf_free(&theirs);
}

/* Build a stream of the members named by digits, 'e' for the end marker. */
static struct buf rearranged(const char *order)
{
	size_t at[PARTS + 2];
	struct buf ours = stream_of_parts(at);
	struct buf b = {0};

	for (; *order != '\0'; order++) {
		int i = *order == 'e' ? PARTS : *order - '0';

		add(&b, ours.data + at[i], at[i + 1] - at[i]);
	}
	buf_free(&ours);
	return b;
}

static void members_are_missed(void **state)
{
	static const struct {
		const char *order;
		const char *why;
	} cases[] = {
	    {"0", "incomplete"},
	    {"012", "incomplete"},
	    {"0123", "incomplete"},
	    {"0123ee", "missing"},
	    {"123e", "missing"},
	    {"e", "missing"},
	    {"023e", "missing"},
	    {"013e", "missing"},
	    {"012e", "missing"},
	    {"00123e", "a new stream begins"},
	    {"01223e", "missing"},
	    {"0213e", "missing"},
	    {"01320e", "missing"},
	    {"01230123e", "a new stream begins"},
	    {"0123e123e", "missing"},
	    {"0123e012", "incomplete"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = rearranged(cases[i].order);

		refuse(&b, cases[i].why);
		buf_free(&b);
	}
}

/* A member of another stream at the same place and of the same length does not fit either. */
static void members_are_not_exchanged(void **state)
{
	size_t at[PARTS + 2];
	struct buf ours = stream_of_parts(at);
	struct format_head before = {0};
	struct buf b = {0};

	(void)state;
	add_member(&b, "uno\n", &before);
	add(&b, ours.data + at[1], ours.len - at[1]);
	refuse(&b, "missing");
	buf_free(&b);
	buf_free(&ours);
}

/* Members without data differ in nothing but their number. */
static void empty_members_are_counted(void **state)
{
	struct format_head before = {0};
	struct buf b = {0};
	size_t len;

	(void)state;
	add_member(&b, "", &before);
	len = b.len;
	add_member(&b, "", &before);
	add_end(&b, &before);
	accept(&b, "", 0);
	memmove(b.data, b.data + len, b.len - len);
	b.len -= len;
	refuse(&b, "missing");
	buf_free(&b);
}

static void concatenations_are_read(void **state)
{
	struct buf ours = rearranged("0123e");
	struct buf empty = {0};
	struct buf theirs = foreign(text);
	struct buf b = {0};
	struct buf want = {0};

	(void)state;
	pack("", 0, LEVEL_DEFAULT, &empty);
	add_all(&b, &ours);
	add_all(&b, &empty);
	add_all(&b, &theirs);
	add_all(&b, &theirs);
	add_all(&b, &ours);
	add(&want, whole, strlen(whole));
	add(&want, text, strlen(text));
	add(&want, text, strlen(text));
	add(&want, whole, strlen(whole));
	accept(&b, want.data, want.len);
	buf_free(&ours);
	buf_free(&empty);
	buf_free(&theirs);
	buf_free(&b);
	buf_free(&want);
}

static void foreign_members_do_not_hide_a_missing_end(void **state)
{
	struct buf b = rearranged("012");
	struct buf theirs = foreign(text);
	struct buf c = rearranged("01");
	size_t at[PARTS + 2];
	struct buf ours = stream_of_parts(at);
	struct buf between = {0};

	(void)state;
	add(&between, ours.data, at[2]);
	add_all(&between, &theirs);
	add(&between, ours.data + at[2], ours.len - at[2]);
	refuse(&between, "member of another program");
	buf_free(&between);
	buf_free(&ours);
	add_all(&b, &theirs);
	refuse(&b, "not a complete backup");
	add(&c, "\0\0\0\0", 4);
	refuse(&c, "not a complete backup");
	buf_free(&b);
	buf_free(&c);
	buf_free(&theirs);
}

static void padding_is_allowed_and_junk_is_not(void **state)
{
	struct buf both[] = {rearranged("0123e"), foreign(whole)};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct buf *b = &both[i];
		size_t len = b->len;
		struct buf again = {0};

		add(b, "\0", 1);
		accept(b, whole, strlen(whole));
		for (int k = 0; k < 600000 / 8; k++)
			add(b, "\0\0\0\0\0\0\0", 8);
		accept(b, whole, strlen(whole));
		add(b, "x", 1);
		refuse(b, "junk");
		b->len = len;
		add(b, "\0", 1);
		add(&again, b->data, len);
		add_all(b, &again);
		refuse(b, "junk");
		b->len = len;
		add(b, "junk", 4);
		refuse(b, "junk");
		b->len = len;
		add(b, "\x1f\x8c", 2);
		refuse(b, "junk");
		b->len = len;
		add(b, "\x1f", 1);
		refuse(b, "truncated");
		buf_free(&again);
		buf_free(b);
	}
}

static void other_input_is_named(void **state)
{
	struct buf b = {0};

	(void)state;
	refuse(&b, "empty");
	add(&b, "PGDMP", 5);
	refuse(&b, "not in gzip format");
	buf_clear(&b);
	add(&b, "\0\0\0\0", 4);
	refuse(&b, "not in gzip format");
	buf_clear(&b);
	add(&b, "\x1f\x8b\x07\0\0\0\0\0\0\3xx", 12);
	refuse(&b, "method");
	b.data[2] = 8;
	b.data[3] = 0x20;
	refuse(&b, "unknown flags");
	buf_free(&b);
}

/* A checksum that is wrong, in a member that is otherwise in order */
static void bad_checksums_are_named(void **state)
{
	size_t at[PARTS + 2];
	struct buf ours = stream_of_parts(at);
	struct buf theirs = foreign(text);
	struct err e;
	struct buf out = {0};

	(void)state;
	ours.data[at[3] - FORMAT_TAIL] ^= 1;
	assert_int_equal(unpack(ours.data, at[3], &out, &e), EX_DATAERR);
	assert_non_null(strstr(e.text, "member 3 at byte"));
	assert_non_null(strstr(e.text, "CRC-32 mismatch"));
	/* What stands before it was written. */
	assert_int_equal(out.len, strlen(parts[0]) + strlen(parts[1]));
	theirs.data[theirs.len - 1] ^= 1;
	refuse(&theirs, "CRC-32 or length mismatch");
	buf_free(&out);
	buf_free(&ours);
	buf_free(&theirs);
}

/* The trailer claims more than a member can hold: no memory is set aside for it. */
static void lies_about_length_are_refused(void **state)
{
	struct format_head before = {0};
	struct buf b = {0};

	(void)state;
	add_member(&b, "data", &before);
	memset(b.data + b.len - 4, 0xff, 4);
	refuse(&b, "impossible length");
	b.data[b.len - 1] = 0;
	b.data[b.len - 2] = 0x3f;
	refuse(&b, "deflate data is corrupt");
	buf_free(&b);
}

static void long_header_fields_are_skipped(void **state)
{
	struct buf theirs = foreign(text);
	static char name[1 << 20];
	struct buf b = {0};

	(void)state;
	memset(name, 'n', sizeof(name));
	add(&b, "\x1f\x8b\x08\x1c\0\0\0\0\0\3\xff\xff", 12);
	add(&b, name, 65535);
	add(&b, name, sizeof(name)); /* FNAME */
	add(&b, "", 1);
	add(&b, name, sizeof(name)); /* FCOMMENT */
	add(&b, "", 1);
	add(&b, "\3\0\0\0\0\0\0\0\0\0", 10);
	add_all(&b, &theirs);
	accept(&b, text, strlen(text));
	buf_free(&b);
	buf_free(&theirs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sizes_come_back),
	    cmocka_unit_test(levels_come_back),
	    cmocka_unit_test(noise_grows_by_little),
	    cmocka_unit_test(every_cut_is_refused),
	    cmocka_unit_test(flips_in_ours_are_refused),
	    cmocka_unit_test(flips_in_packed_are_refused),
	    cmocka_unit_test(flips_in_nothing_give_nothing),
	    cmocka_unit_test(flips_elsewhere_are_refused),
	    cmocka_unit_test(members_are_missed),
	    cmocka_unit_test(members_are_not_exchanged),
	    cmocka_unit_test(empty_members_are_counted),
	    cmocka_unit_test(concatenations_are_read),
	    cmocka_unit_test(foreign_members_do_not_hide_a_missing_end),
	    cmocka_unit_test(padding_is_allowed_and_junk_is_not),
	    cmocka_unit_test(other_input_is_named),
	    cmocka_unit_test(bad_checksums_are_named),
	    cmocka_unit_test(lies_about_length_are_refused),
	    cmocka_unit_test(long_header_fields_are_skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
