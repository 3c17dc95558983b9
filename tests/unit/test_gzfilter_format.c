#include "format.h"

#include "engine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

static struct format_head example(void)
{
	return (struct format_head){.kind = FORMAT_DATA,
	    .xfl = 4,
	    .number = 0x01020304,
	    .offset = 0x1122334455667788,
	    .crc = 0xcafebabe,
	    .size = 1000000};
}

/* A well-formed check over whatever stands in the head */
static void seal(uint8_t *head)
{
	uint32_t crc = engine_crc(0, head, FORMAT_HEAD - 4);

	for (int i = 0; i < 4; i++)
		head[FORMAT_HEAD - 4 + i] = (uint8_t)(crc >> (8 * i));
}

/* doc/FORMAT-gzip.md, byte for byte */
static void head_is_as_documented(void **state)
{
	static const uint8_t want[FORMAT_HEAD - 4] = {0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 4, 3, 32, 0,
	    'S', 'f', 28, 0, 1, 'd', 0, 0, 4, 3, 2, 1, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22,
	    0x11, 0xbe, 0xba, 0xfe, 0xca, 0x40, 0x42, 0x0f, 0};
	struct format_head h = example();
	uint8_t sealed[FORMAT_HEAD];
	uint8_t head[FORMAT_HEAD];

	(void)state;
	format_write_head(head, &h);
	assert_memory_equal(head, want, sizeof(want));
	memcpy(sealed, want, sizeof(want));
	seal(sealed);
	assert_memory_equal(head, sealed, sizeof(head));
}

static void head_comes_back(void **state)
{
	struct format_head h = example();
	struct format_head got;
	uint8_t head[FORMAT_HEAD];

	(void)state;
	format_write_head(head, &h);
	assert_true(format_is_ours(head));
	assert_null(format_read_head(head, &got));
	assert_int_equal(got.kind, h.kind);
	assert_int_equal(got.xfl, h.xfl);
	assert_int_equal(got.number, h.number);
	assert_true(got.offset == h.offset);
	assert_int_equal(got.crc, h.crc);
	assert_int_equal(got.size, h.size);
}

static void end_comes_back(void **state)
{
	uint8_t end[FORMAT_END_SIZE];
	struct format_head h = example();
	struct format_head got;

	(void)state;
	format_write_end(end, &h);
	assert_true(format_is_ours(end));
	assert_null(format_read_head(end, &got));
	assert_int_equal(got.kind, FORMAT_END);
	assert_int_equal(got.size, FORMAT_END_SIZE);
	assert_true(got.offset == h.offset);
	assert_true(format_is_end(end + FORMAT_HEAD, sizeof(end) - FORMAT_HEAD));
	for (size_t i = FORMAT_HEAD; i < sizeof(end); i++) {
		end[i] ^= 0x10;
		assert_false(format_is_end(end + FORMAT_HEAD, sizeof(end) - FORMAT_HEAD));
		end[i] ^= 0x10;
	}
}

/* Each of the 352 bits: refused, or no longer ours at all. */
static void no_flipped_bit_is_taken(void **state)
{
	struct format_head h = example();
	struct format_head got;
	uint8_t head[FORMAT_HEAD];

	(void)state;
	format_write_head(head, &h);
	for (unsigned bit = 0; bit < 8 * FORMAT_HEAD; bit++) {
		head[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_true(!format_is_ours(head) || format_read_head(head, &got) != NULL);
		head[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void impossible_sizes_are_refused(void **state)
{
	static const uint32_t sizes[] = {0, 1, FORMAT_HEAD, FORMAT_HEAD + FORMAT_TAIL,
	    FORMAT_HEAD + FORMAT_DEFLATE_MAX + FORMAT_TAIL + 1, UINT32_MAX};
	struct format_head h = example();
	struct format_head got;
	uint8_t head[FORMAT_HEAD];

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		h.size = sizes[i];
		format_write_head(head, &h);
		assert_non_null(format_read_head(head, &got));
	}
	h.size = FORMAT_HEAD + FORMAT_DEFLATE_MAX + FORMAT_TAIL;
	format_write_head(head, &h);
	assert_null(format_read_head(head, &got));
	h.kind = FORMAT_END;
	format_write_head(head, &h);
	assert_non_null(format_read_head(head, &got));
}

/* Fixed bytes with a valid check: written by a version that does not exist yet. */
static void unknown_versions_are_refused(void **state)
{
	static const unsigned fixed[] = {2, 3, 4, 7, 9, 10, 16, 17, 18, 19};
	struct format_head h = example();
	struct format_head got;

	(void)state;
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		uint8_t head[FORMAT_HEAD];

		format_write_head(head, &h);
		head[fixed[i]] |= 2;
		head[fixed[i]] ^= 1;
		seal(head);
		assert_non_null(format_read_head(head, &got));
	}
}

static void largest_block_fits_stored(void **state)
{
	(void)state;
	assert_true(engine_stored_size(FORMAT_DATA_MAX) <= FORMAT_DEFLATE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(head_is_as_documented),
	    cmocka_unit_test(head_comes_back),
	    cmocka_unit_test(end_comes_back),
	    cmocka_unit_test(no_flipped_bit_is_taken),
	    cmocka_unit_test(impossible_sizes_are_refused),
	    cmocka_unit_test(unknown_versions_are_refused),
	    cmocka_unit_test(largest_block_fits_stored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
