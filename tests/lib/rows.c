// SPDX-License-Identifier: GPL-2.0
/*
 * rows.c - lists of sockets, and how they differ
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "die.h"
#include "rows.h"

#define DIFFERENCES_SHOWN	20

struct row *rows_add(struct rows *rows)
{
	if (rows->count == rows->room) {
		rows->room = rows->room * 2 ?: 64;
		rows->row = realloc(rows->row, rows->room * sizeof(*rows->row));
		if (!rows->row)
			die("out of memory for %zu rows", rows->room);
	}
	memset(&rows->row[rows->count], 0, sizeof(*rows->row));
	rows->row[rows->count].detail = &row_no_detail;
	return &rows->row[rows->count++];
}

void rows_append(struct rows *rows, const struct rows *more)
{
	for_each_row(row, more)
		*rows_add(rows) = *row;
}

void rows_free(struct rows *rows)
{
	free(rows->row);
	memset(rows, 0, sizeof(*rows));
}

struct rows rows_select(const struct rows *rows, row_test test, const void *data)
{
	struct rows selected = { 0 };

	for_each_row(row, rows)
		if (test(row, data))
			*rows_add(&selected) = *row;
	return selected;
}

struct row *rows_find(const struct rows *rows, uint16_t local_port, uint16_t remote_port,
		      uint8_t state)
{
	for_each_row(row, rows)
		if (row_is(row, local_port, remote_port, state))
			return row;
	return NULL;
}

struct row *rows_find_cookie(const struct rows *rows, uint64_t cookie)
{
	for_each_row(row, rows)
		if (row->known & ROW_COOKIE && row->cookie == cookie)
			return row;
	return NULL;
}

/* What names a socket: its tuple, and where sockets share that, the inode. */
static int compare_keys(const void *a, const void *b)
{
	const struct row *one = a, *other = b;
	size_t size = offsetof(struct row, state) - offsetof(struct row, protocol);
	int order = memcmp(&one->protocol, &other->protocol, size);

	return order ?: (one->inode > other->inode) - (one->inode < other->inode);
}

static int compare_cookies(const void *a, const void *b)
{
	const struct row *one = a, *other = b;

	return (one->cookie > other->cookie) - (one->cookie < other->cookie);
}

static void sort(struct rows *rows, int (*compare)(const void *, const void *))
{
	if (rows->count)
		qsort(rows->row, rows->count, sizeof(*rows->row), compare);
}

static bool all_know(const struct rows *rows, enum row_field field)
{
	for_each_row(row, rows)
		if (!(row->known & field))
			return false;
	return true;
}

static void differ(const char *name, unsigned int *differences, const struct row *row,
		   const char *what)
{
	char tuple[ROW_TEXT], state[ROW_TEXT], inode[ROW_TEXT], cookie[ROW_TEXT];

	if ((*differences)++ < DIFFERENCES_SHOWN)
		note("%s: %s %s inode %s cookie %s: %s", name, row_tuple(row, tuple),
		     row_value(row, ROW_STATE, state), row_value(row, ROW_INODE, inode),
		     row_value(row, ROW_COOKIE, cookie), what);
}

static void compare_field(const char *name, unsigned int *differences, const struct row *oracle,
			  const struct row *ours, const struct row_field_name *field)
{
	char expected[ROW_TEXT], seen[ROW_TEXT], text[3 * ROW_TEXT];

	row_value(oracle, field->field, expected);
	row_value(ours, field->field, seen);
	if (!strcmp(expected, seen))
		return;
	snprintf(text, sizeof(text), "%s is %s, not %s", field->name, expected, seen);
	differ(name, differences, ours, text);
}

static void compare_row(const char *name, unsigned int *differences, const struct row *oracle,
			const struct row *ours, unsigned int fields)
{
	const struct row_field_name *field;

	if (memcmp(&oracle->protocol, &ours->protocol,
		   offsetof(struct row, state) - offsetof(struct row, protocol)))
		differ(name, differences, ours, "has another tuple");
	for (field = row_field_names; field->name; field++)
		if (field->field & fields & oracle->told)
			compare_field(name, differences, oracle, ours, field);
}

unsigned int rows_compare(const char *name, struct rows *oracle, struct rows *ours,
			  unsigned int fields)
{
	bool cookies = all_know(oracle, ROW_COOKIE) && all_know(ours, ROW_COOKIE);
	int (*compare)(const void *, const void *) = cookies ? compare_cookies : compare_keys;
	unsigned int differences = 0;
	size_t i = 0, j = 0;
	int order;

	sort(oracle, compare);
	sort(ours, compare);
	while (i < oracle->count || j < ours->count) {
		order = i == oracle->count ? 1 : j == ours->count ? -1 :
			compare(&oracle->row[i], &ours->row[j]);
		if (order < 0)
			differ(name, &differences, &oracle->row[i++], "is missing");
		else if (order > 0)
			differ(name, &differences, &ours->row[j++], "is too much");
		else
			compare_row(name, &differences, &oracle->row[i++], &ours->row[j++], fields);
	}
	if (differences > DIFFERENCES_SHOWN)
		note("%s: %u differences in all", name, differences);
	return differences;
}

unsigned int rows_compare_timers(const char *name, const struct rows *before,
				 const struct rows *ours, const struct rows *after,
				 unsigned int tolerance)
{
	unsigned int differences = 0, timers = 0;
	struct row *first, *last;
	char text[ROW_TEXT];

	for_each_row(row, ours) {
		first = rows_find_cookie(before, row->cookie);
		last = rows_find_cookie(after, row->cookie);
		if (!first || !last || !first->timer || !(first->known & ROW_EXPIRES))
			continue;
		timers++;
		if (row->known & ROW_EXPIRES && row->expires <= first->expires + tolerance &&
		    row->expires + tolerance >= last->expires)
			continue;
		snprintf(text, sizeof(text), "timer %u expires in %u ms, not within %u to %u ms",
			 row->timer, row->expires, first->expires, last->expires);
		differ(name, &differences, row, text);
	}
	note("%s: %u timers compared", name, timers);
	return differences;
}

static bool same(const struct row *one, const struct row *other, unsigned int fields)
{
	char text[ROW_TEXT], other_text[ROW_TEXT];
	const struct row_field_name *field;

	if (compare_keys(one, other))
		return false;
	for (field = row_field_names; field->name; field++)
		if (field->field & fields && strcmp(row_value(one, field->field, text),
						    row_value(other, field->field, other_text)))
			return false;
	return true;
}

bool rows_same(struct rows *one, struct rows *other, unsigned int fields)
{
	bool cookies = all_know(one, ROW_COOKIE) && all_know(other, ROW_COOKIE);
	int (*compare)(const void *, const void *) = cookies ? compare_cookies : compare_keys;
	size_t i;

	if (one->count != other->count)
		return false;
	sort(one, compare);
	sort(other, compare);
	for (i = 0; i < one->count; i++)
		if (!same(&one->row[i], &other->row[i], fields))
			return false;
	return true;
}
