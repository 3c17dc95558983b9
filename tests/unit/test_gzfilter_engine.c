#include "engine.h"

#include "level.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

enum { SAMPLE_MAX = 300000, SAMPLES = 6 };

struct sample {
	uint8_t *data;
	size_t len;
};

static struct sample samples[SAMPLES];

/* The same bytes on every run */
static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 16;
}

static size_t fill_text(uint8_t *p, size_t cap)
{
	uint32_t seed = 7;
	size_t n = 0;

	for (unsigned i = 0; n + 64 < cap; i++)
		n += (size_t)sprintf((char *)p + n, "%u\tuser%u\t%u.%02u\tpaid\n", i,
		    next_random(&seed) % 1000, next_random(&seed), next_random(&seed) % 100);
	return n;
}

static int make_samples(void **state)
{
	static const size_t lens[SAMPLES] = {0, 1, 65535, 65536, SAMPLE_MAX, SAMPLE_MAX};
	uint32_t seed = 1;

	(void)state;
	for (int i = 0; i < SAMPLES; i++) {
		samples[i].data = calloc(1, SAMPLE_MAX);
		assert_non_null(samples[i].data);
		samples[i].len = lens[i];
	}
	for (size_t k = 0; k < lens[3]; k++)
		samples[3].data[k] = (uint8_t)next_random(&seed);
	samples[4].len = fill_text(samples[4].data, SAMPLE_MAX); /* and [5] is all zeros */
	return 0;
}

static int free_samples(void **state)
{
	(void)state;
	for (int i = 0; i < SAMPLES; i++)
		free(samples[i].data);
	return 0;
}

static const struct engine *engine_at(int i)
{
	const struct engine *all[] = {engine_zlib, engine_libdeflate, engine_isal};

	return all[i];
}

enum { ENGINES = 3 };

static void crc_is_zlibs(void **state)
{
	(void)state;
	for (int i = 0; i < ENGINES; i++) {
		const struct engine *engine = engine_at(i);

		for (int k = 0; engine != NULL && k < SAMPLES; k++) {
			const struct sample *s = &samples[k];
			uint32_t want = (uint32_t)crc32(0, s->data, (uInt)s->len);
			size_t half = s->len / 3;
			uint32_t a = engine->crc(0, s->data, half);
			uint32_t b = engine->crc(0, s->data + half, s->len - half);

			assert_int_equal(engine->crc(0, s->data, s->len), want);
			assert_int_equal(engine->crc(a, s->data + half, s->len - half), want);
			assert_int_equal(engine_crc_join(a, b, s->len - half), want);
		}
	}
}

/* in[0..n) inflates to s with this engine, and to no other length, and not when cut or longer */
static void check_inflates(
    const struct engine *engine, uint8_t *in, size_t n, const struct sample *s)
{
	uint8_t *out = malloc(s->len + 1);
	void *state = engine->inflate_new();

	assert_non_null(out);
	assert_non_null(state);
	assert_int_equal(engine->inflate(state, in, n, out, s->len + 1), -1);
	if (s->len > 0)
		assert_int_equal(engine->inflate(state, in, n, out, s->len - 1), -1);
	assert_int_equal(engine->inflate(state, in, n - 1, out, s->len), -1);
	in[n] = 0;
	assert_int_equal(engine->inflate(state, in, n + 1, out, s->len), -1);
	memset(out, 0xaa, s->len);
	assert_int_equal(engine->inflate(state, in, n, out, s->len), 0);
	assert_memory_equal(out, s->data, s->len);
	engine->inflate_free(state);
	free(out);
}

static void check_all_inflate(uint8_t *in, size_t n, const struct sample *s)
{
	for (int i = 0; i < ENGINES; i++) {
		if (engine_at(i) != NULL)
			check_inflates(engine_at(i), in, n, s);
	}
}

static void every_level_inflates_with_every_engine(void **state)
{
	(void)state;
	for (unsigned n = LEVEL_MIN; n <= LEVEL_MAX; n++) {
		struct level level = level_get(n);
		void *deflater = level.engine->deflate_new(level.engine_level);

		assert_non_null(deflater);
		for (int k = 0; k < SAMPLES; k++) {
			const struct sample *s = &samples[k];
			size_t cap = engine_stored_size(s->len) + 64;
			uint8_t *out = malloc(cap + 1);
			size_t len;

			assert_non_null(out);
			len = level.engine->deflate(deflater, s->data, s->len, out, cap);
			assert_true(len > 0 && len <= cap);
			if (k >= 4)
				assert_true(len < s->len / 2);
			check_all_inflate(out, len, s);
			if (s->len > 0)
				assert_int_equal(
				    level.engine->deflate(deflater, s->data, s->len, out, 1), 0);
			free(out);
		}
		level.engine->deflate_free(deflater);
	}
}

static void stored_inflates_with_every_engine(void **state)
{
	(void)state;
	for (int k = 0; k < SAMPLES; k++) {
		size_t len = engine_stored_size(samples[k].len);
		uint8_t *out = malloc(len + 1);

		assert_non_null(out);
		engine_stored(samples[k].data, samples[k].len, out);
		check_all_inflate(out, len, &samples[k]);
		free(out);
	}
}

/* Compress with zlib, raw, and append the trailer. return the length */
static size_t make_body(const struct sample *s, uint8_t *out, size_t cap)
{
	void *z = engine_zlib->deflate_new(6);
	size_t n = engine_zlib->deflate(z, s->data, s->len, out, cap);
	uint32_t tail[2] = {(uint32_t)crc32(0, s->data, (uInt)s->len), (uint32_t)s->len};

	engine_zlib->deflate_free(z);
	assert_true(n > 0);
	for (int i = 0; i < 8; i++)
		out[n++] = (uint8_t)(tail[i / 4] >> (8 * (i % 4)));
	return n;
}

/* Feed n bytes in pieces of at most `step`, into pieces of at most `room`. */
static enum engine_step stream_all(
    const struct engine *engine, void *state, struct engine_io *io, size_t step, size_t room)
{
	enum engine_step rc = ENGINE_MORE;

	engine->stream_start(state);
	while (rc == ENGINE_MORE && (io->in_len > 0 || io->out_len > 0)) {
		size_t in_len = io->in_len < step ? io->in_len : step;
		size_t out_len = io->out_len < room ? io->out_len : room;
		struct engine_io part = {io->in, in_len, io->out, out_len};

		rc = engine->stream_step(state, &part);
		if (rc == ENGINE_MORE && part.in_len == in_len && part.out_len == out_len)
			break;
		io->in_len -= in_len - part.in_len;
		io->out_len -= out_len - part.out_len;
		io->in = part.in;
		io->out = part.out;
	}
	return rc;
}

static void check_streams(const struct engine *engine, const struct sample *s)
{
	static const size_t steps[][2] = {{1, 1000}, {7, 100}, {1000, 1000}, {SIZE_MAX, SIZE_MAX}};
	size_t cap = engine_stored_size(s->len) + 64;
	uint8_t *body = calloc(1, cap);
	uint8_t *out = malloc(s->len + 1);
	void *state = engine->stream_new();
	size_t n = make_body(s, body, cap - 32);

	assert_non_null(state);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		/* what stands behind the member is left alone */
		struct engine_io io = {body, n + 20, out, s->len + 1};

		assert_int_equal(
		    stream_all(engine, state, &io, steps[i][0], steps[i][1]), ENGINE_DONE);
		assert_int_equal(io.in_len, 20);
		assert_int_equal(io.out_len, 1);
		assert_memory_equal(out, s->data, s->len);

		for (size_t k = n - 8; k < n; k++) {
			io = (struct engine_io){body, n, out, s->len + 1};
			body[k] ^= 1;
			assert_int_equal(stream_all(engine, state, &io, steps[i][0], steps[i][1]),
			    ENGINE_BAD_TAIL);
			body[k] ^= 1;
		}
	}
	engine->stream_free(state);
	free(out);
	free(body);
}

static void streams_end_where_the_member_ends(void **state)
{
	(void)state;
	for (int i = 0; i < ENGINES; i++) {
		const struct engine *engine = engine_at(i);

		for (int k = 0; engine != NULL && engine->stream_new != NULL && k < SAMPLES; k++)
			check_streams(engine, &samples[k]);
	}
}

static void levels_are_ordered(void **state)
{
	const struct sample *text = &samples[4];
	uint8_t *out = malloc(SAMPLE_MAX);
	size_t fastest = 0, densest = 0;

	(void)state;
	for (unsigned n = LEVEL_MIN; n <= LEVEL_MAX; n++) {
		struct level level = level_get(n);
		void *deflater = level.engine->deflate_new(level.engine_level);

		densest = level.engine->deflate(deflater, text->data, text->len, out, SAMPLE_MAX);
		if (n == LEVEL_MIN)
			fastest = densest;
		level.engine->deflate_free(deflater);
		assert_int_equal(level.xfl, n == 1 ? 4 : n >= 9 ? 2 : 0);
	}
	assert_true(densest < fastest);
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(crc_is_zlibs),
	    cmocka_unit_test(every_level_inflates_with_every_engine),
	    cmocka_unit_test(stored_inflates_with_every_engine),
	    cmocka_unit_test(streams_end_where_the_member_ends),
	    cmocka_unit_test(levels_are_ordered),
	};

	return cmocka_run_group_tests(tests, make_samples, free_samples);
}
