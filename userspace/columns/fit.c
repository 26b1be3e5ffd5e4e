// SPDX-License-Identifier: GPL-2.0
/* Lines of text that fit the terminal. */
#include "columns/column.h"
#include "table/terminal.h"

/* On a terminal, addresses have no more room than most of them need. */
#define NARROW		21
/* So many columns are left in any case. */
#define LEAST_COLUMNS	3
/* Of the last one, a text may be cut to so much. */
#define LAST_WIDTH	8

/**
 * selection_width - how wide a column is at least, in lines of text
 * @selection: the columns
 * @i: which of them
 *
 * Return: columns of a terminal.
 */
unsigned int selection_width(const struct selection *selection, size_t i)
{
	const unsigned int width = selection->list[i]->width;

	return selection->limit && width > NARROW ? NARROW : width;
}

/**
 * selection_fit - make lines of text fit the terminal, if there is one
 * @selection: of the columns that nobody chose, those at the end are left out
 */
void selection_fit(struct selection *selection)
{
	unsigned int used = 0, width;
	size_t i;

	selection->limit = terminal_width();
	if (!selection->limit || selection->is_chosen)
		return;
	for (i = 0; i < selection->count; i++) {
		width = selection_width(selection, i);
		used += !!i;
		if (used + width > selection->limit && i >= LEAST_COLUMNS) {
			/* The line is cut behind it. */
			i += !(selection->list[i]->flags & COLUMN_RIGHT) &&
			     used + LAST_WIDTH <= selection->limit;
			break;
		}
		used += width;
	}
	selection->count = i;
}
