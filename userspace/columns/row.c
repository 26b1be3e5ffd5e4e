// SPDX-License-Identifier: GPL-2.0
/*
 * Rows, one by one. As lines of text, columns have a width from the start, so that no row need
 * be kept; a longer value moves the rest of its line. Or as objects of JSON.
 */
#include "columns/row.h"

#include <string.h>

#include "table/cut.h"

static char *pad(char *to, size_t count)
{
	memset(to, ' ', count);
	return to + count;
}

/* Move a value to the end of its column. */
static char *align_right(char *value, size_t length, size_t missing)
{
	memmove(value + missing, value, length);
	pad(value, missing);
	return value + missing + length;
}

/* Of the bytes of a value, @extra are no columns of a terminal. */
static char *align(const struct selection *selection, size_t i, char *value, char *end, int extra)
{
	const size_t length = end - value;
	const size_t width = length - extra;
	const size_t wanted = selection_width(selection, i);

	if (width >= wanted)
		return end;
	if (selection->list[i]->flags & COLUMN_RIGHT)
		return align_right(value, length, wanted - width);
	return i + 1 == selection->count ? end : pad(end, wanted - width);
}

/* End a line before it would go on in the next one of the terminal. */
static char *cut(const struct selection *selection, char *line, char *end)
{
	return selection->limit ? cut_text(line, end, selection->limit) : end;
}

/**
 * row_header - write the names of the columns as a line
 * @output: where to
 * @selection: the columns
 */
void row_header(struct output *output, const struct selection *selection)
{
	char *to = output->next;
	char *value;
	size_t i;

	for (i = 0; i < selection->count; i++) {
		value = to;
		to = selection_put_title(to, selection, i);
		to = align(selection, i, value, to, 0);
		*to++ = ' ';
	}
	to = cut(selection, output->next, to - 1);
	*to++ = '\n';
	output->next = to;
}

/**
 * row_put_line - write a row as a line; "-" where a value is unknown
 * @output: where to; room is not looked for
 * @selection: the columns, at least one
 * @row: the row
 * @sink: of text
 */
void row_put_line(struct output *output, const struct selection *selection, const void *row,
		  struct sink *sink)
{
	char *value;
	size_t i;

	sink->to = output->next;
	for (i = 0; i < selection->count; i++) {
		value = sink->to;
		sink->extra = 0;
		selection->list[i]->fill(sink, selection->list[i], row);
		if (sink->to == value)
			sink_char(sink, '-');
		sink->to = align(selection, i, value, sink->to, sink->extra);
		sink_char(sink, ' ');
	}
	sink->to = cut(selection, output->next, sink->to - 1);
	sink_char(sink, '\n');
	output->next = sink->to;
}

/**
 * row_line - write a row as a line, see row_put_line()
 * @output: where to
 * @selection: the columns, at least one
 * @row: the row
 * @sink: of text
 *
 * Return: false when writing failed.
 */
bool row_line(struct output *output, const struct selection *selection, const void *row,
	      struct sink *sink)
{
	row_put_line(output, selection, row, sink);
	return output_row_done(output);
}

/**
 * row_keep - keep a row that is shown later, if it is at all
 * @order: keeps it
 * @output: where it is written meanwhile, and taken back
 * @row: the row
 * @sink: as JSON an object, as text a line
 *
 * Return: false without memory, or when the output may not become so long, which it knows then.
 */
bool row_keep(struct order *order, struct output *output, const void *row, struct sink *sink)
{
	char *start = output->next;
	size_t size;

	if (!order_wants(order, row))
		return true;
	if (sink->form == SINK_JSON)
		row_object(output, order->selection, row, sink);
	else
		row_put_line(output, order->selection, row, sink);
	size = output->next - start;
	output->next = start;
	if (!output_may_keep(output, order->held + size))
		return false;
	return order_keep(order, start, size);
}

/**
 * row_put_kept - write rows that were kept, in their order
 * @output: where to
 * @is_first: of an array of JSON, true before the first row; NULL for lines
 * @order: their order; none can be kept any more
 *
 * Return: false when writing failed.
 */
bool row_put_kept(struct output *output, bool *is_first, struct order *order)
{
	const struct order_row *row;
	size_t i;

	order_sort(order);
	for (i = 0; i < order->count; i++) {
		row = &order->list[i];
		if (is_first)
			output_put(output, *is_first ? "\n" : ",\n");
		if (is_first)
			*is_first = false;
		memcpy(output->next, row->content, row->size);
		output->next += row->size;
		if (!output_row_done(output))
			return false;
	}
	return true;
}

/**
 * row_object - write a row as an object, in one line; null where a value is unknown
 * @output: where to
 * @selection: the columns, their names are the keys
 * @row: the row
 * @sink: of JSON
 */
void row_object(struct output *output, const struct selection *selection, const void *row,
		struct sink *sink)
{
	const struct column *const *column = selection->list;
	const struct column *const *const end = column + selection->count;
	char *value;

	sink->to = output->next;
	sink_char(sink, '{');
	for (; column < end; column++) {
		if (column > selection->list)
			sink_char(sink, ',');
		value_word(sink, (*column)->name);
		sink_char(sink, ':');
		value = sink->to;
		(*column)->fill(sink, *column, row);
		if (sink->to == value)
			value_null(sink);
	}
	sink_char(sink, '}');
	output->next = sink->to;
}

/**
 * row_array_begin - begin an array of rows
 * @output: where to
 */
void row_array_begin(struct output *output)
{
	output_put(output, "[");
}

/**
 * row_array_item - add a row to an array, on a line of its own
 * @output: where to
 * @is_first: true before the first row
 * @selection: the columns
 * @row: the row
 * @sink: of JSON
 *
 * Return: false when writing failed.
 */
bool row_array_item(struct output *output, bool *is_first, const struct selection *selection,
		    const void *row, struct sink *sink)
{
	output_put(output, *is_first ? "\n" : ",\n");
	*is_first = false;
	row_object(output, selection, row, sink);
	return output_row_done(output);
}

/**
 * row_array_end - end an array that is complete
 * @output: where to
 * @is_first: there was no row
 */
void row_array_end(struct output *output, bool is_first)
{
	output_put(output, is_first ? "]" : "\n]");
}
