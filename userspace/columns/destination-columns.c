// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <sys/socket.h>

#include "columns/tables.h"
#include "count/destinations.h"
#include "format/words.h"
#include "host/limit.h"

static void put_address(struct sink *sink, const struct destination *destination,
			const uint8_t *address)
{
	value_scoped(sink, address, destination->family == AF_INET ? 4 : 16, destination->netns,
		     destination->ifindex);
}

static void fill_local(struct sink *sink, const struct column *column, const void *row)
{
	(void)column;
	put_address(sink, row, ((const struct destination *)row)->local);
}

static void fill_remote(struct sink *sink, const struct column *column, const void *row)
{
	(void)column;
	put_address(sink, row, ((const struct destination *)row)->remote);
}

static void fill_percent(struct sink *sink, const struct column *column, const void *row)
{
	const struct destination *destination = row;

	(void)column;
	value_u64(sink, limit_percent(destination->ports, destination->available));
}

static void fill_level(struct sink *sink, const struct column *column, const void *row)
{
	const struct destination *destination = row;

	(void)column;
	value_word(sink, limit_level(destination->ports, destination->available));
}

static bool is_near(const struct column *column, const void *row)
{
	const struct destination *destination = row;

	(void)column;
	return strcmp(limit_level(destination->ports, destination->available), "ok");
}

#define BOTH	(COLUMN_IN_TEXT | COLUMN_IN_JSON)
#define NUMBER(member)						\
	.fill = fill_u32, .flags = BOTH | COLUMN_RIGHT,		\
	.offset = offsetof(struct destination, member)

static const struct column list[] = {
	{ .name = "proto", .help = "protocol", .fill = fill_word, .word = word_protocol,
	  .offset = offsetof(struct destination, protocol), .flags = BOTH },
	{ .name = "remote", .help = "address of the destination",
	  .kind = COLUMN_TEXT, .fill = fill_remote,
	  .flags = BOTH },
	{ .name = "port", .help = "its port", .kind = COLUMN_NUMBER, NUMBER(port) },
	{ .name = "local", .help = "address that the connections come from",
	  .kind = COLUMN_TEXT, .fill = fill_local,
	  .flags = BOTH },
	{ .name = "used", .help = "local ports of the range in use",
	  .unit = "ports", NUMBER(ports) },
	{ .name = "max", .help = "local ports that the range has",
	  .unit = "ports", NUMBER(available) },
	{ .name = "percent", .help = "used of max", .unit = "percent", .fill = fill_percent,
	  .flags = BOTH | COLUMN_RIGHT },
	{ .name = "level", .help = "ok, warn from 80 percent on, or full",
	  .kind = COLUMN_TEXT, .fill = fill_level,
	  .is_wrong = is_near, .flags = BOTH },
};

const struct columns destination_columns = { .list = list, .count = sizeof(list) / sizeof(*list) };
