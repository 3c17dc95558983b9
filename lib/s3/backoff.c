#include "s3/backoff.h"

#include "base/num.h"

#include <stdlib.h>
#include <sys/random.h>

/* 0..max. Without random bytes every client would wait for the same time: the full one. */
static uint64_t random_up_to(uint64_t max)
{
	uint64_t r;

	if (getrandom(&r, sizeof(r), GRND_NONBLOCK) != (ssize_t)sizeof(r))
		return max;
	return r % (max + 1);
}

int64_t backoff_ms(unsigned failed, const char *retry_after)
{
	uint64_t max = BACKOFF_FIRST_MS;
	uint64_t asked_s = 0;
	uint64_t wait;
	struct err e = {0};

	while (--failed > 0 && max < BACKOFF_MAX_MS)
		max *= 2;
	wait = random_up_to(max < BACKOFF_MAX_MS ? max : BACKOFF_MAX_MS);
	if (retry_after != NULL)
		num_uint("Retry-After", retry_after, 0, UINT64_MAX, &asked_s, &e);
	if (asked_s > BACKOFF_RETRY_AFTER_MAX_S)
		asked_s = BACKOFF_RETRY_AFTER_MAX_S;
	return (int64_t)(wait > asked_s * 1000 ? wait : asked_s * 1000);
}
