/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NUMBER_H
#define NUMBER_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Digits of the largest numbers. */
#define NUMBER_MAX_U32	10
#define NUMBER_MAX_U64	20

char *number_put64(char *to, uint64_t value);
bool number_parse(const char *text, uint32_t max, uint32_t *value);
bool number_parse_size(const char *text, uint64_t *size);
bool number_parse_ms(const char *text, uint32_t max, uint32_t *ms);

/**
 * number_put - write a decimal number, without a terminating 0
 * @to: room for NUMBER_MAX_U64 characters
 * @value: the number; small ones are the fast case
 *
 * Return: behind the last digit.
 */
static inline char *number_put(char *to, uint64_t value)
{
	if (value >= 10)
		return number_put64(to, value);
	*to = '0' + value;
	return to + 1;
}

/**
 * text_put - copy a text, without its terminating 0
 * @to: room for the text
 * @text: terminated by 0
 *
 * Return: behind the last character.
 */
static inline char *text_put(char *to, const char *text)
{
	size_t length = strlen(text);

	memcpy(to, text, length);
	return to + length;
}

#endif
