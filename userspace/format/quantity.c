// SPDX-License-Identifier: GPL-2.0
/* Numbers in the units that people read them in, with two or three digits. */
#include "format/quantity.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "format/clock.h"
#include "format/number.h"

/* As a double; more than that are not counted. */
#define BYTES_MAX	0x1p64

/* Units of a kind, the smallest first. */
struct unit {
	uint64_t size;
	const char *name;
};

static const struct unit times[] = {
	{ 1, "us" }, { 1000, "ms" }, { 1000000, "s" }, { 60000000, "min" },
	{ 3600000000, "h" }, { 86400000000, "d" }, { 0 },
};

static const struct unit bytes[] = {
	{ 1, "B" }, { 1ull << 10, "KiB" }, { 1ull << 20, "MiB" }, { 1ull << 30, "GiB" },
	{ 1ull << 40, "TiB" }, { 1ull << 50, "PiB" }, { 0 },
};

/* In columns, there is no room for more. */
static const struct unit sizes[] = {
	{ 1, "" }, { 1ull << 10, "K" }, { 1ull << 20, "M" }, { 1ull << 30, "G" },
	{ 1ull << 40, "T" }, { 1ull << 50, "P" }, { 0 },
};

static const struct unit *const units_of[] = {
	[QUANTITY_TIME] = times,
	[QUANTITY_BYTES] = bytes,
};

static const struct unit *unit_of(const struct unit *units, uint64_t value)
{
	while (units[1].size && value >= units[1].size)
		units++;
	return units;
}

/* Cut off, not rounded: 1023 of a unit never look like 1024. */
static char *put_scaled(char *to, const struct unit *unit, uint64_t value)
{
	const uint64_t whole = value / unit->size;
	const uint64_t tenth = value % unit->size * 10 / unit->size;

	to = number_put(to, whole);
	if (whole < 10 && tenth) {
		*to++ = '.';
		*to++ = '0' + tenth;
	}
	return to;
}

/**
 * quantity_put - write a quantity with its unit
 * @to: room for QUANTITY_MAX characters
 * @quantity: what @value counts
 * @value: the number
 *
 * Return: behind the last character.
 */
char *quantity_put(char *to, enum quantity quantity, uint64_t value)
{
	const struct unit *unit = unit_of(units_of[quantity], value);

	return text_put(put_scaled(to, unit, value), unit->name);
}

/**
 * quantity_put_range - write from where to where a quantity goes
 * @to: room for QUANTITY_MAX characters
 * @quantity: what the numbers count
 * @low: the least
 * @high: the first that is too large
 *
 * The unit is written once where it is the same: "1-2 ms".
 *
 * Return: behind the last character.
 */
char *quantity_put_range(char *to, enum quantity quantity, uint64_t low, uint64_t high)
{
	const struct unit *from = unit_of(units_of[quantity], low);
	const struct unit *until = unit_of(units_of[quantity], high);

	to = put_scaled(to, from, low);
	if (from != until) {
		*to++ = ' ';
		to = text_put(to, from->name);
	}
	*to++ = '-';
	to = put_scaled(to, until, high);
	*to++ = ' ';
	return text_put(to, until->name);
}

/**
 * quantity_put_size - write a number of bytes, short
 * @to: room for QUANTITY_MAX characters
 * @bytes: the number
 *
 * Return: behind the last character.
 */
char *quantity_put_size(char *to, uint64_t bytes)
{
	const struct unit *unit = unit_of(sizes, bytes);

	return text_put(put_scaled(to, unit, bytes), unit->name);
}

/**
 * quantity_put_rate - write how many of something there are in a second
 * @to: room for QUANTITY_MAX characters
 * @rate: not negative
 *
 * What is not 0 does not look like it.
 *
 * Return: behind the last character.
 */
char *quantity_put_rate(char *to, double rate)
{
	int digits = 0;

	if (rate > 0 && rate < 0.01)
		return text_put(to, "<0.01");
	if (rate > 0 && rate < 100)
		digits = rate < 10 ? 2 : 1;
	return to + snprintf(to, QUANTITY_MAX, "%.*f", digits, rate);
}

/**
 * quantity_put_size_rate - write how many bytes there are in a second, short
 * @to: room for QUANTITY_MAX characters
 * @rate: not negative
 *
 * Return: behind the last character.
 */
char *quantity_put_size_rate(char *to, double rate)
{
	if (rate < 10)
		return quantity_put_rate(to, rate);
	return quantity_put_size(to, rate < BYTES_MAX ? (uint64_t)rate : UINT64_MAX);
}

/**
 * quantity_put_age - write how long ago something was
 * @to: room for QUANTITY_MAX characters
 * @ms: milliseconds
 *
 * Return: behind the last character.
 */
char *quantity_put_age(char *to, uint64_t ms)
{
	const uint64_t seconds = ms / MS_PER_S;
	const struct unit ages[] = { { 1, "s" }, { 60, "m" }, { 3600, "h" }, { 86400, "d" }, { 0 } };
	const struct unit *unit = ages;

	/* Two of the smaller unit say more than one of the larger. */
	while (unit[1].size && seconds >= 2 * unit[1].size)
		unit++;
	return text_put(number_put(to, seconds / unit->size), unit->name);
}

/* Offset from UTC (RFC 3339, section 4.2). */
static char *put_offset(char *to, long seconds)
{
	const unsigned int minutes = labs(seconds) / 60;

	return to + sprintf(to, "%c%02u:%02u", seconds < 0 ? '-' : '+', minutes / 60 % 100,
			    minutes % 60);
}

/**
 * quantity_put_moment - write a date, time of day and offset, as this machine's clocks show it
 * @to: room for QUANTITY_MAX characters
 * @ms: milliseconds since 1970
 * @digits: of the fraction of the second, 0 or 3
 *
 * Return: behind the last character; @to if there is no such time.
 */
char *quantity_put_moment(char *to, uint64_t ms, unsigned int digits)
{
	const time_t seconds = ms / MS_PER_S;
	struct tm local;
	size_t length;

	if (!localtime_r(&seconds, &local))
		return to;
	length = strftime(to, QUANTITY_MAX, "%Y-%m-%dT%H:%M:%S", &local);
	if (digits)
		length += snprintf(to + length, QUANTITY_MAX - length, ".%03u",
				   (unsigned int)(ms % MS_PER_S));
	return put_offset(to + length, local.tm_gmtoff);
}
