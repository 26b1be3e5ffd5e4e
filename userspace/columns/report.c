// SPDX-License-Identifier: GPL-2.0
/*
 * Answers of several parts: tables one after the other for people, one object for programs.
 * Tables are written by way of stdout, the rest by way of an output of our own; what is there is
 * flushed before the other one goes on.
 */
#include "columns/report.h"

#include <stdio.h>
#include <string.h>

#include "columns/order.h"
#include "columns/row.h"
#include "columns/table.h"

static int out_of_memory(struct report *report)
{
	return failure_set(report->failure, EXIT_RUN, "out of memory");
}

/**
 * report_begin - begin an answer
 * @report: @json and @no_header are set, the rest is zeroed
 * @names: for columns with names
 * @failure: what goes wrong
 *
 * Return: 0, and report_end() must be called; or -1.
 */
int report_begin(struct report *report, struct names *names, struct failure *failure)
{
	report->failure = failure;
	sink_init(&report->sink, report->json ? SINK_JSON : SINK_TEXT, names,
		  names_are_numbers(names));
	return output_open_answer(&report->output, failure);
}

/**
 * report_key - begin a part of JSON
 * @report: the answer
 * @key: of the part
 */
void report_key(struct report *report, const char *key)
{
	output_put(&report->output, report->has_key ? ",\n" : "{");
	report->has_key = true;
	report->sink.to = report->output.next;
	value_word(&report->sink, key);
	sink_char(&report->sink, ':');
	report->output.next = report->sink.to;
}

/**
 * report_value - take over what has been written to the sink by hand
 * @report: the answer; its @sink began where its @output was
 */
void report_value(struct report *report)
{
	report->output.next = report->sink.to;
}

/**
 * struct rows - those of a part, in the order in which they are shown
 * @list: the rows
 * @size: of a row
 * @count: how many there are
 * @order: keeps pointers to them, NULL where they stay in the order of @list
 */
struct rows {
	const void *list;
	size_t size;
	size_t count;
	struct order *order;
};

static const void *row_at(const struct rows *rows, size_t i)
{
	const void *row;

	if (!rows->order)
		return (const char *)rows->list + i * rows->size;
	memcpy(&row, rows->order->list[i].content, sizeof(row));
	return row;
}

static bool put_in_order(struct rows *rows, const struct selection *selection,
			 struct names *names)
{
	const void *row;
	size_t i;

	rows->order = order_new(selection, names);
	if (!rows->order)
		return false;
	for (i = 0; i < rows->count; i++) {
		row = (const char *)rows->list + i * rows->size;
		if (order_wants(rows->order, row) &&
		    !order_keep(rows->order, &row, sizeof(row)))
			return false;
	}
	order_sort(rows->order);
	rows->count = rows->order->count;
	return true;
}

static int put_array(struct report *report, const struct selection *selection,
		     const struct rows *rows)
{
	bool is_first = true;
	size_t i;

	row_array_begin(&report->output);
	for (i = 0; i < rows->count; i++)
		if (!row_array_item(&report->output, &is_first, selection, row_at(rows, i),
				    &report->sink))
			return -1;
	row_array_end(&report->output, is_first);
	return 0;
}

static int print_table(struct report *report, const char *title,
		       const struct selection *selection, const struct rows *rows)
{
	struct table *table = table_new(selection, report->no_header);
	int error = 0;
	size_t i;

	if (!table)
		return out_of_memory(report);
	for (i = 0; i < rows->count && !error; i++)
		if (!table_row(table, row_at(rows, i), &report->sink))
			error = out_of_memory(report);
	if (!error && title)
		fputs(title, stdout);
	if (!error)
		error = table_print(table, report->failure);
	table_free(table);
	return error;
}

/**
 * report_rows - a part of rows that are all there
 * @report: the answer
 * @key: in JSON
 * @title: in front of the table, which is left out where there are no rows; NULL for none,
 *	and the table is there anyway
 * @selection: columns of the rows
 * @rows: the rows
 * @size: of a row
 * @count: how many there are
 *
 * Return: 0 or -1.
 */
int report_rows(struct report *report, const char *key, const char *title,
		const struct selection *selection, const void *rows, size_t size, size_t count)
{
	struct rows part = { .list = rows, .size = size, .count = count };
	int error = 0;

	if (selection->sorts && !put_in_order(&part, selection, report->sink.names))
		error = out_of_memory(report);
	else if (!report->json)
		error = title && !count ? 0 : print_table(report, title, selection, &part);
	else
		report_key(report, key);
	if (!error && report->json)
		error = put_array(report, selection, &part);
	order_free(part.order);
	return error;
}

/**
 * report_list_begin - begin a part of rows that come one by one
 * @report: the answer
 * @key: in JSON
 * @selection: columns of the rows
 */
void report_list_begin(struct report *report, const char *key,
		       const struct selection *selection)
{
	report->is_first = true;
	if (report->json) {
		report_key(report, key);
		row_array_begin(&report->output);
		return;
	}
	fflush(stdout);
	if (!report->no_header)
		row_header(&report->output, selection);
}

/**
 * report_list_row - the next row of the part
 * @report: the answer
 * @selection: columns of the row
 * @row: the row
 *
 * Return: 0, or -1 when writing failed.
 */
int report_list_row(struct report *report, const struct selection *selection, const void *row)
{
	bool written;

	if (report->json)
		written = row_array_item(&report->output, &report->is_first, selection, row,
					 &report->sink);
	else
		written = row_line(&report->output, selection, row, &report->sink);
	return written ? 0 : -1;
}

/**
 * report_list_end - end a part that is complete
 * @report: the answer
 */
void report_list_end(struct report *report)
{
	if (report->json)
		row_array_end(&report->output, report->is_first);
	else
		output_flush(&report->output);
}

/**
 * report_end - end an answer
 * @report: the answer
 * @error: not 0 if it is not complete; then JSON stays without its end
 *
 * Return: 0, or -1 if it is not complete or could not be written.
 */
int report_end(struct report *report, int error)
{
	if (!error && report->json)
		output_put(&report->output, "}\n");
	fflush(stdout);
	/* If writing failed, that is why. */
	return output_close(&report->output, report->failure) ? -1 : error;
}
