// SPDX-License-Identifier: GPL-2.0
/* Events; and connections that ended, which are told as the events of their ends were. */
#include "columns/processes.h"
#include "columns/tables.h"
#include "format/address.h"
#include "format/words.h"
#include "host/cgroup.h"
#include "kernel/rows.h"

static void fill_time(struct sink *sink, const struct column *column, const void *row)
{
	if (row_knows(row, column->attribute))
		value_moment_ns(sink, ((const struct event_row *)row)->time);
}

static void fill_service(struct sink *sink, const struct column *column, const void *row)
{
	const struct event_row *event = row;

	if (row_knows(row, column->attribute))
		value_service(sink, event->port, event->protocol);
}

/* One end of a connection; an IPv4 address inside of an IPv6 one is that of an IPv4 peer. */
struct end {
	const uint8_t *address;
	uint8_t size;
	bool has_port;
	uint32_t port;
};

static struct end end_of(const uint8_t *address, uint8_t size, bool has_port, uint32_t port)
{
	struct end end = { address, size, has_port, port };

	if (size)
		end.address = address_unmap(address, &end.size);
	return end;
}

static struct end local_of(const void *row)
{
	const struct event_row *event = row;

	return end_of(event->local, event->local_size,
		      row_knows(row, SOCKPORT_A_EVENT_LOCAL_PORT), event->local_port);
}

static struct end remote_of(const void *row)
{
	const struct event_row *event = row;

	return end_of(event->remote, event->remote_size,
		      row_knows(row, SOCKPORT_A_EVENT_REMOTE_PORT), event->remote_port);
}

static void fill_local(struct sink *sink, const struct column *column, const void *row)
{
	const struct end end = local_of(row);

	(void)column;
	value_address(sink, end.address, end.size);
}

static void fill_remote(struct sink *sink, const struct column *column, const void *row)
{
	const struct end end = remote_of(row);

	(void)column;
	value_address(sink, end.address, end.size);
}

/* Address and port, if either is known. */
static void put_end(struct sink *sink, const struct end *end)
{
	if (!end->size && !end->has_port)
		return;
	value_begin(sink);
	if (end->size > 4)
		sink_char(sink, '[');
	if (end->size)
		sink_address(sink, end->address, end->size);
	else
		sink_char(sink, '*');
	if (end->size > 4)
		sink_char(sink, ']');
	sink_char(sink, ':');
	if (end->has_port)
		sink_number(sink, end->port);
	else
		sink_char(sink, '*');
	value_end(sink);
}

static void fill_local_end(struct sink *sink, const struct column *column, const void *row)
{
	const struct end end = local_of(row);

	(void)column;
	put_end(sink, &end);
}

static void fill_remote_end(struct sink *sink, const struct column *column, const void *row)
{
	const struct end end = remote_of(row);

	(void)column;
	put_end(sink, &end);
}

static void fill_comm(struct sink *sink, const struct column *column, const void *row)
{
	(void)column;
	value_comm(sink, ((const struct event_row *)row)->comm);
}

static void fill_process(struct sink *sink, const struct column *column, const void *row)
{
	const struct event_row *event = row;

	if (row_knows(row, column->attribute))
		value_process(sink, event->comm, event->pid);
	else
		fill_comm(sink, column, row);
}

static void fill_cgroup(struct sink *sink, const struct column *column, const void *row)
{
	(void)column;
	if (((const struct event_row *)row)->cgroup)
		value_text(sink, ((const struct event_row *)row)->cgroup);
}

static void fill_unit(struct sink *sink, const struct column *column, const void *row)
{
	const struct event_row *event = row;
	char unit[UNIT_MAX + 1];

	(void)column;
	if (event->cgroup && cgroup_unit(event->cgroup, unit))
		value_text(sink, unit);
}

static void fill_interface(struct sink *sink, const struct column *column, const void *row)
{
	const struct event_row *event = row;

	if (!row_knows(row, column->attribute))
		return;
	value_begin(sink);
	sink_interface(sink, event->netns, event->ifindex);
	value_end(sink);
}

#define IN_BOTH		(COLUMN_IN_TEXT | COLUMN_IN_JSON)
#define MEMBER(member, name)						\
	.offset = offsetof(struct event_row, member), .attribute = SOCKPORT_A_EVENT_##name

static const struct column what_list[] = {
	{ .name = "time", .help = "when it happened",
	  .unit = "microseconds since 1970",
	  .fill = fill_time, MEMBER(time, TIME), .flags = IN_BOTH,
	  .width = 29 },
	{ .name = "type", .help = "listen, unlisten, accept, open, fail, close, closed-door, reset or lost",
	  .fill = fill_word, .word = word_event_type, MEMBER(type, TYPE), .flags = IN_BOTH, .width = 11 },
	{ .name = "proto", .help = "protocol", .fill = fill_word, .word = word_protocol,
	  MEMBER(protocol, PROTOCOL), .flags = IN_BOTH, .width = 5 },
	{ .name = "role", .help = "of the port: in or out", .fill = fill_word, .word = word_role,
	  MEMBER(role, ROLE), .flags = IN_BOTH, .width = 4 },
	{ .name = "port", .help = "the port that it belongs to",
	  .kind = COLUMN_NUMBER, .fill = fill_u32,
	  MEMBER(port, PORT), .flags = IN_BOTH | COLUMN_RIGHT,
	  .width = 5 },
	{ .name = "service", .help = "name of that port in the services database",
	  .kind = COLUMN_TEXT,
	  .fill = fill_service, MEMBER(port, PORT), .flags = COLUMN_IS_NAME, .width = 10 },
	{ .name = "local_end", .help = "local address and port",
	  .kind = COLUMN_TEXT, .fill = fill_local_end,
	  MEMBER(local_port, LOCAL_PORT), .flags = COLUMN_IN_TEXT, .width = 21 },
	{ .name = "remote_end", .help = "remote address and port",
	  .kind = COLUMN_TEXT, .fill = fill_remote_end,
	  MEMBER(remote_port, REMOTE_PORT), .flags = COLUMN_IN_TEXT, .width = 21 },
	{ .name = "local", .help = "local address", .kind = COLUMN_TEXT, .fill = fill_local,
	  .flags = COLUMN_IN_JSON, .width = 15 },
	{ .name = "lport", .help = "local port",
	  .kind = COLUMN_NUMBER, .fill = fill_u32, MEMBER(local_port, LOCAL_PORT), .flags = COLUMN_IN_JSON | COLUMN_RIGHT, .width = 5 },
	{ .name = "remote", .help = "remote address", .kind = COLUMN_TEXT, .fill = fill_remote,
	  .flags = COLUMN_IN_JSON, .width = 15 },
	{ .name = "rport", .help = "remote port",
	  .kind = COLUMN_NUMBER, .fill = fill_u32, MEMBER(remote_port, REMOTE_PORT), .flags = COLUMN_IN_JSON | COLUMN_RIGHT,
	  .width = 5 },
	{ .name = "cause", .help = "why it ended, or failed", .fill = fill_word, .word = word_cause,
	  MEMBER(cause, CAUSE), .flags = IN_BOTH, .width = 14 },
	{ .name = "duration", .help = "how long it lived, or was tried",
	  .fill = fill_us, MEMBER(duration, DURATION),
	  .flags = IN_BOTH | COLUMN_RIGHT, .width = 8 },
	{ .name = "bytes_in", .help = "payload received", .fill = fill_bytes, MEMBER(bytes_in, BYTES_IN), .flags = IN_BOTH | COLUMN_RIGHT,
	  .width = 8 },
	{ .name = "bytes_out", .help = "payload sent", .fill = fill_bytes, MEMBER(bytes_out, BYTES_OUT), .flags = IN_BOTH | COLUMN_RIGHT,
	  .width = 9 },
	{ .name = "rtt", .help = "round trip time", .fill = fill_us32, MEMBER(rtt, RTT), .flags = IN_BOTH | COLUMN_RIGHT, .width = 5 },
	{ .name = "retransmits", .help = "segments sent again",
	  .unit = "segments", .fill = fill_u32,
	  MEMBER(retransmits, RETRANSMITS),
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT, .width = 11 },
};

static const struct column lost_list[] = {
	{ .name = "lost", .help = "events that were dropped before this line", .unit = "events",
	  .fill = fill_u64, MEMBER(lost, LOST),
	  .flags = IN_BOTH | COLUMN_RIGHT, .width = 4 },
};

static const struct column whose_list[] = {
	{ .name = "process", .help = "who opened it",
	  .kind = COLUMN_TEXT, .fill = fill_process, MEMBER(pid, PID),
	  .flags = COLUMN_IN_TEXT, .width = 16 },
	{ .name = "pid", .help = "number of that process", .kind = COLUMN_NUMBER, .fill = fill_u32,
	  MEMBER(pid, PID), .flags = COLUMN_IN_JSON | COLUMN_RIGHT,
	  .width = 7 },
	{ .name = "comm", .help = "its name", .kind = COLUMN_TEXT, .fill = fill_comm,
	  .flags = COLUMN_IN_JSON, .width = 15 },
	{ .name = "uid", .help = "owner of the socket", .kind = COLUMN_NUMBER, .fill = fill_u32,
	  MEMBER(uid, UID), .flags = COLUMN_IN_JSON | COLUMN_RIGHT,
	  .width = 5 },
	{ .name = "user", .help = "name of the owner", .fill = fill_user, MEMBER(uid, UID),
	  .flags = COLUMN_IN_JSON, .width = 8 },
	{ .name = "netns", .help = "name of the network namespace, or net:[INODE]",
	  .fill = fill_netns, MEMBER(netns, NETNS), .width = 16 },
	{ .name = "netns_inode", .help = "inode of the network namespace",
	  .kind = COLUMN_NUMBER, .fill = fill_u32,
	  MEMBER(netns, NETNS), .flags = COLUMN_IN_JSON | COLUMN_RIGHT, .width = 11 },
};

static const struct column ended_list[] = {
	{ .name = "unit", .help = "unit of systemd, or container, of the cgroup",
	  .kind = COLUMN_TEXT, .fill = fill_unit, MEMBER(cgroup, CGROUP), .flags = IN_BOTH },
	{ .name = "cgroup", .help = "path of the cgroup that the socket was made in",
	  .kind = COLUMN_TEXT, .fill = fill_cgroup, MEMBER(cgroup, CGROUP) },
	{ .name = "segments_in", .help = "segments received", .unit = "segments",
	  .fill = fill_u32, MEMBER(segments_in, SEGMENTS_IN),
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT },
	{ .name = "segments_out", .help = "segments sent", .unit = "segments",
	  .fill = fill_u32, MEMBER(segments_out, SEGMENTS_OUT),
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT },
	{ .name = "interface", .help = "interface that the socket was bound to",
	  .kind = COLUMN_TEXT, .fill = fill_interface, MEMBER(ifindex, IFINDEX),
	  .flags = COLUMN_IN_JSON },
	{ .name = "netns", .help = "name of the network namespace, or net:[INODE]",
	  .fill = fill_netns, MEMBER(netns, NETNS) },
	{ .name = "netns_inode", .help = "inode of the network namespace",
	  .kind = COLUMN_NUMBER, .fill = fill_u32,
	  MEMBER(netns, NETNS), .flags = COLUMN_IN_JSON | COLUMN_RIGHT },
};

#define TABLE(array)	.list = (array), .count = sizeof(array) / sizeof(*(array))

static const struct columns whose_columns = { TABLE(whose_list) };
static const struct columns lost_columns = { TABLE(lost_list), .more = &whose_columns };
const struct columns event_columns = { TABLE(what_list), .more = &lost_columns };

static const struct columns last_columns = { TABLE(ended_list) };
static const struct columns owner_columns = { TABLE(whose_list), .more = &last_columns };
const struct columns ended_columns = { TABLE(what_list), .more = &owner_columns };
