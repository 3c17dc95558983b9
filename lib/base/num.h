/*
 * num: numbers from command lines and environment variables, strictly.
 */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include "base/err.h"

#include <stdint.h>

/*
 * num_uint(what, text, min, max, out, e): a decimal number without sign, blanks or suffix.
 * what    names the option or variable in the message
 * return  0, or -1 with *e set to EX_USAGE
 */
int num_uint(
    const char *what, const char *text, uint64_t min, uint64_t max, uint64_t *out, struct err *e);

/* num_size(): the same with an optional suffix K, M, G or T (powers of 1024): bytes */
int num_size(
    const char *what, const char *text, uint64_t min, uint64_t max, uint64_t *out, struct err *e);

#endif
