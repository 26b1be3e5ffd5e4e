// SPDX-License-Identifier: GPL-2.0
/* Times as people say them. */
#include "format/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "format/clock.h"
#include "format/number.h"

#define DAY_S	(24 * 3600)
/* Beyond the year 9999 there is nothing to look at. */
#define LAST_S	253402300799ull

/* Behind the seconds: .5 or .123 */
static const char *parse_fraction(const char *text, uint64_t *ms)
{
	unsigned int scale;

	*ms = 0;
	if (*text != '.')
		return text;
	text++;
	for (scale = 100; *text >= '0' && *text <= '9'; text++, scale /= 10)
		*ms += (*text - '0') * scale;
	return text;
}

/* Z, +01:00 or nothing, which is as the clocks of this machine show it. */
static bool parse_offset(const char *text, struct tm *time, time_t *seconds)
{
	int hours, minutes, end = 0;

	if (!*text) {
		time->tm_isdst = -1;
		*seconds = mktime(time);
		return *seconds != -1;
	}
	*seconds = timegm(time);
	if (!strcmp(text, "Z"))
		return true;
	if (sscanf(text, "%*[+-]%2d:%2d%n", &hours, &minutes, &end) != 2 || text[end] ||
	    hours < 0 || minutes < 0)
		return false;
	*seconds += (*text == '-' ? 1 : -1) * (hours * 3600 + minutes * 60);
	return true;
}

static bool in_range(const struct tm *time)
{
	return time->tm_mon >= 0 && time->tm_mon < 12 && time->tm_mday > 0 &&
	       time->tm_mday <= 31 && time->tm_hour >= 0 && time->tm_hour < 24 &&
	       time->tm_min >= 0 && time->tm_min < 60 && time->tm_sec >= 0 && time->tm_sec <= 60;
}

/* 2026-01-31, 2026-01-31T12:30, 2026-01-31 12:30:15.250+01:00 */
static bool parse_date(const char *text, uint64_t *ms)
{
	struct tm time = { .tm_mday = 0 };
	uint64_t fraction = 0;
	time_t seconds;
	int end = 0;

	if (sscanf(text, "%4d-%2d-%2d%n", &time.tm_year, &time.tm_mon, &time.tm_mday, &end) != 3 ||
	    !end)
		return false;
	time.tm_year -= 1900;
	time.tm_mon--;
	text += end;
	end = 0;
	if ((*text == 'T' || *text == ' ') && text[1]) {
		if (sscanf(++text, "%2d:%2d%n", &time.tm_hour, &time.tm_min, &end) != 2 || !end)
			return false;
		text += end;
		end = 0;
		if (*text == ':' && (sscanf(text, ":%2d%n", &time.tm_sec, &end) != 1 || !end))
			return false;
		text = parse_fraction(text + end, &fraction);
	}
	if (!in_range(&time) || !parse_offset(text, &time, &seconds) || seconds < 0)
		return false;
	*ms = seconds * MS_PER_S + fraction;
	return true;
}

/* 12:30 or 12:30:15, today, or where that has not come yet, yesterday */
static bool parse_time_of_day(const char *text, uint64_t now, uint64_t *ms)
{
	const time_t seconds = now / MS_PER_S;
	char date[96];
	struct tm day;

	if (strlen(text) > 12 || !strchr(text, ':') || !localtime_r(&seconds, &day))
		return false;
	snprintf(date, sizeof(date), "%04d-%02d-%02dT%s", day.tm_year + 1900, day.tm_mon + 1,
		 day.tm_mday, text);
	if (!parse_date(date, ms))
		return false;
	if (*ms > now && *ms >= DAY_S * MS_PER_S)
		*ms -= DAY_S * MS_PER_S;
	return true;
}

/* -90, -90s, -5m, -2h, -1d: so long ago */
static bool parse_ago(const char *text, uint64_t now, uint64_t *ms)
{
	static const struct { char unit; uint32_t seconds; } units[] = {
		{ 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', DAY_S },
	};
	char number[16];
	size_t i, length = strlen(text);
	uint32_t count, unit = 1;

	if (*text != '-' || length < 2 || length >= sizeof(number))
		return false;
	memcpy(number, text + 1, length);
	for (i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (text[length - 1] != units[i].unit)
			continue;
		unit = units[i].seconds;
		number[length - 2] = 0;
	}
	if (!number_parse(number, UINT32_MAX / DAY_S, &count))
		return false;
	*ms = (uint64_t)count * unit * MS_PER_S;
	if (*ms > now)
		return false;
	*ms = now - *ms;
	return true;
}

/* @1767323045 or @1767323045.678 */
static bool parse_epoch(const char *text, uint64_t *ms)
{
	unsigned long long seconds;
	uint64_t fraction;
	char *end;

	if (*text != '@' || text[1] < '0' || text[1] > '9')
		return false;
	seconds = strtoull(text + 1, &end, 10);
	if (seconds > LAST_S || *parse_fraction(end, &fraction))
		return false;
	*ms = seconds * MS_PER_S + fraction;
	return true;
}

/**
 * when_parse - read a time
 * @text: a date and time, a time of day, so long ago, or seconds since 1970 behind "@"
 * @now: milliseconds since 1970
 * @ms: becomes the time, likewise
 *
 * Return: false if it is none.
 */
bool when_parse(const char *text, uint64_t now, uint64_t *ms)
{
	if (!strcmp(text, "now")) {
		*ms = now;
		return true;
	}
	return parse_epoch(text, ms) || parse_ago(text, now, ms) || parse_date(text, ms) ||
	       parse_time_of_day(text, now, ms);
}
