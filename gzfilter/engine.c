#include "engine.h"

#include <string.h>
#include <zlib.h>

enum { STORED_MAX = 65535, STORED_HEAD = 5 };

const struct engine *engine_for_inflate(void)
{
	if (engine_isal != NULL)
		return engine_isal;
	return engine_libdeflate != NULL ? engine_libdeflate : engine_zlib;
}

const struct engine *engine_for_stream(void)
{
	return engine_isal != NULL ? engine_isal : engine_zlib;
}

uint32_t engine_crc(uint32_t crc, const uint8_t *p, size_t n)
{
	return engine_for_inflate()->crc(crc, p, n);
}

uint32_t engine_crc_join(uint32_t a, uint32_t b, size_t len_b)
{
	return (uint32_t)crc32_combine(a, b, (z_off_t)len_b);
}

size_t engine_stored_size(size_t n)
{
	size_t blocks = n == 0 ? 1 : (n + STORED_MAX - 1) / STORED_MAX;

	return n + blocks * STORED_HEAD;
}

void engine_stored(const uint8_t *in, size_t n, uint8_t *out)
{
	do {
		size_t len = n < STORED_MAX ? n : STORED_MAX;

		out[0] = n == len; /* BFINAL on the last one, BTYPE 0 */
		out[1] = (uint8_t)len;
		out[2] = (uint8_t)(len >> 8);
		out[3] = (uint8_t)~out[1];
		out[4] = (uint8_t)~out[2];
		memcpy(out + STORED_HEAD, in, len);
		out += STORED_HEAD + len;
		in += len;
		n -= len;
	} while (n > 0);
}
