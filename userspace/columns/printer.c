// SPDX-License-Identifier: GPL-2.0
#include "columns/printer.h"

#include <stdio.h>

#include "columns/row.h"
#include "host/names.h"

static int out_of_memory(struct printer *printer)
{
	return failure_set(printer->failure, EXIT_RUN, "out of memory");
}

/**
 * printer_for - what shows the rows of an answer
 * @json: as JSON; else as a table
 * @selection: columns of the rows
 * @names: for columns with names
 * @failure: what will have gone wrong
 *
 * Return: the printer, to begin with.
 */
struct printer printer_for(bool json, const struct selection *selection, struct names *names,
			   struct failure *failure)
{
	return (struct printer){
		.form = json ? PRINT_JSON : PRINT_TABLE,
		.selection = selection,
		.names = names,
		.failure = failure,
	};
}

/**
 * printer_begin - begin to show rows
 * @printer: from printer_for(); @form may be another one
 * @no_header: without the names of the columns, in text
 *
 * Return: 0, and printer_end() must be called; or -1.
 */
int printer_begin(struct printer *printer, bool no_header)
{
	printer->is_first = true;
	sink_init(&printer->sink, printer->form == PRINT_JSON ? SINK_JSON : SINK_TEXT,
		  printer->names, printer->names && names_are_numbers(printer->names));
	printer->order = NULL;
	if (printer->selection->sorts) {
		printer->order = order_new(printer->selection, printer->names);
		if (!printer->order)
			return out_of_memory(printer);
	}
	if (printer->form == PRINT_TABLE) {
		printer->table = table_new(printer->selection, no_header);
		return printer->table ? 0 : out_of_memory(printer);
	}
	if (output_open_answer(&printer->output, printer->failure))
		return -1;
	if (printer->form == PRINT_JSON)
		row_array_begin(&printer->output);
	else if (!no_header)
		row_header(&printer->output, printer->selection);
	return 0;
}

static int keep(struct printer *printer, const void *row)
{
	const bool kept = printer->form == PRINT_TABLE ?
			  table_keep(printer->table, printer->order, row, &printer->sink) :
			  row_keep(printer->order, &printer->output, row, &printer->sink);

	if (kept)
		return 0;
	/* The output tells it when it is closed. */
	return printer->form != PRINT_TABLE && printer->output.error ? -1 : out_of_memory(printer);
}

/**
 * printer_row - show a row
 * @printer: the printer
 * @row: one of the structs of rows.h
 *
 * Return: 0, or -1 when no more rows can be shown.
 */
int printer_row(struct printer *printer, const void *row)
{
	if (printer->order)
		return keep(printer, row);
	switch (printer->form) {
	case PRINT_TEXT:
		printer->is_first = false;
		return row_line(&printer->output, printer->selection, row, &printer->sink) ? 0 : -1;
	case PRINT_JSON:
		return row_array_item(&printer->output, &printer->is_first, printer->selection,
				      row, &printer->sink) ? 0 : -1;
	default:
		return table_row(printer->table, row, &printer->sink) ? 0 : out_of_memory(printer);
	}
}

static int end_table(struct printer *printer, bool complete)
{
	int error = -1;

	if (complete && printer->order && !table_add_kept(printer->table, printer->order))
		error = out_of_memory(printer);
	else if (complete)
		error = table_print(printer->table, printer->failure);
	table_free(printer->table);
	return error;
}

/* If writing fails, the output knows it. */
static void put_kept(struct printer *printer)
{
	row_put_kept(&printer->output, printer->form == PRINT_JSON ? &printer->is_first : NULL,
		     printer->order);
	if (printer->order->count)
		printer->is_first = false;
}

static int end_output(struct printer *printer, bool complete)
{
	if (complete && printer->order)
		put_kept(printer);
	if (complete && printer->form == PRINT_JSON) {
		row_array_end(&printer->output, printer->is_first);
		output_put(&printer->output, "\n");
	}
	if (!complete && printer->is_first)
		output_discard(&printer->output);
	/* What stopped the rows is told, unless it was writing. */
	if (output_close(&printer->output, printer->failure))
		return -1;
	return complete ? 0 : -1;
}

/**
 * printer_end - show what has not been shown, free all
 * @printer: the printer
 * @complete: all rows came; if not, JSON stays without its end, a header without
 *	rows is taken back, and a table is not shown at all
 *
 * Return: 0, or -1 if not @complete or not all could be written.
 */
int printer_end(struct printer *printer, bool complete)
{
	int error = (printer->form == PRINT_TABLE ? end_table : end_output)(printer, complete);

	order_free(printer->order);
	return error;
}
