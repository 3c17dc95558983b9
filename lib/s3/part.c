#include "s3/part.h"

#define GROWTH_MIB 1748U /* of the last part: a third of it times 9,000 parts is 5 TiB */

static uint64_t growth(unsigned n)
{
	uint64_t beyond = n > PART_FLAT ? n - PART_FLAT : 0;
	uint64_t range = PART_COUNT_MAX - PART_FLAT;

	return (GROWTH_MIB * beyond * beyond + range * range - 1) / (range * range) * PART_MIB;
}

int part_plan(uint64_t first, unsigned n, uint64_t sent, uint64_t *size, struct err *e)
{
	if (n > PART_COUNT_MAX || sent >= PART_OBJECT_MAX)
		return err_set(e, EX_DATAERR,
		    "the input is too large: an object has at most 5 TiB in %u parts",
		    PART_COUNT_MAX);
	*size = first + growth(n);
	if (*size > PART_MAX)
		*size = PART_MAX;
	if (*size > PART_OBJECT_MAX - sent)
		*size = PART_OBJECT_MAX - sent;
	return 0;
}

uint64_t part_plan_known(uint64_t total, uint64_t least)
{
	uint64_t needed = (total + PART_COUNT_MAX - 1) / PART_COUNT_MAX;
	uint64_t size = needed > least ? needed : least;

	return (size + PART_MIB - 1) / PART_MIB * PART_MIB;
}
