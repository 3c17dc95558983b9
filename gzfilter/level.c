#include "level.h"

enum { ZLIB_MAX = 9, BLOCK = 1 << 20, XFL_DENSE = 2, XFL_FAST = 4, DENSE_MIN = 9 };

/*
 * Measured on SQL dumps: ISA-L's level 1 is several times as fast as anything else, and its other
 * levels are beaten by libdeflate's; none of zlib's is on the frontier. Blocks beyond 1 MiB gain
 * less than 0.2 % of density.
 */
struct level level_get(unsigned n)
{
	struct level l = {.engine = engine_zlib, .engine_level = (int)n, .block = BLOCK};

	if (n == LEVEL_MIN && engine_isal != NULL)
		l.engine = engine_isal;
	else if (engine_libdeflate != NULL)
		l.engine = engine_libdeflate;
	else if (n > ZLIB_MAX)
		l.engine_level = ZLIB_MAX;
	if (n == LEVEL_MIN)
		l.xfl = XFL_FAST;
	else if (n >= DENSE_MIN)
		l.xfl = XFL_DENSE;
	return l;
}
