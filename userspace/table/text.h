/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>

#include "columns/column.h"
#include "table/output.h"

void text_header(struct output *output, const struct selection *selection);
bool text_row(struct output *output, const struct selection *selection, const void *row,
	      struct names *names);

#endif
