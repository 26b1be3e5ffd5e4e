// SPDX-License-Identifier: GPL-2.0
/* Sockets of a process: columns beside those of any socket. */
#include "columns/processes.h"
#include "columns/tables.h"
#include "count/ends.h"

/* The process that a socket is shown for is the first of its row. */
static const struct process_row *process_of(const void *row)
{
	return ((const struct socket_row *)row)->processes.list;
}

static void fill_pid(struct sink *sink, const struct column *column, const void *row)
{
	(void)column;
	value_u64(sink, process_of(row)->pid);
}

static void fill_comm(struct sink *sink, const struct column *column, const void *row)
{
	(void)column;
	if (row_knows(process_of(row), SOCKPORT_A_PROCESS_COMM))
		value_comm(sink, process_of(row)->comm);
}

/* A socket that no process has open has no descriptor. */
static void fill_fd(struct sink *sink, const struct column *column, const void *row)
{
	(void)column;
	if (row_knows(process_of(row), SOCKPORT_A_PROCESS_FD) &&
	    !row_knows(row, SOCKPORT_A_SOCKET_BY_PORT))
		value_u64(sink, process_of(row)->fd);
}

static void fill_peer(struct sink *sink, const struct column *column, const void *row)
{
	const struct end_holder *peer = ((const struct held *)row)->peer;

	(void)column;
	if (!peer)
		return;
	if (sink->form == SINK_TEXT) {
		value_process(sink, *peer->comm ? peer->comm : NULL, peer->pid);
		return;
	}
	value_object_begin(sink);
	value_object_key(sink, "pid");
	value_u64(sink, peer->pid);
	value_object_key(sink, "comm");
	value_comm(sink, peer->comm);
	value_object_end(sink);
}

static const struct column list[] = {
	{ .name = "pid", .help = "number of the process", .fill = fill_pid, .kind = COLUMN_NUMBER,
	  .flags = COLUMN_RIGHT | COLUMN_IN_TEXT | COLUMN_IN_JSON, .width = 7 },
	{ .name = "comm", .help = "its name", .fill = fill_comm, .kind = COLUMN_TEXT,
	  .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON, .width = 15 },
	{ .name = "fd", .help = "its descriptor of the socket", .fill = fill_fd,
	  .kind = COLUMN_NUMBER, .flags = COLUMN_RIGHT | COLUMN_IN_TEXT | COLUMN_IN_JSON,
	  .width = 5 },
	{ .name = "peer_process", .kind = COLUMN_PROCESS,
	  .help = "the process at the other end, if that is on this host",
	  .fill = fill_peer, .flags = COLUMN_IN_TEXT | COLUMN_IN_JSON, .width = 16 },
};

const struct columns held_columns = { .list = list, .count = sizeof(list) / sizeof(*list) };
