// SPDX-License-Identifier: GPL-2.0
#include "columns/tables.h"
#include "format/words.h"
#include "kernel/rows.h"

static void fill_service(struct sink *sink, const struct column *column, const void *row)
{
	const struct door_row *door = row;

	(void)column;
	value_service(sink, door->port, door->protocol);
}

static void fill_source(struct sink *sink, const struct column *column, const void *row)
{
	const struct door_row *door = row;

	if (row_knows(row, column->attribute))
		value_address(sink, door->source, door->source_size);
}

static void fill_called(struct sink *sink, const struct column *column, const void *row)
{
	const struct door_row *door = row;

	if (row_knows(row, column->attribute))
		value_address(sink, door->address, door->address_size);
}

#define IN_BOTH		(COLUMN_IN_TEXT | COLUMN_IN_JSON)
#define MEMBER(member, name)						\
	.offset = offsetof(struct door_row, member), .attribute = SOCKPORT_A_CLOSED_DOOR_##name

static const struct column list[] = {
	{ .name = "proto", .help = "protocol", .fill = fill_word, .word = word_protocol,
	  MEMBER(protocol, PROTOCOL), .flags = IN_BOTH },
	{ .name = "port", .help = "the port where nobody listens",
	  .kind = COLUMN_NUMBER, .fill = fill_u32,
	  MEMBER(port, PORT), .flags = IN_BOTH | COLUMN_RIGHT },
	{ .name = "service", .help = "its name in the services database",
	  .kind = COLUMN_TEXT, .fill = fill_service,
	  .flags = IN_BOTH | COLUMN_IS_NAME },
	{ .name = "attempts", .help = "how often somebody knocked",
	  .unit = "attempts", .fill = fill_u64,
	  MEMBER(attempts, ATTEMPTS), .flags = IN_BOTH | COLUMN_RIGHT },
	{ .name = "first", .help = "the first time",
	  .fill = fill_moment, MEMBER(first, FIRST), .flags = IN_BOTH },
	{ .name = "last", .help = "the last time", .fill = fill_moment, MEMBER(last, LAST),
	  .flags = IN_BOTH },
	{ .name = "source", .help = "who knocked last", .kind = COLUMN_TEXT, .fill = fill_source,
	  MEMBER(source, SOURCE), .flags = IN_BOTH },
	{ .name = "source_ports", .help = "ports where that one knocked last: many for who scans",
	  .unit = "ports",
	  .fill = fill_u32, MEMBER(source_ports, SOURCE), .flags = COLUMN_IN_JSON | COLUMN_RIGHT },
	{ .name = "local", .help = "the address of this host that was called last",
	  .kind = COLUMN_TEXT, .fill = fill_called, MEMBER(address, ADDRESS), .flags = IN_BOTH },
	{ .name = "netns", .help = "name of the network namespace, or net:[INODE]",
	  .fill = fill_netns, MEMBER(netns, NETNS) },
	{ .name = "netns_inode", .help = "inode of the network namespace",
	  .kind = COLUMN_NUMBER, .fill = fill_u32,
	  MEMBER(netns, NETNS), .flags = COLUMN_IN_JSON | COLUMN_RIGHT },
};

const struct columns door_columns = { .list = list, .count = sizeof(list) / sizeof(*list) };
