// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "columns/tables.h"
#include "host/limit.h"
#include "kernel/rows.h"

static bool knows_both(const struct limit *limit)
{
	return row_knows(limit, LIMIT_USED) && row_knows(limit, LIMIT_MAX);
}

static void fill_name(struct sink *sink, const struct column *column, const void *row)
{
	(void)column;
	value_word(sink, ((const struct limit *)row)->name);
}

/* Words of ours, and the end of a socket, which has been written as text already. */
static void fill_about(struct sink *sink, const struct column *column, const void *row)
{
	(void)column;
	value_sentence(sink, ((const struct limit *)row)->about);
}

static void fill_percent(struct sink *sink, const struct column *column, const void *row)
{
	const struct limit *limit = row;

	(void)column;
	if (knows_both(limit))
		value_u64(sink, limit_percent(limit->used, limit->max));
}

static void fill_level(struct sink *sink, const struct column *column, const void *row)
{
	const struct limit *limit = row;

	(void)column;
	if (knows_both(limit))
		value_word(sink, limit_level(limit->used, limit->max));
}

static bool is_near(const struct column *column, const void *row)
{
	const struct limit *limit = row;

	(void)column;
	return knows_both(limit) && strcmp(limit_level(limit->used, limit->max), "ok");
}

#define BOTH	(COLUMN_IN_TEXT | COLUMN_IN_JSON)
#define NUMBER(member, index)							\
	.fill = fill_u64, .flags = BOTH | COLUMN_RIGHT,				\
	.offset = offsetof(struct limit, member), .attribute = LIMIT_##index

static const struct column list[] = {
	{ .name = "limit", .help = "what is limited",
	  .kind = COLUMN_TEXT, .fill = fill_name, .flags = BOTH },
	{ .name = "used", .help = "how much there is",
	  .unit = "files, pages, sockets, connections", NUMBER(used, USED) },
	{ .name = "max", .help = "how much there can be",
	  .unit = "files, pages, sockets, connections", NUMBER(max, MAX) },
	{ .name = "percent", .help = "used of max", .unit = "percent", .fill = fill_percent,
	  .flags = BOTH | COLUMN_RIGHT },
	{ .name = "level", .help = "ok, warn from 80 percent on, or full",
	  .kind = COLUMN_TEXT, .fill = fill_level,
	  .is_wrong = is_near, .flags = BOTH },
	{ .name = "about", .help = "what that is",
	  .kind = COLUMN_TEXT, .fill = fill_about, .flags = BOTH },
};

const struct columns limit_columns = { .list = list, .count = sizeof(list) / sizeof(*list) };
