// SPDX-License-Identifier: GPL-2.0
#include "count/destinations.h"

#include "format/number.h"
#include "format/words.h"
#include "host/limit.h"

static char *fill_protocol(char *to, const struct column *column, const void *row,
			   struct names *names)
{
	const struct destination *destination = row;

	(void)column;
	(void)names;
	return put_word(to, word_protocol(destination->protocol), destination->protocol);
}

static char *put_address(char *to, const struct destination *destination,
			 const uint8_t *address, struct names *names)
{
	return names_put_address(names, to, destination->family, address, destination->netns,
				 destination->ifindex);
}

static char *fill_local(char *to, const struct column *column, const void *row,
			struct names *names)
{
	(void)column;
	return put_address(to, row, ((const struct destination *)row)->local, names);
}

static char *fill_remote(char *to, const struct column *column, const void *row,
			 struct names *names)
{
	(void)column;
	return put_address(to, row, ((const struct destination *)row)->remote, names);
}

static char *fill_percent(char *to, const struct column *column, const void *row,
			  struct names *names)
{
	const struct destination *destination = row;

	(void)column;
	(void)names;
	return number_put(to, limit_percent(destination->ports, destination->available));
}

static char *fill_level(char *to, const struct column *column, const void *row,
			struct names *names)
{
	const struct destination *destination = row;

	(void)column;
	(void)names;
	return text_put(to, limit_level(destination->ports, destination->available));
}

#define BOTH	(COLUMN_IN_TEXT | COLUMN_IN_JSON)
#define NUMBER(member)								\
	.type = COLUMN_NUMBER, .fill = fill_u32, .flags = BOTH | COLUMN_RIGHT,	\
	.offset = offsetof(struct destination, member)

static const struct column list[] = {
	{ .name = "proto", .help = "protocol", .fill = fill_protocol, .flags = BOTH },
	{ .name = "remote", .help = "address of the destination", .fill = fill_remote,
	  .flags = BOTH },
	{ .name = "port", .help = "its port", NUMBER(port) },
	{ .name = "local", .help = "address that the connections come from", .fill = fill_local,
	  .flags = BOTH },
	{ .name = "used", .help = "local ports of the range in use", NUMBER(ports) },
	{ .name = "max", .help = "local ports that the range has", NUMBER(available) },
	{ .name = "percent", .help = "used of max", .fill = fill_percent,
	  .type = COLUMN_NUMBER, .flags = BOTH | COLUMN_RIGHT },
	{ .name = "level", .help = "ok, warn from 80 percent on, or full", .fill = fill_level,
	  .flags = BOTH },
};

const struct columns destination_columns = { .list = list, .count = sizeof(list) / sizeof(*list) };
