// SPDX-License-Identifier: GPL-2.0
/* Tables for people: the widths follow the values, so all rows are kept. */
#include "columns/table.h"

#include <errno.h>
#include <libsmartcols/libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table/cut.h"
#include "table/output.h"
#include "table/terminal.h"

/* Facts have so many columns, and the first is never cut. */
#define FACTS		3
/* On a terminal, texts are cut to that before columns are left out, but for so many. */
#define LEAST_WIDTH	20
#define LEAST_COLUMNS	3
/* Texts of those that are left may be cut to that. */
#define LAST_WIDTH	8
/* Of what is wrong. */
#define COLOR		"red"

/**
 * struct table - a table in the making
 * @scols: libsmartcols' own
 * @selection: the columns, NULL of facts
 * @count: how many columns there are
 * @between: blanks between two columns
 * @widths: of the widest value of each column
 * @value: the present one
 */
struct table {
	struct libscols_table *scols;
	const struct selection *selection;
	size_t count;
	unsigned int between;
	unsigned int widths[COLUMNS_MAX];
	char value[VALUE_MAX + CUT_MARK_MAX];
};

static struct table *table_alloc(void)
{
	struct table *table = calloc(1, sizeof(*table));

	if (table)
		table->scols = scols_new_table();
	/* What the terminal cannot show has been escaped already. */
	if (table && table->scols && !scols_table_enable_noencoding(table->scols, 1) &&
	    !scols_table_enable_colors(table->scols, terminal_has_color()))
		return table;
	if (table)
		scols_unref_table(table->scols);
	free(table);
	return NULL;
}

static bool add_column(struct table *table, const char *title, unsigned int flags)
{
	return scols_table_new_column(table->scols, title, 0,
				      flags & COLUMN_RIGHT ? SCOLS_FL_RIGHT : 0);
}

/**
 * table_new - begin a table
 * @selection: its columns; must stay
 * @no_header: without their names
 *
 * Return: to be freed with table_free(), or NULL without memory.
 */
struct table *table_new(const struct selection *selection, bool no_header)
{
	struct table *table = table_alloc();
	char title[COLUMN_TITLE_MAX];
	size_t i;

	if (!table)
		return NULL;
	table->selection = selection;
	table->count = selection->count;
	table->between = 1;
	scols_table_enable_noheadings(table->scols, no_header);
	for (i = 0; i < selection->count; i++) {
		*selection_put_title(title, selection, i) = 0;
		table->widths[i] = no_header ? 0 : strlen(title);
		if (!add_column(table, title, selection->list[i]->flags))
			goto free_table;
	}
	return table;

free_table:
	table_free(table);
	return NULL;
}

/**
 * table_new_facts - begin a table of names, values and what they are about
 *
 * It has no header; rows come from table_fact().
 *
 * Return: to be freed with table_free(), or NULL without memory.
 */
struct table *table_new_facts(void)
{
	struct table *table = table_alloc();

	if (!table)
		return NULL;
	table->count = FACTS;
	table->between = 2;
	scols_table_enable_noheadings(table->scols, 1);
	scols_table_set_column_separator(table->scols, "  ");
	if (add_column(table, "NAME", 0) && add_column(table, "VALUE", COLUMN_RIGHT) &&
	    add_column(table, "ABOUT", 0))
		return table;
	table_free(table);
	return NULL;
}

/**
 * table_free - end a table
 * @table: the table, or NULL
 */
void table_free(struct table *table)
{
	if (!table)
		return;
	scols_unref_table(table->scols);
	free(table);
}

/* The value of a column, as text that ends with 0; "-" where it is unknown. */
static const char *value_of(struct table *table, const struct column *column, const void *row,
			    struct sink *sink, bool *is_known)
{
	sink->to = table->value;
	sink->extra = 0;
	column->fill(sink, column, row);
	*is_known = sink->to > table->value;
	if (!*is_known)
		sink_char(sink, '-');
	*sink->to = 0;
	return table->value;
}

/* A value, and what else there is to know of it. */
struct cell {
	int extra;
	bool is_wrong;
};

static struct cell cell_of(const struct column *column, const void *row, const struct sink *sink)
{
	return (struct cell){
		.extra = sink->extra,
		.is_wrong = terminal_has_color() && column->is_wrong &&
			    column->is_wrong(column, row),
	};
}

static bool set_value(struct table *table, struct libscols_line *line, size_t i,
		      const char *value, struct cell cell)
{
	const unsigned int width = strlen(value) - cell.extra;

	if (table->widths[i] < width)
		table->widths[i] = width;
	return !scols_line_set_data(line, i, value) &&
	       (!cell.is_wrong || !scols_cell_set_color(scols_line_get_cell(line, i), COLOR));
}

/**
 * table_row - add a row; "-" where a value is unknown
 * @table: from table_new()
 * @row: the row
 * @sink: of text
 *
 * Return: false without memory.
 */
bool table_row(struct table *table, const void *row, struct sink *sink)
{
	const struct selection *selection = table->selection;
	struct libscols_line *line;
	const char *value;
	bool is_known;
	size_t i;

	line = scols_table_new_line(table->scols, NULL);
	if (!line)
		return false;
	for (i = 0; i < selection->count; i++) {
		value = value_of(table, selection->list[i], row, sink, &is_known);
		if (!set_value(table, line, i, value, cell_of(selection->list[i], row, sink)))
			return false;
	}
	return true;
}

/**
 * table_keep - keep a row that is added later, if it is at all
 * @table: from table_new()
 * @order: keeps it
 * @row: the row
 * @sink: of text
 *
 * Return: false without memory.
 */
bool table_keep(struct table *table, struct order *order, const void *row, struct sink *sink)
{
	const struct selection *selection = table->selection;
	char *text = NULL;
	size_t size = 0, i;
	struct cell cell;
	bool is_known;
	FILE *stream;

	if (!order_wants(order, row))
		return true;
	stream = open_memstream(&text, &size);
	for (i = 0; stream && i < selection->count; i++) {
		value_of(table, selection->list[i], row, sink, &is_known);
		cell = cell_of(selection->list[i], row, sink);
		fwrite(&cell, sizeof(cell), 1, stream);
		fwrite(table->value, sink->to + 1 - table->value, 1, stream);
	}
	is_known = stream && !fclose(stream) && order_keep(order, text, size);
	free(text);
	return is_known;
}

/**
 * table_add_kept - add the rows that were kept, in their order
 * @table: from table_new()
 * @order: their order; none can be kept any more
 *
 * Return: false without memory.
 */
bool table_add_kept(struct table *table, struct order *order)
{
	struct libscols_line *line;
	const char *from;
	struct cell cell;
	size_t i, column;

	order_sort(order);
	for (i = 0; i < order->count; i++) {
		line = scols_table_new_line(table->scols, NULL);
		from = order->list[i].content;
		for (column = 0; line && column < table->selection->count; column++) {
			memcpy(&cell, from, sizeof(cell));
			from += sizeof(cell);
			if (!set_value(table, line, column, from, cell))
				return false;
			from += strlen(from) + 1;
		}
		if (!line)
			return false;
	}
	return true;
}

/**
 * table_fact - add a row of three texts
 * @table: from table_new_facts()
 * @name: what it is
 * @value: how much it is
 * @about: what that means
 *
 * Return: false without memory.
 */
bool table_fact(struct table *table, const char *name, const char *value, const char *about)
{
	struct libscols_line *line = scols_table_new_line(table->scols, NULL);
	const char *const texts[FACTS] = { name, value, about };
	struct cell cell = { 0 };
	bool is_set = line;
	size_t i;

	for (i = 0; i < FACTS && is_set; i++) {
		cell.extra = (int)(strlen(texts[i]) - cut_width(texts[i]));
		is_set = set_value(table, line, i, texts[i], cell);
	}
	return is_set;
}

/* A number, or a time. */
static bool is_zero(const char *value)
{
	return !strcmp(value, "0") || !strcmp(value, "0us");
}

/**
 * table_facts - add a row for each column: its name, its value and what it is
 * @table: from table_new_facts()
 * @selection: the columns
 * @row: where the values are
 * @sink: of text
 * @zeroes: also those that are 0 or unknown
 *
 * Return: false without memory.
 */
bool table_facts(struct table *table, const struct selection *selection, const void *row,
		 struct sink *sink, bool zeroes)
{
	const struct column *column;
	const char *value;
	bool is_known;
	size_t i;

	for (i = 0; i < selection->count; i++) {
		column = selection->list[i];
		value = value_of(table, column, row, sink, &is_known);
		if (!zeroes && (!is_known || is_zero(value)))
			continue;
		if (!table_fact(table, column->name, value, column->help))
			return false;
	}
	return true;
}

/**
 * table_is_empty - whether a table has no rows
 * @table: the table
 *
 * Return: true if it has none.
 */
bool table_is_empty(const struct table *table)
{
	return scols_table_is_empty(table->scols);
}

/* Numbers and times are not cut. */
static bool is_text(const struct table *table, size_t i)
{
	if (!table->selection)
		return i;
	switch (column_kind(table->selection->list[i])) {
	case COLUMN_QUANTITY:
	case COLUMN_NUMBER:
	case COLUMN_BOOL:
		return false;
	default:
		return true;
	}
}

/* What the first columns take where texts are cut to so much; each then has that. */
static unsigned int cut_texts(const struct table *table, unsigned int *widths, size_t count,
			      unsigned int least)
{
	unsigned int sum = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		widths[i] = table->widths[i] > least && is_text(table, i) ? least :
			    table->widths[i];
		sum += widths[i] + (i ? table->between : 0);
	}
	return sum;
}

/* What is left goes to those that were cut, to all alike. */
static void share(const struct table *table, unsigned int *widths, size_t count,
		  unsigned int left)
{
	unsigned int before;
	size_t i;

	do {
		before = left;
		for (i = 0; i < count && left; i++) {
			if (widths[i] == table->widths[i])
				continue;
			widths[i]++;
			left--;
		}
	} while (left && left < before);
}

/* Where not even that fits, the line ends. */
static size_t end_line(const struct table *table, unsigned int *widths, size_t count,
		       unsigned int limit)
{
	unsigned int used = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		used += i ? table->between : 0;
		if (used >= limit)
			return i;
		if (widths[i] > limit - used)
			widths[i] = limit - used;
		used += widths[i];
	}
	return count;
}

/*
 * On a terminal columns at the end are left out, unless somebody chose them, and long texts are
 * cut, so that no line wraps. Returns how many columns there are, and how wide each may be.
 */
static size_t fit(const struct table *table, unsigned int *widths)
{
	const bool is_chosen = !table->selection || table->selection->is_chosen;
	const unsigned int limit = terminal_width();
	size_t count = table->count;
	unsigned int sum;

	sum = cut_texts(table, widths, count, limit ? LEAST_WIDTH : ~0u);
	if (!limit)
		return count;
	while (sum > limit && count > LEAST_COLUMNS && !is_chosen)
		sum = cut_texts(table, widths, --count, LEAST_WIDTH);
	if (sum > limit)
		sum = cut_texts(table, widths, count, LAST_WIDTH);
	if (sum <= limit)
		share(table, widths, count, limit - sum);
	else
		count = end_line(table, widths, count, limit);
	return count;
}

static bool cut_cell(struct table *table, struct libscols_cell *cell, unsigned int width)
{
	const char *data = scols_cell_get_data(cell);

	if (!data)
		return true;
	*cut_text(table->value, stpcpy(table->value, data), width) = 0;
	return !scols_cell_set_data(cell, table->value);
}

static bool cut_column(struct table *table, size_t i, unsigned int width)
{
	struct libscols_column *column = scols_table_get_column(table->scols, i);
	struct libscols_iter *iter = scols_new_iter(SCOLS_ITER_FORWARD);
	bool is_cut = iter && cut_cell(table, scols_column_get_header(column), width);
	struct libscols_line *line;

	while (is_cut && !scols_table_next_line(table->scols, iter, &line))
		is_cut = cut_cell(table, scols_line_get_cell(line, i), width);
	scols_free_iter(iter);
	return is_cut;
}

static bool cut_columns(struct table *table, const unsigned int *widths, size_t count)
{
	struct libscols_column *column;
	size_t i;

	for (i = 0; i < count; i++)
		if (widths[i] < table->widths[i] && !cut_column(table, i, widths[i]))
			return false;
	for (; i < table->count; i++) {
		column = scols_table_get_column(table->scols, i);
		scols_column_set_flags(column,
				       scols_column_get_flags(column) | SCOLS_FL_HIDDEN);
	}
	return true;
}

/* libsmartcols prints nothing for a table without rows. */
static void put_header(FILE *stream, struct table *table, const unsigned int *widths, size_t count)
{
	char title[COLUMN_TITLE_MAX + CUT_MARK_MAX];
	char *end;
	size_t i;

	for (i = 0; i < count; i++) {
		end = selection_put_title(title, table->selection, i);
		*cut_text(title, end, widths[i]) = 0;
		fprintf(stream, "%s%s", i ? " " : "", title);
	}
	fputc('\n', stream);
}

static int put_table(FILE *stream, struct table *table)
{
	unsigned int widths[COLUMNS_MAX];
	const size_t count = fit(table, widths);

	if (table_is_empty(table)) {
		if (!scols_table_is_noheadings(table->scols))
			put_header(stream, table, widths, count);
		return 0;
	}
	if (!cut_columns(table, widths, count))
		return -ENOMEM;
	scols_table_set_stream(table->scols, stream);
	return scols_print_table(table->scols);
}

/**
 * table_print - print a table, behind what was printed to stdout
 * @table: the table
 * @failure: what went wrong
 *
 * Return: 0 or -1.
 */
int table_print(struct table *table, struct failure *failure)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);
	int error = stream ? put_table(stream, table) : -ENOMEM;

	if (stream && fclose(stream) && !error)
		error = -ENOMEM;
	if (error)
		error = failure_set(failure, EXIT_RUN, "cannot print the table: %s",
				    strerror(-error));
	else
		error = output_print(text, size, failure);
	free(text);
	return error;
}
