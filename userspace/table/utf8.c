// SPDX-License-Identifier: GPL-2.0
/* Characters in bytes that may be anything. */
#include "table/utf8.h"

/**
 * utf8_length - how long the character at the beginning of a text is
 * @text: any bytes, at least one
 * @left: bytes of @text
 *
 * Return: bytes of the character, 1 to 4; 0 if it is none (RFC 3629, section 4).
 */
size_t utf8_length(const unsigned char *text, size_t left)
{
	static const struct { unsigned char mask, lead; } forms[] = {
		{ 0x80, 0 }, { 0xe0, 0xc0 }, { 0xf0, 0xe0 }, { 0xf8, 0xf0 },
	};
	size_t length, i;

	for (length = 1; length <= 4; length++)
		if ((text[0] & forms[length - 1].mask) == forms[length - 1].lead)
			break;
	if (length > 4 || length > left)
		return 0;
	for (i = 1; i < length; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	if (length == 1)
		return 1;
	/* Longer than need be, surrogates, beyond Unicode. */
	if (text[0] < 0xc2 || text[0] > 0xf4 ||
	    (text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
	    (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f))
		return 0;
	return length;
}
