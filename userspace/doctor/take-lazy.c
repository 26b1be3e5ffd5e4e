// SPDX-License-Identifier: GPL-2.0
/* Connections in CLOSE_WAIT, by program: the peer has closed them, the program has not. */
#include <linux/tcp.h>
#include <string.h>

#include "doctor/take.h"

#define WANT	(SOCKPORT_WANT_QUEUES | SOCKPORT_WANT_TCP_INFO | SOCKPORT_WANT_PROCESSES)

static uint32_t hash_lazy(const void *thing)
{
	const struct lazy *lazy = thing;

	return hash_bytes(lazy->netns, lazy->comm, sizeof(lazy->comm));
}

static bool same_lazy(const void *left, const void *right)
{
	const struct lazy *a = left, *b = right;

	return a->netns == b->netns && !strcmp(a->comm, b->comm);
}

static const struct hash_kind kind = {
	.size = sizeof(struct lazy), .hash = hash_lazy, .same = same_lazy,
};

/*
 * History knows it. Else: behind the end of what it sends a peer acknowledges only, so since
 * it was heard last, the connection is in its state at least.
 */
static uint64_t age_of(const struct socket_row *row)
{
	const size_t end = offsetof(struct tcp_info, tcpi_last_ack_recv) + sizeof(uint32_t);
	const bool has_age = row_knows(row, SOCKPORT_A_SOCKET_STATE_AGE);
	struct tcp_info info;

	if (!row_knows(row, SOCKPORT_A_SOCKET_TCP_INFO) || row->tcp_info_size < end)
		return has_age ? row->state_age : 0;
	memcpy(&info, row->tcp_info, end);
	/* A peer may have no more to say, and still listen to a long answer. */
	if (has_age && info.tcpi_last_data_sent > row->state_age)
		return row->state_age;
	return has_age ? info.tcpi_last_data_sent : info.tcpi_last_ack_recv;
}

static void name(struct lazy *lazy, const struct process_rows *processes)
{
	if (!processes->count)
		return;
	lazy->pid = processes->list[0].pid;
	if (row_knows(&processes->list[0], SOCKPORT_A_PROCESS_COMM))
		strncpy(lazy->comm, processes->list[0].comm, COMM_MAX);
}

static int take(const struct socket_row *row, void *data)
{
	struct look *look = data;
	struct lazy key = { .netns = take_netns_of(look, row) }, *lazy;
	const uint64_t age = age_of(row);

	name(&key, &row->processes);
	lazy = hash_add(&look->lazy, &kind, &key);
	if (!lazy)
		return look_no_memory(look);
	if (age > lazy->oldest)
		lazy->oldest = age;
	if (age < look_threshold(look, THRESHOLD_CLOSE_WAIT) * 1000ull)
		return 0;
	lazy->count++;
	lazy->unread += row->rx_queue;
	lazy->port = row->role == SOCKPORT_ROLE_OUT ? row->remote_port : row->local_port;
	return 0;
}

/**
 * take_lazy - look at the connections in CLOSE_WAIT
 * @look: the look
 *
 * Return: 0 or -1.
 */
int take_lazy(struct look *look)
{
	const struct filter filter = {
		.protocols = { 1, { SOCKPORT_PROTOCOL_TCP } },
		.tcp_states = 1u << SOCKPORT_STATE_CLOSE_WAIT,
		.datagram_states = 1u << SOCKPORT_STATE_CLOSE_WAIT,
	};
	int error;

	error = client_sockets(look->how.client, &filter, WANT | SOCKPORT_WANT_AGE, take, look,
			       look->failure);
	if (!error || look->lazy.count)
		return error;
	/* An older module knows of no such thing. */
	*look->failure = (struct failure){ 0 };
	return client_sockets(look->how.client, &filter, WANT, take, look, look->failure);
}
