/*
 * level: which engine, which of its levels and which block size stand behind -1 .. -12.
 */
#ifndef GZFILTER_LEVEL_H
#define GZFILTER_LEVEL_H

#include "engine.h"

enum { LEVEL_MIN = 1, LEVEL_DEFAULT = 1, LEVEL_MAX = 12 };

struct level {
	const struct engine *engine;
	int engine_level;
	size_t block; /* bytes of data in a member */
	uint8_t xfl; /* what RFC 1952 calls the compressor: 4 fastest, 2 densest, 0 between */
};

/* level_get(n): for n between LEVEL_MIN and LEVEL_MAX, with the engines that are built in */
struct level level_get(unsigned n);

#endif
