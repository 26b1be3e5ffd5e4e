// SPDX-License-Identifier: GPL-2.0
/*
 * Rows as text, one by one: columns have a width from the start, so that no row
 * need be kept. A longer value moves the rest of its line.
 */
#include "table/text.h"

#include <string.h>

static char *pad(char *to, size_t count)
{
	memset(to, ' ', count);
	return to + count;
}

/* Move a value of @length characters to the end of its column. */
static char *align_right(char *value, size_t length, size_t width)
{
	memmove(value + width - length, value, length);
	pad(value, width - length);
	return value + width;
}

static char *align(const struct column *column, char *value, char *end, bool last)
{
	const size_t length = end - value;

	if (length >= column->width)
		return end;
	if (column->flags & COLUMN_RIGHT)
		return align_right(value, length, column->width);
	return last ? end : pad(end, column->width - length);
}

/**
 * text_header - write the names of the columns
 * @output: where to
 * @selection: the columns
 */
void text_header(struct output *output, const struct selection *selection)
{
	char *to = output->next;
	char *value;
	size_t i;

	for (i = 0; i < selection->count; i++) {
		value = to;
		to = selection_put_title(to, selection, i);
		to = align(selection->list[i], value, to, i + 1 == selection->count);
		*to++ = ' ';
	}
	to[-1] = '\n';
	output->next = to;
}

/**
 * text_row - write a row; "-" where a value is unknown
 * @output: where to
 * @selection: the columns, at least one
 * @row: the row
 * @names: for columns with names
 *
 * Return: false when writing failed.
 */
bool text_row(struct output *output, const struct selection *selection, const void *row,
	      struct names *names)
{
	const struct column *const *column = selection->list;
	const struct column *const *const end = column + selection->count;
	char *to = output->next;
	char *value;

	for (; column < end; column++) {
		value = to;
		to = (*column)->fill(to, *column, row, names);
		if (to == value)
			*to++ = '-';
		to = align(*column, value, to, column + 1 == end);
		*to++ = ' ';
	}
	to[-1] = '\n';
	output->next = to;
	return output_row_done(output);
}
