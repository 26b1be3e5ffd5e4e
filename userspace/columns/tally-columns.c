// SPDX-License-Identifier: GPL-2.0
#include "columns/tables.h"
#include "count/tally.h"
#include "format/words.h"

static void fill_states(struct sink *sink, const struct column *column, const void *row)
{
	(void)column;
	value_states(sink, ((const struct tally *)row)->states);
}

#define BOTH	(COLUMN_IN_TEXT | COLUMN_IN_JSON)
#define MEMBER(member)	.offset = offsetof(struct tally, member)

static const struct column list[] = {
	{ .name = "netns", .help = "name of the network namespace", .fill = fill_netns,
	  MEMBER(netns) },
	{ .name = "proto", .help = "kind", .fill = fill_word, .word = word_protocol,
	  MEMBER(protocol), .flags = BOTH },
	{ .name = "sockets", .help = "number of sockets",
	  .unit = "sockets", .fill = fill_u32, MEMBER(sockets),
	  .flags = BOTH | COLUMN_RIGHT },
	{ .name = "states", .help = "sockets in each state",
	  .kind = COLUMN_STATES, .fill = fill_states, .flags = BOTH },
};

const struct columns tally_columns = { .list = list, .count = sizeof(list) / sizeof(*list) };
