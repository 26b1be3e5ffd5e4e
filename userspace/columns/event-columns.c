// SPDX-License-Identifier: GPL-2.0
#include "columns/event-columns.h"

#include <string.h>
#include <sys/socket.h>

#include "columns/processes.h"
#include "format/address.h"
#include "format/clock.h"
#include "format/number.h"
#include "format/quantity.h"
#include "format/words.h"
#include "kernel/rows.h"
#include "table/plain.h"

static char *fill_time(char *to, const struct column *column, const void *row,
		       struct names *names)
{
	if (!row_knows(row, column->attribute) || names_are_numbers(names))
		return fill_u64(to, column, row, names);
	return quantity_put_moment(to, ((const struct event_row *)row)->time / NS_PER_MS, 3);
}

static char *fill_type(char *to, const struct column *column, const void *row,
		       struct names *names)
{
	const uint8_t type = ((const struct event_row *)row)->type;

	(void)column;
	(void)names;
	return put_word(to, word_event_type(type), type);
}

static char *fill_cause(char *to, const struct column *column, const void *row,
			struct names *names)
{
	const uint8_t cause = ((const struct event_row *)row)->cause;

	(void)names;
	return row_knows(row, column->attribute) ? put_word(to, word_cause(cause), cause) : to;
}

static char *fill_service(char *to, const struct column *column, const void *row,
			  struct names *names)
{
	const struct event_row *event = row;

	if (!row_knows(row, column->attribute))
		return to;
	return names_put_service(names, to, event->port, event->protocol);
}

static char *put_address(char *to, const uint8_t *address, uint8_t size)
{
	return size ? address_put(to, size == 4 ? AF_INET : AF_INET6, address) : to;
}

static char *fill_local(char *to, const struct column *column, const void *row,
			struct names *names)
{
	const struct event_row *event = row;

	(void)column;
	(void)names;
	return put_address(to, event->local, event->local_size);
}

static char *fill_remote(char *to, const struct column *column, const void *row,
			 struct names *names)
{
	const struct event_row *event = row;

	(void)column;
	(void)names;
	return put_address(to, event->remote, event->remote_size);
}

/* Address and port, if either is known. */
static char *put_end(char *to, const uint8_t *address, uint8_t size, bool has_port,
		     uint32_t port)
{
	if (!size && !has_port)
		return to;
	if (!size)
		*to++ = '*';
	if (size > 4)
		*to++ = '[';
	to = put_address(to, address, size);
	if (size > 4)
		*to++ = ']';
	*to++ = ':';
	if (has_port)
		return number_put(to, port);
	*to++ = '*';
	return to;
}

static char *fill_local_end(char *to, const struct column *column, const void *row,
			    struct names *names)
{
	const struct event_row *event = row;

	(void)names;
	return put_end(to, event->local, event->local_size, row_knows(row, column->attribute),
		       event->local_port);
}

static char *fill_remote_end(char *to, const struct column *column, const void *row,
			     struct names *names)
{
	const struct event_row *event = row;

	(void)names;
	return put_end(to, event->remote, event->remote_size, row_knows(row, column->attribute),
		       event->remote_port);
}

static char *put_time(char *to, bool known, struct names *names, uint64_t us)
{
	if (!known)
		return to;
	return names_are_numbers(names) ? number_put(to, us) : quantity_put(to, QUANTITY_TIME, us);
}

static char *fill_duration(char *to, const struct column *column, const void *row,
			   struct names *names)
{
	return put_time(to, row_knows(row, column->attribute), names,
			((const struct event_row *)row)->duration);
}

static char *fill_rtt(char *to, const struct column *column, const void *row,
		      struct names *names)
{
	return put_time(to, row_knows(row, column->attribute), names,
			((const struct event_row *)row)->rtt);
}

static char *put_size(char *to, bool known, struct names *names, uint64_t bytes)
{
	if (!known)
		return to;
	return names_are_numbers(names) ? number_put(to, bytes) : quantity_put_size(to, bytes);
}

static char *fill_bytes_in(char *to, const struct column *column, const void *row,
			   struct names *names)
{
	return put_size(to, row_knows(row, column->attribute), names,
			((const struct event_row *)row)->bytes_in);
}

static char *fill_bytes_out(char *to, const struct column *column, const void *row,
			    struct names *names)
{
	return put_size(to, row_knows(row, column->attribute), names,
			((const struct event_row *)row)->bytes_out);
}

static char *fill_comm(char *to, const struct column *column, const void *row,
		       struct names *names)
{
	const char *comm = ((const struct event_row *)row)->comm;

	(void)column;
	(void)names;
	return comm ? plain_put(to, comm, strnlen(comm, COMM_MAX)) : to;
}

static char *json_comm(char *to, const struct column *column, const void *row,
		       struct names *names)
{
	const char *comm = ((const struct event_row *)row)->comm;

	(void)column;
	(void)names;
	return comm ? processes_put_comm_json(to, comm) : to;
}

static char *fill_process(char *to, const struct column *column, const void *row,
			  struct names *names)
{
	to = fill_comm(to, column, row, names);
	if (!row_knows(row, column->attribute))
		return to;
	*to++ = '[';
	to = number_put(to, ((const struct event_row *)row)->pid);
	*to++ = ']';
	return to;
}

#define IN_BOTH		(COLUMN_IN_TEXT | COLUMN_IN_JSON)
#define MEMBER(member, name)						\
	.offset = offsetof(struct event_row, member), .attribute = SOCKPORT_A_EVENT_##name

static const struct column list[] = {
	{ .name = "time", .help = "when it happened; in JSON nanoseconds since 1970",
	  .fill = fill_time, .json = fill_u64, MEMBER(time, TIME), .flags = IN_BOTH,
	  .width = 23 },
	{ .name = "type", .help = "listen, unlisten, accept, open, fail, close, closed-door, reset or lost",
	  .fill = fill_type, MEMBER(type, TYPE), .flags = IN_BOTH, .width = 11 },
	{ .name = "proto", .help = "protocol", .fill = fill_u8_protocol,
	  MEMBER(protocol, PROTOCOL), .flags = IN_BOTH, .width = 5 },
	{ .name = "role", .help = "of the port: in or out", .fill = fill_u8_role,
	  MEMBER(role, ROLE), .flags = IN_BOTH, .width = 4 },
	{ .name = "port", .help = "the port that it belongs to", .fill = fill_u32,
	  .type = COLUMN_NUMBER, MEMBER(port, PORT), .flags = IN_BOTH | COLUMN_RIGHT,
	  .width = 5 },
	{ .name = "service", .help = "name of that port in the services database",
	  .fill = fill_service, MEMBER(port, PORT), .flags = COLUMN_IS_NAME, .width = 10 },
	{ .name = "local_end", .help = "local address and port", .fill = fill_local_end,
	  MEMBER(local_port, LOCAL_PORT), .flags = COLUMN_IN_TEXT, .width = 21 },
	{ .name = "remote_end", .help = "remote address and port", .fill = fill_remote_end,
	  MEMBER(remote_port, REMOTE_PORT), .flags = COLUMN_IN_TEXT, .width = 21 },
	{ .name = "local", .help = "local address", .fill = fill_local,
	  .flags = COLUMN_IN_JSON, .width = 15 },
	{ .name = "lport", .help = "local port", .fill = fill_u32, .type = COLUMN_NUMBER,
	  MEMBER(local_port, LOCAL_PORT), .flags = COLUMN_IN_JSON | COLUMN_RIGHT, .width = 5 },
	{ .name = "remote", .help = "remote address", .fill = fill_remote,
	  .flags = COLUMN_IN_JSON, .width = 15 },
	{ .name = "rport", .help = "remote port", .fill = fill_u32, .type = COLUMN_NUMBER,
	  MEMBER(remote_port, REMOTE_PORT), .flags = COLUMN_IN_JSON | COLUMN_RIGHT,
	  .width = 5 },
	{ .name = "cause", .help = "why it ended, or failed", .fill = fill_cause,
	  MEMBER(cause, CAUSE), .flags = IN_BOTH, .width = 14 },
	{ .name = "duration", .help = "how long it lived, or was tried; in JSON microseconds",
	  .fill = fill_duration, .json = fill_u64, MEMBER(duration, DURATION),
	  .flags = IN_BOTH | COLUMN_RIGHT, .width = 8 },
	{ .name = "bytes_in", .help = "payload received", .fill = fill_bytes_in,
	  .json = fill_u64, MEMBER(bytes_in, BYTES_IN), .flags = IN_BOTH | COLUMN_RIGHT,
	  .width = 8 },
	{ .name = "bytes_out", .help = "payload sent", .fill = fill_bytes_out,
	  .json = fill_u64, MEMBER(bytes_out, BYTES_OUT), .flags = IN_BOTH | COLUMN_RIGHT,
	  .width = 9 },
	{ .name = "rtt", .help = "round trip time; in JSON microseconds", .fill = fill_rtt,
	  .json = fill_u32, MEMBER(rtt, RTT), .flags = IN_BOTH | COLUMN_RIGHT, .width = 5 },
	{ .name = "retransmits", .help = "segments sent again", .fill = fill_u32,
	  .type = COLUMN_NUMBER, MEMBER(retransmits, RETRANSMITS),
	  .flags = COLUMN_IN_JSON | COLUMN_RIGHT, .width = 11 },
	{ .name = "lost", .help = "events that were dropped before this line",
	  .fill = fill_u64, .type = COLUMN_NUMBER, MEMBER(lost, LOST),
	  .flags = IN_BOTH | COLUMN_RIGHT, .width = 4 },
	{ .name = "process", .help = "who opened it", .fill = fill_process, MEMBER(pid, PID),
	  .flags = COLUMN_IN_TEXT },
	{ .name = "pid", .help = "number of that process", .fill = fill_u32,
	  .type = COLUMN_NUMBER, MEMBER(pid, PID), .flags = COLUMN_IN_JSON | COLUMN_RIGHT,
	  .width = 7 },
	{ .name = "comm", .help = "its name", .fill = fill_comm, .json = json_comm,
	  .flags = COLUMN_IN_JSON, .width = 15 },
	{ .name = "uid", .help = "owner of the socket", .fill = fill_u32,
	  .type = COLUMN_NUMBER, MEMBER(uid, UID), .flags = COLUMN_IN_JSON | COLUMN_RIGHT,
	  .width = 5 },
	{ .name = "user", .help = "name of the owner", .fill = fill_user, MEMBER(uid, UID),
	  .flags = COLUMN_IN_JSON, .width = 8 },
};

const struct columns event_columns = { .list = list, .count = sizeof(list) / sizeof(*list) };
