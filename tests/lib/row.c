// SPDX-License-Identifier: GPL-2.0
/*
 * row.c - one socket, whoever shows it
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "die.h"
#include "row.h"

const struct row_field_name row_field_names[] = {
	{ ROW_STATE,		"state" },
	{ ROW_ROLE,		"role" },
	{ ROW_IFINDEX,		"ifindex" },
	{ ROW_V6ONLY,		"v6only" },
	{ ROW_RX_QUEUE,		"rx_queue" },
	{ ROW_TX_QUEUE,		"tx_queue" },
	{ ROW_BACKLOG,		"backlog" },
	{ ROW_LIMIT,		"limit" },
	{ ROW_DROPS,		"drops" },
	{ ROW_UID,		"uid" },
	{ ROW_INODE,		"inode" },
	{ ROW_COOKIE,		"cookie" },
	{ ROW_TIMER,		"timer" },
	{ ROW_RETRANSMITS,	"retransmits" },
	{ ROW_MARK,		"mark" },
	{ ROW_MEMORY,		"memory" },
	{ ROW_CONGESTION,	"congestion" },
	{ ROW_TCP_INFO,		"tcp_info" },
	{ 0,			NULL },
};

const char *const state_names[SOCKPORT_STATE_MAX + 1] = {
	[SOCKPORT_STATE_ESTABLISHED]	= "ESTABLISHED",
	[SOCKPORT_STATE_SYN_SENT]	= "SYN_SENT",
	[SOCKPORT_STATE_SYN_RECV]	= "SYN_RECV",
	[SOCKPORT_STATE_FIN_WAIT1]	= "FIN_WAIT1",
	[SOCKPORT_STATE_FIN_WAIT2]	= "FIN_WAIT2",
	[SOCKPORT_STATE_TIME_WAIT]	= "TIME_WAIT",
	[SOCKPORT_STATE_CLOSE]		= "CLOSE",
	[SOCKPORT_STATE_CLOSE_WAIT]	= "CLOSE_WAIT",
	[SOCKPORT_STATE_LAST_ACK]	= "LAST_ACK",
	[SOCKPORT_STATE_LISTEN]		= "LISTEN",
	[SOCKPORT_STATE_CLOSING]	= "CLOSING",
};

static const char *const protocols[] = {
	"?", "tcp", "udp", "udplite", "raw", "ping", "unix", "packet", "netlink", "sctp", "mptcp",
	"vsock", "xdp", "other",
};

unsigned int row_kinds = ROW_KIND(TCP) | ROW_KIND(UDP) | ROW_KIND(UDPLITE);

struct row_detail row_no_detail;

struct row_detail *row_own_detail(struct row *row)
{
	if (row->detail == &row_no_detail)
		row->detail = calloc(1, sizeof(*row->detail));
	if (!row->detail)
		die("out of memory for a row");
	return row->detail;
}

const char *protocol_name(unsigned int protocol)
{
	return protocols[protocol <= SOCKPORT_PROTOCOL_MAX ? protocol : 0];
}

int name_number(const char *const names[], size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (names[i] && !strcmp(names[i], name))
			return i;
	return -1;
}

void row_set(struct row *row, enum row_field field)
{
	row->told |= field;
	row->known |= field;
}

bool row_is(const struct row *row, uint32_t local_port, uint32_t remote_port, uint8_t state)
{
	return row->local_port == local_port && row->remote_port == remote_port &&
	       row->state == state;
}

uint32_t row_port(const struct row *row)
{
	return row->role == SOCKPORT_ROLE_OUT ? row->remote_port : row->local_port;
}

const char *row_tuple(const struct row *row, char *text)
{
	char local[INET6_ADDRSTRLEN] = "?", remote[INET6_ADDRSTRLEN] = "?";

	inet_ntop(row->family, row->local, local, sizeof(local));
	inet_ntop(row->family, row->remote, remote, sizeof(remote));
	snprintf(text, ROW_TEXT, "%s %s:%u %s:%u", protocol_name(row->protocol), local,
		 row->local_port, remote, row->remote_port);
	return text;
}

static void memory_text(const struct row *row, char *text)
{
	int i, length = 0;

	for (i = 0; i < ROW_MEMORY_MAX; i++)
		length += sprintf(text + length, "%s%u", i ? "," : "", row->memory[i]);
}

/* Times since something happened move on while nothing does. */
static void info_text(const struct row *row, char *text)
{
	const unsigned char *byte = (const unsigned char *)&row->info;
	struct tcp_info info = row->info;
	size_t i;

	info.tcpi_last_data_sent = 0;
	info.tcpi_last_ack_sent = 0;
	info.tcpi_last_data_recv = 0;
	info.tcpi_last_ack_recv = 0;
	info.tcpi_busy_time = 0;
	info.tcpi_rwnd_limited = 0;
	info.tcpi_sndbuf_limited = 0;
	byte = (const unsigned char *)&info;
	for (i = 0; i < row->info_length && i < sizeof(info); i++)
		text += sprintf(text, "%02x", byte[i]);
	sprintf(text, " of %u", row->info_length);
}

const char *row_value(const struct row *row, enum row_field field, char *text)
{
	strcpy(text, "-");
	if (!(row->known & field))
		return text;

	switch (field) {
	case ROW_STATE:
		return strcpy(text, state_names[row->state] ?: "?");
	case ROW_ROLE:
		return strcpy(text, row->role == SOCKPORT_ROLE_IN ? "in" : "out");
	case ROW_INODE:
		sprintf(text, "%llu", (unsigned long long)row->inode);
		return text;
	case ROW_COOKIE:
		sprintf(text, "%llu", (unsigned long long)row->cookie);
		return text;
	case ROW_MEMORY:
		memory_text(row, text);
		return text;
	case ROW_CONGESTION:
		return strcpy(text, row->congestion);
	case ROW_TCP_INFO:
		info_text(row, text);
		return text;
	default:
		break;
	}
	sprintf(text, "%u",
		field == ROW_IFINDEX ? row->ifindex :
		field == ROW_V6ONLY ? row->v6only :
		field == ROW_RX_QUEUE ? row->rx_queue :
		field == ROW_TX_QUEUE ? row->tx_queue :
		field == ROW_BACKLOG ? row->backlog :
		field == ROW_LIMIT ? row->limit :
		field == ROW_DROPS ? row->drops :
		field == ROW_UID ? row->uid :
		field == ROW_TIMER ? row->timer :
		field == ROW_RETRANSMITS ? row->retransmits :
		field == ROW_MARK ? row->mark : row->expires);
	return text;
}
