/* SPDX-License-Identifier: GPL-2.0 */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>

#include "columns/column.h"
#include "table/output.h"

void json_put(struct output *output, const char *text);
char *json_put_string(char *to, const char *text, size_t length);
char *json_put_value(char *to, const struct column *column, const void *row,
		     struct names *names);
void json_object(struct output *output, const struct selection *selection, const void *row,
		 struct names *names);
void json_array_begin(struct output *output);
bool json_array_row(struct output *output, bool *is_first, const struct selection *selection,
		    const void *row, struct names *names);
void json_array_end(struct output *output, bool is_first);

#endif
