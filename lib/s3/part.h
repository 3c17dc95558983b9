/*
 * part: how a stream of unknown length is cut into the parts of a multipart upload.
 *
 * S3 takes 10,000 parts of 5 MiB to 5 GiB (the last may be smaller) and 5 TiB in all, so parts
 * have to grow; each is held in memory, so they grow as late as they can: the first PART_FLAT
 * parts have one size, then the size rises with the square of the number, far enough that 5 TiB
 * fit. With 8 MiB: 8 MiB up to 8 GiB, 27 MiB at 21 GiB, 112 MiB at 100 GiB, 586 MiB at 1 TiB,
 * 1.7 GiB at 5 TiB.
 */
#ifndef S3_PART_H
#define S3_PART_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define PART_MIB ((uint64_t)1024 * 1024)
#define PART_MIN (5 * PART_MIB)
#define PART_MAX (5 * 1024 * PART_MIB)
#define PART_COUNT_MAX 10000U
#define PART_OBJECT_MAX (5 * 1024 * 1024 * PART_MIB)
#define PART_FLAT 1000U

/*
 * part_plan(first, n, sent, size, e): the size of part n (from 1) of an upload whose earlier parts
 * hold sent bytes.
 * first   the size of the first parts, PART_MIN to PART_MAX
 * out     *size in bytes
 * return  0, or -1 with *e set to EX_DATAERR when the object cannot have another part
 * Owns nothing, never blocks, thread-safe.
 */
int part_plan(uint64_t first, unsigned n, uint64_t sent, uint64_t *size, struct err *e);

/*
 * part_plan_known(total, least): the one size for the parts of an object of total bytes, at least
 * least, a whole number of MiB.
 */
uint64_t part_plan_known(uint64_t total, uint64_t least);

#endif
