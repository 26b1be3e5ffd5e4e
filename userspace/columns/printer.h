/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PRINTER_H
#define PRINTER_H

#include <stdbool.h>

#include "columns/column.h"
#include "columns/table.h"
#include "failure.h"
#include "table/output.h"
#include "table/sink.h"

/**
 * enum print_form - how rows are shown
 * @PRINT_TEXT: as text, each row at once
 * @PRINT_JSON: as an array of objects, each row at once
 * @PRINT_TABLE: as a table, when all rows are there
 */
enum print_form {
	PRINT_TEXT,
	PRINT_JSON,
	PRINT_TABLE,
};

/**
 * struct printer - shows rows on stdout
 * @form: how
 * @selection: columns of the rows
 * @names: for columns with names
 * @failure: what went wrong
 * @sink: takes the values
 * @output: for text and JSON
 * @table: for tables
 * @order: keeps rows until all are there, NULL if they need not wait
 * @is_first: no row so far
 */
struct printer {
	enum print_form form;
	const struct selection *selection;
	struct names *names;
	struct failure *failure;
	struct sink sink;
	struct output output;
	struct table *table;
	struct order *order;
	bool is_first;
};

struct printer printer_for(bool json, const struct selection *selection, struct names *names,
			   struct failure *failure);
int printer_begin(struct printer *printer, bool no_header);
int printer_row(struct printer *printer, const void *row);
int printer_end(struct printer *printer, bool complete);

#endif
