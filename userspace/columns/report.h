/* SPDX-License-Identifier: GPL-2.0 */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>

#include "columns/column.h"
#include "failure.h"
#include "table/output.h"
#include "table/sink.h"

/**
 * struct report - an answer of several parts
 * @json: it is one object of JSON, each part has a key; else text
 * @no_header: tables are without the names of the columns
 * @failure: what went wrong
 * @sink: takes the values
 * @output: of JSON, and of rows that come one by one
 * @has_key: there is one already
 * @is_first: no row of the present list so far
 */
struct report {
	bool json;
	bool no_header;
	struct failure *failure;
	struct sink sink;
	struct output output;
	bool has_key;
	bool is_first;
};

int report_begin(struct report *report, struct names *names, struct failure *failure);
void report_key(struct report *report, const char *key);
void report_value(struct report *report);
int report_rows(struct report *report, const char *key, const char *title,
		const struct selection *selection, const void *rows, size_t size, size_t count);
void report_list_begin(struct report *report, const char *key,
		       const struct selection *selection);
int report_list_row(struct report *report, const struct selection *selection, const void *row);
void report_list_end(struct report *report);
int report_end(struct report *report, int error);

#endif
