// SPDX-License-Identifier: GPL-2.0
/* The records of a file. */
#include "columns/tables.h"
#include "count/recorded.h"

static void fill_time(struct sink *sink, const struct column *column, const void *row)
{
	(void)column;
	value_moment_ms(sink, ((const struct recorded *)row)->time, 3);
}

static void fill_interval(struct sink *sink, const struct column *column, const void *row)
{
	(void)column;
	value_us(sink, ((const struct recorded *)row)->interval * 1000);
}

static void fill_intact(struct sink *sink, const struct column *column, const void *row)
{
	(void)column;
	value_bool(sink, ((const struct recorded *)row)->is_intact);
}

static bool is_damaged(const struct column *column, const void *row)
{
	(void)column;
	return !((const struct recorded *)row)->is_intact;
}

static void fill_file(struct sink *sink, const struct column *column, const void *row)
{
	(void)column;
	value_text(sink, ((const struct recorded *)row)->file);
}

#define BOTH	(COLUMN_IN_TEXT | COLUMN_IN_JSON)
#define MEMBER(member)	.offset = offsetof(struct recorded, member)

static const struct column list[] = {
	{ .name = "time", .help = "when it was recorded", .fill = fill_time,
	  .unit = "microseconds since 1970", .flags = BOTH, .width = 29 },
	{ .name = "interval", .help = "until the next one was due", .fill = fill_interval,
	  .unit = "microseconds", .flags = BOTH | COLUMN_RIGHT },
	{ .name = "bytes", .help = "that it takes in the file", .fill = fill_bytes,
	  .unit = "bytes", MEMBER(bytes), .flags = BOTH | COLUMN_RIGHT },
	{ .name = "size", .help = "bytes that were recorded, before they were packed",
	  .fill = fill_bytes, .unit = "bytes", MEMBER(size), .flags = BOTH | COLUMN_RIGHT },
	{ .name = "number", .help = "of the record in its file", .fill = fill_u32,
	  .kind = COLUMN_NUMBER, MEMBER(number), .flags = COLUMN_IN_JSON | COLUMN_RIGHT },
	{ .name = "base", .help = "number of the record that it needs",
	  .fill = fill_u32, .kind = COLUMN_NUMBER, .attribute = RECORDED_BASE, MEMBER(base),
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT },
	{ .name = "intact", .help = "whether its checksum is right", .fill = fill_intact,
	  .is_wrong = is_damaged, .kind = COLUMN_BOOL, .flags = BOTH },
	{ .name = "file", .help = "that it is in", .fill = fill_file, .kind = COLUMN_TEXT,
	  .flags = BOTH },
};

const struct columns moment_columns = { .list = list, .count = sizeof(list) / sizeof(*list) };
