/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TOP_ROWS_H
#define TOP_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "columns/column.h"
#include "columns/order.h"
#include "kernel/destroy.h"
#include "table/output.h"

/* A cell begins with one of these, and ends with 0. */
#define CELL_PLAIN	' '
#define CELL_WRONG	'!'

/**
 * struct row_about - what can be done with a row
 * @port: what show would tell of
 * @who: process or program that it is of, as who takes it; empty for none
 * @protocol: SOCKPORT_PROTOCOL_*
 * @has_port: @port and @protocol are known
 * @has_target: @target is a socket that can be ended
 * @is_own: it is the connection by which we are here
 * @target: how the kernel finds it
 */
struct row_about {
	uint32_t port;
	char who[COMM_MAX + 1];
	uint8_t protocol;
	bool has_port;
	bool has_target;
	bool is_own;
	struct destroy_target target;
};

/**
 * struct top_row - a row that is kept
 * @about: what can be done with it
 * @cells: of each column one, see CELL_PLAIN
 */
struct top_row {
	struct row_about about;
	char cells[];
};

/**
 * struct top_rows - the first rows of a view, in their order
 * @selection: their columns, order and how many are kept
 * @order: keeps them; NULL between top_rows_end() and top_rows_begin() if there are none
 * @sink: takes the values
 * @buffer: where a row is made
 * @seen: how many there were
 */
struct top_rows {
	const struct selection *selection;
	struct order *order;
	struct sink sink;
	struct top_row *buffer;
	uint64_t seen;
};

/* In place of the values of a column that says what was. */
extern const struct column trend_column;

bool top_rows_begin(struct top_rows *rows, const struct selection *selection,
		    struct names *names);
bool top_rows_wants(struct top_rows *rows, const void *row);
bool top_rows_keep(struct top_rows *rows, const void *row, const struct row_about *about,
		   const char *trend);
void top_rows_end(struct top_rows *rows);
void top_rows_free(struct top_rows *rows);
size_t top_rows_count(const struct top_rows *rows);
const struct top_row *top_rows_at(const struct top_rows *rows, size_t i);

#endif
