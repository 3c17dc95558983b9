/*
 * backoff: how long to wait before a request is tried again.
 */
#ifndef S3_BACKOFF_H
#define S3_BACKOFF_H

#include <stdint.h>

#define BACKOFF_FIRST_MS 100
#define BACKOFF_MAX_MS 20000
#define BACKOFF_RETRY_AFTER_MAX_S 60

/*
 * backoff_ms(failed, retry_after): exponential with full jitter: anything from 0 to
 * BACKOFF_FIRST_MS doubled per failed attempt, but no less than the server asks for.
 * failed       attempts so far, from 1
 * retry_after  the value of the server's Retry-After header, or NULL; a date is ignored, more than
 *              BACKOFF_RETRY_AFTER_MAX_S is cut
 */
int64_t backoff_ms(unsigned failed, const char *retry_after);

#endif
