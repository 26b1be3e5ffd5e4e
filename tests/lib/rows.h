/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_ROWS_H
#define TESTS_ROWS_H

#include "row.h"

struct rows {
	struct row	*row;
	size_t		count;
	size_t		room;
};

#define for_each_row(each, rows) \
	for (struct row *each = (rows)->row; each < (rows)->row + (rows)->count; each++)

/* A new row, all zeros. */
struct row *rows_add(struct rows *rows);
void rows_append(struct rows *rows, const struct rows *more);
void rows_free(struct rows *rows);

/* What a caller keeps of rows; true keeps one. */
typedef bool (*row_test)(const struct row *row, const void *data);
struct rows rows_select(const struct rows *rows, row_test test, const void *data);

/* The row, or NULL. */
struct row *rows_find(const struct rows *rows, uint16_t local_port, uint16_t remote_port,
		      uint8_t state);
struct row *rows_find_cookie(const struct rows *rows, uint64_t cookie);

/*
 * Both ways: each row of one has its match in the other, and in those of
 * "fields" that the oracle speaks about they are the same. Returns how many
 * differences there are, and says the first ones.
 */
unsigned int rows_compare(const char *name, struct rows *oracle, struct rows *ours,
			  unsigned int fields);

/*
 * Timers run down: our times lie between those of the oracle before and after
 * us, give or take "tolerance" milliseconds.
 */
unsigned int rows_compare_timers(const char *name, const struct rows *before,
				 const struct rows *ours, const struct rows *after,
				 unsigned int tolerance);

/* The same sockets, and none of "fields" differs. */
bool rows_same(struct rows *one, struct rows *other, unsigned int fields);

#endif
