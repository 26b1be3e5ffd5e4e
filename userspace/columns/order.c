// SPDX-License-Identifier: GPL-2.0
/*
 * Rows in the order of their values. All rows have to be kept for that, as they are shown; of
 * the first so many only these. Values are compared as JSON has them: numbers without units.
 */
#include "columns/order.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/**
 * order_new - begin to put rows in order
 * @selection: has columns to order by; must stay
 * @names: for columns with names
 *
 * Return: to be freed with order_free(), or NULL without memory.
 */
struct order *order_new(const struct selection *selection, struct names *names)
{
	struct order *order = calloc(1, sizeof(*order));

	if (!order)
		return NULL;
	order->selection = selection;
	order->keys = malloc(SORT_MAX * (VALUE_MAX + 1));
	sink_init(&order->sink, SINK_JSON, names, true);
	if (order->keys)
		return order;
	free(order);
	return NULL;
}

/**
 * order_free - forget the rows
 * @order: from order_new(), or NULL
 */
void order_free(struct order *order)
{
	size_t i;

	if (!order)
		return;
	for (i = 0; i < order->count; i++) {
		free(order->list[i].keys);
		free(order->list[i].content);
	}
	free(order->list);
	free(order->keys);
	free(order);
}

/* The one with more digits is more; behind the dot, from the first digit on. */
static int compare_numbers(const char *a, const char *b)
{
	const size_t one = strspn(a, "0123456789"), other = strspn(b, "0123456789");

	return one != other ? (one > other) - (one < other) : strcmp(a, b);
}

/* Numbers come before words; parts of words that are numbers are compared as such. */
static int compare_values(const char *a, const char *b)
{
	const bool one = isdigit((unsigned char)*a), other = isdigit((unsigned char)*b);

	if (one != other)
		return other - one;
	return one ? compare_numbers(a, b) : strverscmp(a, b);
}

/* Which of two rows comes first; what is unknown is last in any case. */
static int compare_rows(const struct order *order, const struct order_row *left,
			const struct order_row *right)
{
	const char *a = left->keys, *b = right->keys;
	size_t i;
	int by;

	for (i = 0; i < order->selection->sorts; i++) {
		if (!*a != !*b)
			return *a ? -1 : 1;
		by = compare_values(a, b);
		if (by)
			return order->selection->descending ? -by : by;
		a += strlen(a) + 1;
		b += strlen(b) + 1;
	}
	return left->number < right->number ? -1 : 1;
}

static void swap(struct order_row *a, struct order_row *b)
{
	const struct order_row kept = *a;

	*a = *b;
	*b = kept;
}

static void sift_up(struct order *order, size_t i)
{
	struct order_row *list = order->list;

	for (; i && compare_rows(order, &list[(i - 1) / 2], &list[i]) < 0; i = (i - 1) / 2)
		swap(&list[(i - 1) / 2], &list[i]);
}

static void sift_down(struct order *order, size_t count)
{
	struct order_row *list = order->list;
	size_t i = 0, child;

	for (; (child = 2 * i + 1) < count; i = child) {
		if (child + 1 < count && compare_rows(order, &list[child], &list[child + 1]) < 0)
			child++;
		if (compare_rows(order, &list[i], &list[child]) > 0)
			return;
		swap(&list[i], &list[child]);
	}
}

static void put_keys(struct order *order, const void *row)
{
	struct sink *sink = &order->sink;
	size_t i;

	sink->to = order->keys;
	for (i = 0; i < order->selection->sorts; i++) {
		order->selection->sort[i]->fill(sink, order->selection->sort[i], row);
		*sink->to++ = 0;
	}
	order->keys_size = sink->to - order->keys;
}

/**
 * order_wants - look at a row
 * @order: the order
 * @row: one of the structs of rows.h
 *
 * Return: false if it is not among the first so many; else order_keep() follows.
 */
bool order_wants(struct order *order, const void *row)
{
	const uint32_t top = order->selection->top;
	struct order_row key;

	put_keys(order, row);
	key = (struct order_row){ .keys = order->keys, .number = order->seen++ };
	return !top || order->count < top || compare_rows(order, &key, &order->list[0]) < 0;
}

static bool grow(struct order *order)
{
	const size_t room = order->room ? 2 * order->room : 256;
	struct order_row *list = realloc(order->list, room * sizeof(*list));

	if (!list)
		return false;
	order->list = list;
	order->room = room;
	return true;
}

static size_t memory_of(const struct order_row *row)
{
	return sizeof(*row) + row->keys_size + row->size;
}

static bool fill(struct order_row *row, const struct order *order, const void *content,
		 size_t size)
{
	row->keys = malloc(order->keys_size);
	row->content = malloc(size);
	row->keys_size = order->keys_size;
	row->size = size;
	row->number = order->seen - 1;
	if (!row->keys || !row->content)
		return false;
	memcpy(row->keys, order->keys, order->keys_size);
	memcpy(row->content, content, size);
	return true;
}

/**
 * order_keep - keep the row that was looked at
 * @order: the order
 * @content: what it is shown as
 * @size: of @content, not 0
 *
 * Return: false without memory.
 */
bool order_keep(struct order *order, const void *content, size_t size)
{
	const bool is_full = order->selection->top && order->count == order->selection->top;
	struct order_row row;

	if (!fill(&row, order, content, size) ||
	    (!is_full && order->count == order->room && !grow(order))) {
		free(row.keys);
		free(row.content);
		return false;
	}
	order->held += memory_of(&row);
	if (!is_full) {
		order->list[order->count] = row;
		sift_up(order, order->count++);
		return true;
	}
	order->held -= memory_of(&order->list[0]);
	free(order->list[0].keys);
	free(order->list[0].content);
	order->list[0] = row;
	sift_down(order, order->count);
	return true;
}

/**
 * order_sort - put the rows in order
 * @order: its @list is in order; no more rows can be kept
 */
void order_sort(struct order *order)
{
	size_t count;

	for (count = order->count; count > 1; count--) {
		swap(&order->list[0], &order->list[count - 1]);
		sift_down(order, count - 1);
	}
}
