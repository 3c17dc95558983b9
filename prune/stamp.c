#include "stamp.h"

#include <string.h>

#define DAY_S 86400
#define FIRST_YEAR 1970

static bool is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Leap days from year 1 to the end of `year`. */
static int64_t leaps_through(int64_t year)
{
	return year / 4 - year / 100 + year / 400;
}

static int64_t day_of_year_start(int64_t year)
{
	return (year - FIRST_YEAR) * 365 + leaps_through(year - 1) - leaps_through(FIRST_YEAR - 1);
}

static int64_t days_in_month(int64_t year, int64_t month)
{
	static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Read `len` digits, no sign, no blank. return the number, or -1 */
static int64_t digits(const char *text, int len)
{
	int64_t n = 0;

	for (int i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		n = n * 10 + (text[i] - '0');
	}
	return n;
}

static bool combine(const char *date, const char *time, int64_t *out)
{
	int64_t year = digits(date, 4), month = digits(date + 4, 2), day = digits(date + 6, 2);
	int64_t hour = digits(time, 2), minute = digits(time + 2, 2), second = digits(time + 4, 2);
	int64_t days;

	if (year < FIRST_YEAR || month < 1 || month > 12)
		return false;
	if (day < 1 || day > days_in_month(year, month))
		return false;
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
		return false;
	days = day_of_year_start(year) + day - 1;
	while (--month > 0)
		days += days_in_month(year, month);
	*out = days * DAY_S + hour * 3600 + minute * 60 + second;
	return true;
}

bool stamp_parse(const char *text, int64_t *out)
{
	return text[8] == '_' && combine(text, text + 9, out);
}

bool stamp_parse_iso(const char *text, int64_t *out)
{
	static const char shape[] = "0000-00-00T00:00:00Z";
	char packed[14];
	int n = 0;

	if (strlen(text) != sizeof(shape) - 1)
		return false;
	for (int i = 0; shape[i] != '\0'; i++) {
		if (shape[i] == '0')
			packed[n++] = text[i];
		else if (shape[i] != text[i])
			return false;
	}
	return combine(packed, packed + 8, out);
}

int64_t stamp_day(int64_t stamp)
{
	return stamp / DAY_S;
}

int64_t stamp_week(int64_t stamp)
{
	return (stamp_day(stamp) + 3) / 7; /* day 0 was a Thursday */
}

int64_t stamp_month(int64_t stamp)
{
	int64_t day = stamp_day(stamp), year = FIRST_YEAR + day / 366, month = 1;

	while (day_of_year_start(year + 1) <= day)
		year++;
	day -= day_of_year_start(year);
	while (day >= days_in_month(year, month))
		day -= days_in_month(year, month++);
	return year * 12 + month - 1;
}
