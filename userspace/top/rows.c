// SPDX-License-Identifier: GPL-2.0
/* The first rows of many in some order, as text; the others are seen, and not kept. */
#include "top/rows.h"

#include <stdlib.h>
#include <string.h>

/* Cells of a row, most of which are short. */
#define CELLS_MAX	(COLUMNS_MAX * 2 + OUTPUT_ROW_MAX)

const struct column trend_column = {
	.name = "trend", .help = "the last frames, each as a part of the greatest",
};

/**
 * top_rows_begin - begin to keep rows
 * @rows: zeroed, or with what came before, which is forgotten
 * @selection: columns, order and how many; must stay
 * @names: for columns with names
 *
 * Return: false without memory.
 */
bool top_rows_begin(struct top_rows *rows, const struct selection *selection,
		    struct names *names)
{
	top_rows_free(rows);
	rows->selection = selection;
	sink_init(&rows->sink, SINK_TEXT, names, names_are_numbers(names));
	rows->order = order_new(selection, names);
	rows->buffer = malloc(sizeof(*rows->buffer) + CELLS_MAX);
	return rows->order && rows->buffer;
}

/**
 * top_rows_wants - look at a row
 * @rows: the rows
 * @row: one of the structs of rows.h
 *
 * Return: false if it is not among the first; else top_rows_keep() follows.
 */
bool top_rows_wants(struct top_rows *rows, const void *row)
{
	rows->seen++;
	return order_wants(rows->order, row);
}

static char *put_cell(struct sink *sink, char *to, const struct column *column, const void *row)
{
	*to++ = column->is_wrong && column->is_wrong(column, row) ? CELL_WRONG : CELL_PLAIN;
	sink->to = to;
	column->fill(sink, column, row);
	if (sink->to == to)
		sink_char(sink, '-');
	*sink->to++ = 0;
	return sink->to;
}

/**
 * top_rows_keep - keep the row that was looked at
 * @rows: the rows
 * @row: the same
 * @about: what can be done with it
 * @trend: for trend_column, or NULL
 *
 * Return: false without memory.
 */
bool top_rows_keep(struct top_rows *rows, const void *row, const struct row_about *about,
		   const char *trend)
{
	const struct selection *selection = rows->selection;
	char *to = rows->buffer->cells;
	size_t i;

	rows->buffer->about = *about;
	for (i = 0; i < selection->count; i++) {
		if (selection->list[i] != &trend_column) {
			to = put_cell(&rows->sink, to, selection->list[i], row);
			continue;
		}
		*to++ = CELL_PLAIN;
		to = text_put(to, trend ? trend : "-");
		*to++ = 0;
	}
	return order_keep(rows->order, rows->buffer, to - (char *)rows->buffer);
}

/**
 * top_rows_end - put the rows in order
 * @rows: no more can be kept
 */
void top_rows_end(struct top_rows *rows)
{
	order_sort(rows->order);
	free(rows->buffer);
	rows->buffer = NULL;
}

/**
 * top_rows_free - forget the rows
 * @rows: as zeroed afterwards
 */
void top_rows_free(struct top_rows *rows)
{
	order_free(rows->order);
	free(rows->buffer);
	*rows = (struct top_rows){ 0 };
}

/**
 * top_rows_count - how many rows are kept
 * @rows: the rows
 *
 * Return: how many.
 */
size_t top_rows_count(const struct top_rows *rows)
{
	return rows->order ? rows->order->count : 0;
}

/**
 * top_rows_at - one of the rows
 * @rows: in order
 * @i: its place
 *
 * Return: it, until rows are kept anew.
 */
const struct top_row *top_rows_at(const struct top_rows *rows, size_t i)
{
	return (const struct top_row *)rows->order->list[i].content;
}
