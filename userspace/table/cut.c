// SPDX-License-Identifier: GPL-2.0
/* Texts that are wider than there is room for. */
#include "table/cut.h"

#include <stdint.h>
#include <string.h>

#include "table/terminal.h"
#include "table/utf8.h"

/* A character, or a byte that is none; how many columns it takes. */
static size_t next_character(const char *text, size_t left, unsigned int *width)
{
	const unsigned char *from = (const unsigned char *)text;
	const size_t length = utf8_length(from, left);

	*width = length > 1 ? utf8_width(utf8_character(from, length)) : 1;
	return length ? length : 1;
}

/**
 * cut_fit - as much of a text as fits into so many columns of a terminal
 * @text: escaped, as values are
 * @size: bytes of it
 * @columns: how many there are
 * @width: how many of them it takes
 *
 * Return: bytes of it.
 */
size_t cut_fit(const char *text, size_t size, unsigned int columns, unsigned int *width)
{
	size_t fits = 0, length;
	unsigned int one;

	for (*width = 0; fits < size; fits += length) {
		length = next_character(text + fits, size - fits, &one);
		if (*width + one > columns)
			break;
		*width += one;
	}
	return fits;
}

/**
 * cut_width - how many columns of a terminal a text takes
 * @text: escaped, as values are
 *
 * Return: columns.
 */
unsigned int cut_width(const char *text)
{
	unsigned int width;

	cut_fit(text, strlen(text), ~0u, &width);
	return width;
}

/**
 * cut_mark - what stands where something was cut off
 *
 * Return: a text of one column, at most CUT_MARK_MAX bytes.
 */
const char *cut_mark(void)
{
	return terminal_is_utf8() ? "\xe2\x80\xa6" : "+";
}

/**
 * cut_text - end a text before it takes more columns of a terminal than there are
 * @text: escaped, as values are
 * @end: behind its last character, where there is room for CUT_MARK_MAX more
 * @columns: how many there are, at least one
 *
 * A text that ends inside of a word has a mark there, others have no blanks at their ends.
 *
 * Return: behind the last character that is left.
 */
char *cut_text(char *text, char *end, unsigned int columns)
{
	const size_t size = end - text;
	unsigned int width;
	size_t fits;

	if (size <= columns)
		return end;
	fits = cut_fit(text, size, columns, &width);
	if (fits == size)
		return end;
	if (text[fits] != ' ') {
		fits = cut_fit(text, size, columns - 1, &width);
		return stpcpy(text + fits, cut_mark());
	}
	while (fits && text[fits - 1] == ' ')
		fits--;
	return text + fits;
}
