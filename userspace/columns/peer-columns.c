// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <sys/socket.h>

#include "columns/tables.h"
#include "count/peers.h"
#include "format/words.h"

static void fill_remote(struct sink *sink, const struct column *column, const void *row)
{
	const struct peer *peer = row;
	uint32_t cid;

	(void)column;
	if (peer->family == AF_VSOCK) {
		memcpy(&cid, peer->address, sizeof(cid));
		value_word_or_number(sink, NULL, cid);
	} else {
		value_scoped(sink, peer->address, peer->family == AF_INET ? 4 : 16, peer->netns,
			     peer->ifindex);
	}
}

static void fill_states(struct sink *sink, const struct column *column, const void *row)
{
	(void)column;
	value_states(sink, ((const struct peer *)row)->states);
}

#define BOTH	(COLUMN_IN_TEXT | COLUMN_IN_JSON)
#define NUMBER(member, bits)						\
	.fill = fill_##bits, .offset = offsetof(struct peer, member),	\
	.flags = BOTH | COLUMN_RIGHT
#define WORD(member, words)						\
	.fill = fill_word, .word = words, .offset = offsetof(struct peer, member), .flags = BOTH

static const struct column list[] = {
	{ .name = "netns", .help = "name of the network namespace", .fill = fill_netns,
	  .offset = offsetof(struct peer, netns) },
	{ .name = "proto", .help = "protocol", WORD(protocol, word_protocol) },
	{ .name = "role", .help = "in: it calls us; out: we call it", WORD(role, word_role) },
	{ .name = "remote", .help = "its address",
	  .kind = COLUMN_TEXT, .fill = fill_remote, .flags = BOTH },
	{ .name = "connections", .help = "number of connections",
	  .unit = "connections", NUMBER(connections, u32) },
	{ .name = "rx_queue", .help = "bytes that wait to be read; of UDP and MPTCP the memory they take",
	  .unit = "bytes", NUMBER(rx_queue, u64) },
	{ .name = "tx_queue", .help = "bytes not yet acknowledged; of UDP not yet sent",
	  .unit = "bytes", NUMBER(tx_queue, u64) },
	{ .name = "drops", .help = "packets dropped", .unit = "packets", NUMBER(drops, u64) },
	{ .name = "states", .help = "connections in each state",
	  .kind = COLUMN_STATES, .fill = fill_states,
	  .flags = BOTH },
};

const struct columns peer_columns = { .list = list, .count = sizeof(list) / sizeof(*list) };
