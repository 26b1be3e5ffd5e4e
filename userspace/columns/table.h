/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>

#include "columns/column.h"
#include "columns/order.h"
#include "failure.h"
#include "table/sink.h"

struct table;

struct table *table_new(const struct selection *selection, bool no_header);
struct table *table_new_facts(void);
void table_free(struct table *table);
bool table_row(struct table *table, const void *row, struct sink *sink);
bool table_keep(struct table *table, struct order *order, const void *row, struct sink *sink);
bool table_add_kept(struct table *table, struct order *order);
bool table_fact(struct table *table, const char *name, const char *value, const char *about);
bool table_facts(struct table *table, const struct selection *selection, const void *row,
		 struct sink *sink, bool zeroes);
bool table_is_empty(const struct table *table);
int table_print(struct table *table, struct failure *failure);

#endif
