#include "engine.h"

#ifdef HAVE_LIBDEFLATE

#include <libdeflate.h>

static uint32_t crc(uint32_t sum, const uint8_t *p, size_t n)
{
	return libdeflate_crc32(sum, p, n);
}

static void *block_deflate_new(int level)
{
	return libdeflate_alloc_compressor(level);
}

static void block_deflate_free(void *state)
{
	if (state != NULL)
		libdeflate_free_compressor(state);
}

static size_t block_deflate(void *state, const uint8_t *in, size_t n, uint8_t *out, size_t cap)
{
	return libdeflate_deflate_compress(state, in, n, out, cap);
}

static void *block_inflate_new(void)
{
	return libdeflate_alloc_decompressor();
}

static void block_inflate_free(void *state)
{
	if (state != NULL)
		libdeflate_free_decompressor(state);
}

static int block_inflate(void *state, const uint8_t *in, size_t n, uint8_t *out, size_t len)
{
	size_t used, made;

	if (libdeflate_deflate_decompress_ex(state, in, n, out, len, &used, &made) !=
	    LIBDEFLATE_SUCCESS)
		return -1;
	return used == n && made == len ? 0 : -1;
}

static const struct engine self = {
    .name = "libdeflate",
    .crc = crc,
    .deflate_new = block_deflate_new,
    .deflate_free = block_deflate_free,
    .deflate = block_deflate,
    .inflate_new = block_inflate_new,
    .inflate_free = block_inflate_free,
    .inflate = block_inflate,
};

const struct engine *const engine_libdeflate = &self;

#else

const struct engine *const engine_libdeflate = NULL;

#endif
