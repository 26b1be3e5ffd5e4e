// SPDX-License-Identifier: GPL-2.0
#include "number.h"

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
