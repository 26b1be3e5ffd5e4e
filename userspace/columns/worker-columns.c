// SPDX-License-Identifier: GPL-2.0
#include "columns/processes.h"
#include "columns/tables.h"
#include "kernel/rows.h"

static void fill_comm(struct sink *sink, const struct column *column, const void *row)
{
	(void)column;
	value_comm(sink, ((const struct worker_row *)row)->comm);
}

#define MEMBER(member, name)							\
	.offset = offsetof(struct worker_row, member), .attribute = SOCKPORT_A_WORKER_##name

static const struct column list[] = {
	{ .name = "pid", .help = "number of the process", .kind = COLUMN_NUMBER, .fill = fill_u32,
	  MEMBER(pid, PID), .flags = COLUMN_IN_TEXT | COLUMN_RIGHT },
	{ .name = "comm", .help = "its name", .kind = COLUMN_TEXT, .fill = fill_comm,
	  .flags = COLUMN_IN_TEXT },
	{ .name = "accepts", .help = "connections that it accepted", .unit = "connections",
	  .fill = fill_u64, MEMBER(accepts, ACCEPTS), .flags = COLUMN_IN_TEXT | COLUMN_RIGHT },
};

const struct columns worker_columns = { .list = list, .count = sizeof(list) / sizeof(*list) };
