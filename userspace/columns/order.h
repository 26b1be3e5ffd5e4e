/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ORDER_H
#define ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "columns/column.h"
#include "table/sink.h"

/**
 * struct order_row - a row that is kept
 * @keys: what it is ordered by, texts that end with 0, one behind the other
 * @content: what it is shown as
 * @keys_size: of @keys
 * @size: of @content
 * @number: how many came before
 */
struct order_row {
	char *keys;
	char *content;
	size_t keys_size;
	size_t size;
	uint64_t number;
};

/**
 * struct order - rows that are shown in another order than they come
 * @selection: what they are ordered by, and how many are kept
 * @sink: takes values by which they are ordered
 * @keys: those of the present row
 * @keys_size: of @keys
 * @held: bytes of memory that the rows take
 * @seen: rows so far
 * @list: the rows; while they come, a heap whose first is to be shown last
 * @count: how many there are
 * @room: for how many @list has room
 */
struct order {
	const struct selection *selection;
	struct sink sink;
	char *keys;
	size_t keys_size;
	size_t held;
	uint64_t seen;
	struct order_row *list;
	size_t count;
	size_t room;
};

struct order *order_new(const struct selection *selection, struct names *names);
void order_free(struct order *order);
bool order_wants(struct order *order, const void *row);
bool order_keep(struct order *order, const void *content, size_t size);
void order_sort(struct order *order);

#endif
