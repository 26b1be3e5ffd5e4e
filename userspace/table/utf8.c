// SPDX-License-Identifier: GPL-2.0
/* Characters in bytes that may be anything. */
#include "table/utf8.h"

#include <wchar.h>

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

/**
 * utf8_character - which character it is
 * @text: its bytes
 * @length: of it, as utf8_length() says
 *
 * Return: its number in Unicode.
 */
uint32_t utf8_character(const unsigned char *text, size_t length)
{
	uint32_t character = length == 1 ? text[0] : text[0] & (0xff >> (length + 1));
	size_t i;

	for (i = 1; i < length; i++)
		character = character << 6 | (text[i] & 0x3f);
	return character;
}

/**
 * utf8_is_invisible - whether a character beyond ASCII changes what stands around it, or nothing
 * @character: its number in Unicode
 *
 * These are controls of terminals (U+0080 to U+009F), all that turns the direction of writing,
 * what has no width but may stand between two names, what ends lines, and blanks.
 *
 * Return: true for one that cannot be shown as it is.
 */
bool utf8_is_invisible(uint32_t character)
{
	static const struct { uint32_t first, last; } ranges[] = {
		{ 0x80, 0xa0 }, { 0xad, 0xad }, { 0x34f, 0x34f }, { 0x61c, 0x61c },
		{ 0x115f, 0x1160 }, { 0x1680, 0x1680 }, { 0x17b4, 0x17b5 }, { 0x180b, 0x180f },
		{ 0x2000, 0x200f }, { 0x2028, 0x202f }, { 0x205f, 0x206f }, { 0x3000, 0x3000 },
		{ 0x3164, 0x3164 }, { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 },
		{ 0xfff0, 0xfffb }, { 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
	};
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		if (character >= ranges[i].first && character <= ranges[i].last)
			return true;
	return false;
}

/**
 * utf8_width - columns that a character takes on a terminal
 * @character: its number in Unicode
 *
 * Return: 0, 1 or 2, as the locale has it.
 */
unsigned int utf8_width(uint32_t character)
{
	const int width = wcwidth(character);

	return width < 0 ? 1 : width;
}
