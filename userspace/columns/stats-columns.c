// SPDX-License-Identifier: GPL-2.0
#include "columns/tables.h"
#include "format/clock.h"
#include "kernel/rows.h"

static void fill_version(struct sink *sink, const struct column *column, const void *row)
{
	if (row_knows(row, column->attribute))
		value_text(sink, ((const struct stats_row *)row)->version);
}

static void fill_ns(struct sink *sink, const struct column *column, const void *row)
{
	const uint64_t *ns = (const void *)((const char *)row + column->offset);

	if (row_knows(row, column->attribute))
		value_us(sink, *ns / NS_PER_US);
}

/* In the order of their bits */
static const char *const limits[] = {
	"ping_table", "netlink_table", "udplite", "history", "failed_connects", "udp_accounting",
	"udp_openers", "accept_accounting",
};

/* An empty list is nothing to look at. */
static void fill_limits(struct sink *sink, const struct column *column, const void *row)
{
	uint64_t mask = ((const struct stats_row *)row)->values[SOCKPORT_A_STATS_LIMITS];
	size_t i;

	if (!row_knows(row, column->attribute))
		return;
	if (!mask && sink->form != SINK_JSON) {
		value_word(sink, "none");
		return;
	}
	value_list_begin(sink);
	for (i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		if (!(mask >> i & 1))
			continue;
		value_list_item(sink);
		value_word(sink, limits[i]);
	}
	value_list_end(sink);
}

#define STATS_MEMBER(index)							\
	.offset = offsetof(struct stats_row, values[SOCKPORT_A_STATS_##index]),	\
	.attribute = SOCKPORT_A_STATS_##index
#define NUMBER(column, index, text)						\
	.name = column, .help = text, .fill = fill_u64,				\
	  STATS_MEMBER(index), .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON
#define VALUE(column, index, of, text)	{ NUMBER(column, index, text), .unit = of }
/* Of a time, text has what procfs has, JSON what all times are there. */
#define NANOSECONDS(column, index, text)					\
	{ .name = column "_ns", .help = text, .unit = "nanoseconds", .fill = fill_u64,	\
	  STATS_MEMBER(index), .flags = COLUMN_IN_TEXT }
#define MICROSECONDS(column, index, text)					\
	{ .name = column "_us", .help = text, .unit = "microseconds", .fill = fill_ns,	\
	  STATS_MEMBER(index), .flags = COLUMN_IN_JSON }

static const struct column list[] = {
	{ .name = "version", .help = "version of the module",
	  .kind = COLUMN_TEXT, .fill = fill_version,
	  .attribute = SOCKPORT_A_STATS_VERSION, .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON },
	VALUE("port_walks", PORT_WALKS, "walks", "walks for the port table"),
	VALUE("socket_walks", SOCKET_WALKS, "walks", "walks for the socket listing"),
	VALUE("walked_sockets", WALKED_SOCKETS, "sockets", "sockets seen by all walks"),
	NANOSECONDS("walk_time", WALK_TIME, "time spent in all walks"),
	MICROSECONDS("walk_time", WALK_TIME, "time spent in all walks"),
	VALUE("last_walk_sockets", LAST_WALK_SOCKETS, "sockets", "sockets seen by the last walk"),
	NANOSECONDS("last_walk_time", LAST_WALK_TIME, "time spent in the last walk"),
	MICROSECONDS("last_walk_time", LAST_WALK_TIME, "time spent in the last walk"),
	VALUE("chain_restarts", CHAIN_RESTARTS, "chains", "long chains begun anew"),
	VALUE("missed_chains", MISSED_CHAINS, "chains", "long chains left out"),
	VALUE("failed_walks", FAILED_WALKS, "walks", "walks that ended with an error"),
	VALUE("open_walks", OPEN_WALKS, "walks", "walks under way now"),
	VALUE("walk_memory", WALK_MEMORY, "bytes", "bytes held by walks and port tables now"),
	VALUE("file_walks", FILE_WALKS, "walks", "walks of the file tables of all processes"),
	VALUE("walked_files", WALKED_FILES, "sockets", "sockets found open by these"),
	NANOSECONDS("file_walk_time", FILE_WALK_TIME, "time spent in these"),
	MICROSECONDS("file_walk_time", FILE_WALK_TIME, "time spent in these"),
	{ NUMBER("history", HISTORY, "1 while history is kept"), .kind = COLUMN_NUMBER },
	VALUE("history_rows", HISTORY_ROWS, "rows", "ports that history is kept of"),
	VALUE("history_rows_lost", HISTORY_ROWS_LOST, "times",
	      "how often something went uncounted for want of a row"),
	VALUE("history_sockets", HISTORY_SOCKETS, "sockets", "TCP sockets that are followed now"),
	VALUE("history_sockets_lost", HISTORY_SOCKETS_LOST, "times",
	      "how often a socket could not be followed"),
	VALUE("last_connections", LAST_CONNECTIONS, "connections",
	      "connections that have ended and are remembered now"),
	VALUE("last_connections_lost", LAST_CONNECTIONS_LOST, "connections",
	      "those that were forgotten to make room for others"),
	VALUE("closed_doors", CLOSED_DOORS, "ports", "closed ports that are remembered now"),
	VALUE("closed_doors_lost", CLOSED_DOORS_LOST, "attempts",
	      "attempts on closed ports that were forgotten to make room"),
	VALUE("events_sent", EVENTS_SENT, "events", "events that listeners were told of"),
	VALUE("events_lost", EVENTS_LOST, "events",
	      "events that nobody was told of, for want of room"),
	NANOSECONDS("longest_hold", LONGEST_HOLD,
		    "the longest time that a walk held a lock of the kernel's"),
	MICROSECONDS("longest_hold", LONGEST_HOLD,
		     "the longest time that a walk held a lock of the kernel's"),
	VALUE("events_made", EVENTS_MADE, "events", "events that were made, heard or not"),
	VALUE("history_rows_given_back", HISTORY_ROWS_GIVEN_BACK, "rows",
	      "rows of ports that were idle when others needed room"),
	VALUE("programs", PROGRAMS, "programs", "programs that history is kept of"),
	VALUE("programs_lost", PROGRAMS_LOST, "times",
	      "how often something was counted for a port, but for no program"),
	VALUE("programs_given_back", PROGRAMS_GIVEN_BACK, "programs",
	      "programs that were idle when others needed room"),
	{ .name = "limits", .help = "what this kernel does not let the module do",
	  .kind = COLUMN_TEXTS, .fill = fill_limits,
	  .attribute = SOCKPORT_A_STATS_LIMITS, .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON },
};

const struct columns stats_columns = { .list = list, .count = sizeof(list) / sizeof(*list) };
