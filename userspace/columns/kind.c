// SPDX-License-Identifier: GPL-2.0
/* What the values of columns are in JSON, for who describes them. */
#include "columns/column.h"

/* Functions that are for one kind of values, in one unit. */
static const struct {
	fill_function fill;
	enum column_kind kind;
	const char *unit;
} fills[] = {
	{ fill_word, COLUMN_TEXT, NULL },
	{ fill_flag, COLUMN_BOOL, NULL },
	{ fill_user, COLUMN_TEXT, NULL },
	{ fill_netns, COLUMN_TEXT, NULL },
	{ fill_bytes, COLUMN_QUANTITY, "bytes" },
	{ fill_us, COLUMN_QUANTITY, "microseconds" },
	{ fill_us32, COLUMN_QUANTITY, "microseconds" },
	{ fill_moment, COLUMN_QUANTITY, "microseconds since 1970" },
};

#define FILLS	(sizeof(fills) / sizeof(*fills))

static size_t fill_of(const struct column *column)
{
	size_t i;

	for (i = 0; i < FILLS && fills[i].fill != column->fill; i++)
		;
	return i;
}

/**
 * column_kind - what the values of a column are in JSON
 * @column: the column
 *
 * Return: the kind; a quantity without a unit says that nobody told it.
 */
enum column_kind column_kind(const struct column *column)
{
	const size_t i = fill_of(column);

	return column->kind == COLUMN_QUANTITY && i < FILLS ? fills[i].kind : column->kind;
}

/**
 * column_unit - the unit of the values of a column in JSON
 * @column: the column
 *
 * Return: the unit, NULL of what is no quantity.
 */
const char *column_unit(const struct column *column)
{
	const size_t i = fill_of(column);

	return column->unit || i == FILLS ? column->unit : fills[i].unit;
}
