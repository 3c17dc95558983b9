#include "base/num.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool parse(const char *text, bool suffix, uint64_t *out)
{
	static const char units[] = "KMGT";
	unsigned shift = 0;
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	*out = strtoull(text, &end, 10);
	if (errno != 0)
		return false;
	if (suffix && *end != '\0') {
		const char *unit = strchr(units, *end);

		if (unit == NULL)
			return false;
		shift = 10 * ((unsigned)(unit - units) + 1);
		end++;
	}
	if (*end != '\0' || *out > UINT64_MAX >> shift)
		return false;
	*out <<= shift;
	return true;
}

static int ranged(const char *what, const char *text, bool suffix, uint64_t min, uint64_t max,
    uint64_t *out, struct err *e)
{
	if (!parse(text, suffix, out) || *out < min || *out > max)
		return err_set(e, EX_USAGE,
		    "%s: '%s' is not a number from %" PRIu64 " to %" PRIu64 "%s", what, text, min,
		    max, suffix ? " (K, M, G and T are understood)" : "");
	return 0;
}

int num_uint(
    const char *what, const char *text, uint64_t min, uint64_t max, uint64_t *out, struct err *e)
{
	return ranged(what, text, false, min, max, out, e);
}

int num_size(
    const char *what, const char *text, uint64_t min, uint64_t max, uint64_t *out, struct err *e)
{
	return ranged(what, text, true, min, max, out, e);
}
