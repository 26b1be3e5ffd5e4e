// SPDX-License-Identifier: GPL-2.0
/* Tables for people: the widths follow the values, so all rows are kept. */
#include "columns/table.h"

#include <errno.h>
#include <libsmartcols/libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table/terminal.h"

/* Of facts, the column that is cut where there is no room. */
#define ABOUT		2
/* On a terminal, texts are not cut to less, and so many columns are left. */
#define LEAST_WIDTH	20
#define LEAST_COLUMNS	3
/* Of what is wrong. */
#define COLOR		"red"

/**
 * struct table - a table in the making
 * @scols: libsmartcols' own
 * @selection: the columns
 * @widths: of the widest value of each column
 * @value: the present one
 */
struct table {
	struct libscols_table *scols;
	const struct selection *selection;
	unsigned int widths[COLUMNS_MAX];
	char value[VALUE_MAX];
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

	return line && !scols_line_set_data(line, 0, name) &&
	       !scols_line_set_data(line, 1, value) && !scols_line_set_data(line, 2, about);
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
		if (!zeroes && (!is_known || !strcmp(value, "0")))
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

/* libsmartcols prints nothing for a table without rows. */
static void print_header(const struct table *table)
{
	const struct selection *selection = table->selection;
	char title[COLUMN_TITLE_MAX];
	size_t i;

	for (i = 0; i < selection->count; i++) {
		*selection_put_title(title, selection, i) = 0;
		printf("%s%s", i ? " " : "", title);
	}
	putchar('\n');
}

static void add_flag(struct table *table, size_t i, int flag)
{
	struct libscols_column *column = scols_table_get_column(table->scols, i);

	scols_column_set_flags(column, scols_column_get_flags(column) | flag);
}

/* Numbers are not cut, and texts not to less than that. */
static unsigned int least_width(const struct table *table, size_t i)
{
	const unsigned int width = table->widths[i];

	return !(table->selection->list[i]->flags & COLUMN_RIGHT) && width > LEAST_WIDTH ?
	       LEAST_WIDTH : width;
}

/* On a terminal columns at the end are left out, and long texts are cut, so that no line wraps. */
static void fit(struct table *table)
{
	const unsigned int limit = terminal_width();
	unsigned int width = 0;
	size_t i, count;

	if (!table->selection) {
		add_flag(table, ABOUT, SCOLS_FL_TRUNC);
		return;
	}
	if (!limit)
		return;
	count = table->selection->count;
	for (i = 0; i < count; i++) {
		width += least_width(table, i) + !!i;
		if (least_width(table, i) < table->widths[i])
			add_flag(table, i, SCOLS_FL_TRUNC);
	}
	while (width > limit && count > LEAST_COLUMNS && !table->selection->is_chosen) {
		width -= least_width(table, --count) + 1;
		add_flag(table, count, SCOLS_FL_HIDDEN);
	}
}

/**
 * table_print - print a table to stdout
 * @table: the table
 * @failure: what went wrong
 *
 * Errors of writing show in ferror(stdout).
 *
 * Return: 0 or -1.
 */
int table_print(struct table *table, struct failure *failure)
{
	int error;

	if (table_is_empty(table)) {
		if (!scols_table_is_noheadings(table->scols))
			print_header(table);
		return 0;
	}
	fit(table);
	error = scols_print_table(table->scols);
	if (error)
		return failure_set(failure, EXIT_RUN, "cannot print the table: %s",
				   strerror(-error));
	return 0;
}
