/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ROW_H
#define ROW_H

#include <stdbool.h>

#include "columns/column.h"
#include "columns/order.h"
#include "table/output.h"
#include "table/sink.h"

void row_header(struct output *output, const struct selection *selection);
void row_put_line(struct output *output, const struct selection *selection, const void *row,
		  struct sink *sink);
bool row_keep(struct order *order, struct output *output, const void *row, struct sink *sink);
bool row_put_kept(struct output *output, bool *is_first, struct order *order);
bool row_line(struct output *output, const struct selection *selection, const void *row,
	      struct sink *sink);
void row_object(struct output *output, const struct selection *selection, const void *row,
		struct sink *sink);
void row_array_begin(struct output *output);
bool row_array_item(struct output *output, bool *is_first, const struct selection *selection,
		    const void *row, struct sink *sink);
void row_array_end(struct output *output, bool is_first);

#endif
