/*
 * stamp: the moment in a backup's name, and the day, ISO week and month that it falls into.
 *
 * All in UTC, of the proleptic Gregorian calendar, from 1970 to 9999. No time zone, no locale and
 * no clock is asked, so the same name always means the same thing. Nothing here blocks or
 * allocates.
 */
#ifndef PRUNE_STAMP_H
#define PRUNE_STAMP_H

#include <stdbool.h>
#include <stdint.h>

#define STAMP_LEN 15 /* bytes of YYYYMMDD_HHMMSS */

/*
 * stamp_parse(text, out): read exactly STAMP_LEN bytes, YYYYMMDD_HHMMSS. A date or time that does
 * not exist (20250230, 246060, a leap second) is none.
 * out     *out, seconds since 1970-01-01T00:00:00Z
 * return  whether it is a moment
 */
bool stamp_parse(const char *text, int64_t *out);

/* stamp_parse_iso(text, out): the same for the C string YYYY-MM-DDTHH:MM:SSZ (RFC 3339, UTC) */
bool stamp_parse_iso(const char *text, int64_t *out);

/* Numbers that are equal for two moments in the same period, and greater for a later period.
 * A week runs from Monday to Sunday (ISO 8601). */
int64_t stamp_day(int64_t stamp);
int64_t stamp_week(int64_t stamp);
int64_t stamp_month(int64_t stamp);

#endif
