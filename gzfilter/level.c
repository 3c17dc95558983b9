#include "level.h"

#include <stdbool.h>

enum { FAST_MAX = 3, ZLIB_MAX = 9, BLOCK_FAST = 1 << 20, BLOCK_DENSE = 1 << 20 };

struct level level_get(unsigned n)
{
	bool fast = n <= FAST_MAX;
	struct level l = {.block = fast ? BLOCK_FAST : BLOCK_DENSE, .engine_level = (int)n};

	if (n <= FAST_MAX && engine_isal != NULL) {
		l.engine = engine_isal;
		l.engine_level = 1;
	} else if (engine_libdeflate != NULL) {
		l.engine = engine_libdeflate;
	} else {
		l.engine = engine_zlib;
		if (n > ZLIB_MAX)
			l.engine_level = ZLIB_MAX;
	}
	l.xfl = fast ? 4 : n >= ZLIB_MAX ? 2 : 0;
	return l;
}
