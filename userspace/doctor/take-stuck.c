// SPDX-License-Identifier: GPL-2.0
/*
 * Connections on which bytes wait and nothing moves. Queues and timers make candidates; since
 * when nothing has moved tells tcp_info, which takes the lock of each socket: it is asked for
 * the addresses that have most candidates only.
 */
#include <linux/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "doctor/take.h"
#include "doctor/words.h"

/* Sent so often in vain, no accident. */
#define UNANSWERED	3
/* Fewer bytes may well wait for the rest of a message. */
#define UNREAD		16384

static uint32_t hash_stuck(const void *thing)
{
	const struct stuck *stuck = thing;

	return hash_bytes(stuck->netns ^ stuck->port << 8 ^ stuck->kind, stuck->remote,
			  sizeof(stuck->remote));
}

static bool same_stuck(const void *left, const void *right)
{
	const struct stuck *a = left, *b = right;

	return a->netns == b->netns && a->kind == b->kind && a->role == b->role &&
	       a->port == b->port && a->size == b->size &&
	       !memcmp(a->remote, b->remote, sizeof(a->remote));
}

static const struct hash_kind kind = {
	.size = sizeof(struct stuck), .hash = hash_stuck, .same = same_stuck,
};

static bool is_connected(const struct socket_row *row)
{
	return row->protocol == SOCKPORT_PROTOCOL_TCP &&
	       row_knows(row, SOCKPORT_A_SOCKET_REMOTE_ADDRESS) &&
	       row->state != SOCKPORT_STATE_SYN_SENT && row->state != SOCKPORT_STATE_SYN_RECV;
}

/* How it looks stuck, STUCK_KINDS for not at all. */
static enum stuck_kind kind_of(const struct socket_row *row)
{
	const bool timed = row_knows(row, SOCKPORT_A_SOCKET_TIMER);

	if (!is_connected(row))
		return STUCK_KINDS;
	if (timed && row->timer == SOCKPORT_TIMER_RETRANSMIT && row->retransmits >= UNANSWERED)
		return STUCK_UNANSWERED;
	if (timed && row->timer == SOCKPORT_TIMER_PROBE && row->tx_queue)
		return STUCK_ZERO_WINDOW;
	if (row->state == SOCKPORT_STATE_ESTABLISHED && row->rx_queue >= UNREAD)
		return STUCK_UNREAD;
	return STUCK_KINDS;
}

static struct stuck key_of(const struct look *look, const struct socket_row *row,
			   enum stuck_kind how)
{
	struct stuck key = {
		.netns = take_netns_of(look, row), .kind = how, .role = row->role,
		.size = row->remote_size,
		.port = row->role == SOCKPORT_ROLE_OUT ? row->remote_port : row->local_port,
	};
	const uint8_t *remote = address_unmap(row->remote, &key.size);

	memcpy(key.remote, remote, key.size);
	return key;
}

/**
 * take_stuck_candidate - remember a socket that looks stuck
 * @look: the look
 * @row: any socket
 *
 * Return: false without memory.
 */
bool take_stuck_candidate(struct look *look, const struct socket_row *row)
{
	const enum stuck_kind how = kind_of(row);
	struct stuck key, *stuck;

	if (how == STUCK_KINDS)
		return true;
	key = key_of(look, row, how);
	stuck = hash_add(&look->stuck, &kind, &key);
	if (stuck)
		stuck->count++;
	return stuck;
}

static uint32_t info(const struct socket_row *row, size_t offset)
{
	uint32_t value = 0;

	if (row_knows(row, SOCKPORT_A_SOCKET_TCP_INFO) &&
	    row->tcp_info_size >= offset + sizeof(value))
		memcpy(&value, row->tcp_info + offset, sizeof(value));
	return value;
}

/* Milliseconds since something moved. */
static uint32_t idle(const struct socket_row *row, enum stuck_kind how)
{
	static const size_t since[STUCK_KINDS] = {
		[STUCK_UNANSWERED] = offsetof(struct tcp_info, tcpi_last_ack_recv),
		[STUCK_ZERO_WINDOW] = offsetof(struct tcp_info, tcpi_last_data_sent),
		[STUCK_UNREAD] = offsetof(struct tcp_info, tcpi_last_data_recv),
	};

	return info(row, since[how]);
}

static int take_sure(const struct socket_row *row, void *data)
{
	struct look *look = data;
	const enum stuck_kind how = kind_of(row);
	struct stuck key, *stuck;
	char text[WORDS_MAX];
	uint32_t ms;

	if (how == STUCK_KINDS)
		return 0;
	key = key_of(look, row, how);
	stuck = hash_find(&look->stuck, &kind, &key);
	ms = idle(row, how);
	if (!stuck || ms < look_threshold(look, THRESHOLD_STUCK) * 1000ull)
		return 0;
	stuck->count++;
	stuck->bytes += how == STUCK_UNREAD ? row->rx_queue : row->tx_queue;
	if (ms > stuck->oldest)
		stuck->oldest = ms;
	if (!stuck->who && row->processes.count)
		stuck->who = strdup(words_processes(text, look->how.names, &row->processes));
	return 0;
}

static int compare(const void *left, const void *right)
{
	const struct stuck *const *a = left, *const *b = right;

	return ((*a)->count < (*b)->count) - ((*a)->count > (*b)->count);
}

static void add_remote(struct filter *filter, const struct stuck *stuck)
{
	struct prefix prefix = {
		.family = stuck->size == 4 ? AF_INET : AF_INET6, .length = 8 * stuck->size,
	};

	memcpy(prefix.address, stuck->remote, stuck->size);
	filter->remotes.list[filter->remotes.count++] = prefix;
}

/* Those with most candidates; what comes last is left out. */
static bool choose(struct look *look, struct filter *filter)
{
	struct stuck **order = calloc(look->stuck.count, sizeof(*order));
	struct stuck *stuck = look->stuck.list;
	size_t i;

	if (!order)
		return false;
	for (i = 0; i < look->stuck.count; i++)
		order[i] = &stuck[i];
	qsort(order, look->stuck.count, sizeof(*order), compare);
	for (i = 0; i < look->stuck.count && i < STUCK_REMOTES; i++)
		add_remote(filter, order[i]);
	free(order);
	for (i = 0; i < look->stuck.count; i++)
		stuck[i].count = 0;
	return true;
}

/**
 * take_stuck - look closely at what looks stuck
 * @look: the look, all sockets have been seen
 *
 * Return: 0 or -1.
 */
int take_stuck(struct look *look)
{
	struct filter filter = { .protocols = { 1, { SOCKPORT_PROTOCOL_TCP } } };

	if (!look->stuck.count)
		return 0;
	if (!choose(look, &filter))
		return look_no_memory(look);
	return client_sockets(look->how.client, &filter,
			      SOCKPORT_WANT_QUEUES | SOCKPORT_WANT_TIMER |
			      SOCKPORT_WANT_TCP_INFO | SOCKPORT_WANT_PROCESSES,
			      take_sure, look, look->failure);
}

/**
 * take_stuck_free - forget what is stuck
 * @look: the look
 */
void take_stuck_free(struct look *look)
{
	struct stuck *stuck = look->stuck.list;
	size_t i;

	for (i = 0; i < look->stuck.count; i++)
		free(stuck[i].who);
	hash_free(&look->stuck);
}
