/* SPDX-License-Identifier: GPL-2.0 */
#ifndef UTF8_H
#define UTF8_H

#include <stdbool.h>
#include <stddef.h>

size_t utf8_length(const unsigned char *text, size_t left);

/**
 * utf8_is_control - is a character one of the controls that ASCII does not have?
 * @character: of two bytes
 *
 * Return: true for U+0080 to U+009F.
 */
static inline bool utf8_is_control(const unsigned char *character)
{
	return character[0] == 0xc2 && character[1] < 0xa0;
}

#endif
