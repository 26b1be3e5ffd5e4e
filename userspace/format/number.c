// SPDX-License-Identifier: GPL-2.0
#include "format/number.h"

/**
 * number_put64 - write a decimal number of any size, see number_put()
 * @to: room for NUMBER_MAX_U64 characters
 * @value: the number
 *
 * Return: behind the last digit.
 */
char *number_put64(char *to, uint64_t value)
{
	char digits[NUMBER_MAX_U64];
	char *first = digits + sizeof(digits);
	size_t length;

	do {
		*--first = '0' + value % 10;
		value /= 10;
	} while (value);
	length = digits + sizeof(digits) - first;
	memcpy(to, first, length);
	return to + length;
}

/**
 * number_parse - read a decimal number, and nothing but a number
 * @text: digits up to the terminating 0; no sign, no blanks
 * @max: largest value allowed
 * @value: where to put it
 *
 * Return: whether @text is such a number.
 */
bool number_parse(const char *text, uint32_t max, uint32_t *value)
{
	uint64_t sum = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		sum = sum * 10 + (*text - '0');
		if (sum > max)
			return false;
	}
	*value = sum;
	return true;
}

/**
 * number_parse_ms - read a number of seconds
 * @text: digits, maybe with a point and up to three digits behind it
 * @max: most milliseconds allowed
 * @ms: where to put them
 *
 * Return: whether @text is such a number.
 */
bool number_parse_ms(const char *text, uint32_t max, uint32_t *ms)
{
	const char *point = strchr(text, '.');
	uint32_t seconds, thousandths = 0;
	char whole[NUMBER_MAX_U32 + 1], part[] = "000";
	size_t length = point ? (size_t)(point - text) : strlen(text);

	if (length >= sizeof(whole) || (point && strlen(point + 1) > 3))
		return false;
	memcpy(whole, text, length);
	whole[length] = 0;
	if (point)
		memcpy(part, point + 1, strlen(point + 1));
	if (!number_parse(whole, max / 1000, &seconds) ||
	    (point && (!point[1] || !number_parse(part, 999, &thousandths))))
		return false;
	*ms = seconds * 1000 + thousandths;
	return *ms <= max;
}

/**
 * number_parse_size - read a number of bytes
 * @text: digits, maybe with K, M or G behind them, for powers of 1024
 * @size: where to put it
 *
 * Return: whether @text is such a number.
 */
bool number_parse_size(const char *text, uint64_t *size)
{
	static const char units[] = "KMG";
	char number[NUMBER_MAX_U32 + 1];
	size_t length = strlen(text);
	const char *unit = length ? strchr(units, text[length - 1]) : NULL;
	uint32_t count;

	length -= !!unit;
	if (length >= sizeof(number))
		return false;
	memcpy(number, text, length);
	number[length] = 0;
	if (!number_parse(number, UINT32_MAX, &count))
		return false;
	*size = (uint64_t)count << (unit ? 10 * (unit - units + 1) : 0);
	return true;
}
