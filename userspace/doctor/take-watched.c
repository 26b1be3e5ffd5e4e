// SPDX-License-Identifier: GPL-2.0
/* Listeners and sockets of UDP, again and again: do their queues stand, and do they drop? */
#include <stdlib.h>
#include <string.h>

#include "doctor/take.h"
#include "doctor/words.h"

#define LISTENERS_WANT	(SOCKPORT_WANT_QUEUES | SOCKPORT_WANT_COOKIE)
#define DATAGRAMS_WANT	(LISTENERS_WANT | SOCKPORT_WANT_MEMORY)

static const struct filter listeners = {
	.tcp_states = 1u << SOCKPORT_STATE_LISTEN, .datagram_states = 1u << SOCKPORT_STATE_LISTEN,
};

static const struct filter datagrams = {
	.protocols = { .count = 2, .list = { SOCKPORT_PROTOCOL_UDP, SOCKPORT_PROTOCOL_UDPLITE } },
};

static uint32_t hash_watched(const void *thing)
{
	return hash_bytes(0, &((const struct watched *)thing)->cookie, sizeof(uint64_t));
}

static bool same_watched(const void *a, const void *b)
{
	return ((const struct watched *)a)->cookie == ((const struct watched *)b)->cookie;
}

static const struct hash_kind kind = {
	.size = sizeof(struct watched), .hash = hash_watched, .same = same_watched,
};

static bool is_datagram(const struct socket_row *row)
{
	return row->protocol == SOCKPORT_PROTOCOL_UDP || row->protocol == SOCKPORT_PROTOCOL_UDPLITE;
}

static uint32_t waiting(const struct socket_row *row)
{
	return is_datagram(row) ? row->memory[SOCKPORT_A_MEMORY_RMEM_ALLOC] : row->backlog;
}

static struct watched begin(const struct look *look, const struct socket_row *row)
{
	struct watched watched = {
		.cookie = row->cookie,
		.netns = take_netns_of(look, row),
		.protocol = row->protocol,
		.port = row_knows(row, SOCKPORT_A_SOCKET_LOCAL_PORT) ? row->local_port : 0,
		.ifindex = row_knows(row, SOCKPORT_A_SOCKET_IFINDEX) ? row->ifindex : 0,
		.state = row->state,
		.least = waiting(row),
		.drops = row->drops,
	};

	if (row_knows(row, SOCKPORT_A_SOCKET_LOCAL_ADDRESS)) {
		watched.size = row->local_size;
		memcpy(watched.local, row->local, row->local_size);
	}
	return watched;
}

static int note(const struct socket_row *row, void *data)
{
	struct look *look = data;
	const struct watched key = begin(look, row);
	struct watched *watched;
	const uint32_t now = waiting(row);

	if (!row_knows(row, SOCKPORT_A_SOCKET_COOKIE))
		return 0;
	watched = hash_add(&look->watched, &kind, &key);
	if (!watched)
		return look_no_memory(look);
	if (watched->looks && now < watched->last)
		watched->fell = true;
	if (now < watched->least)
		watched->least = now;
	if (now > watched->most)
		watched->most = now;
	watched->looks++;
	watched->last = now;
	watched->state = row->state;
	watched->drops_after = row->drops;
	if (row->protocol == SOCKPORT_PROTOCOL_TCP && !row_knows(row, SOCKPORT_A_SOCKET_SYN_QUEUE))
		look->no_syn_queue = true;
	watched->half_open = row_knows(row, SOCKPORT_A_SOCKET_SYN_QUEUE) ? row->syn_queue : 0;
	watched->limit = is_datagram(row) ? row->memory[SOCKPORT_A_MEMORY_RCVBUF] : row->limit;
	return 0;
}

static int look_at(struct look *look, const struct filter *filter, uint32_t want)
{
	return client_sockets(look->how.client, filter, want, note, look, look->failure);
}

/**
 * take_watched - look at listeners and sockets of UDP, once more
 * @look: the look
 *
 * Return: 0 or -1.
 */
int take_watched(struct look *look)
{
	look->looks++;
	return look_at(look, &listeners, LISTENERS_WANT) ||
	       look_at(look, &datagrams, DATAGRAMS_WANT) ? -1 : 0;
}

/* Whatever a check might say of it later. */
static bool is_suspect(const struct look *look, const struct watched *watched)
{
	static const uint8_t any[16];

	if (watched->drops_after > watched->drops || (watched->least && !watched->fell) ||
	    watched->half_open)
		return true;
	return look->how.baseline && watched->size && !memcmp(watched->local, any, watched->size);
}

static char *copy(struct look *look, const char *text)
{
	char *made = strdup(text);

	if (!made)
		look_no_memory(look);
	return made;
}

static int name_suspect(const struct socket_row *row, void *data)
{
	const struct watched key = { .cookie = row->cookie };
	char text[WORDS_MAX];
	struct look *look = data;
	struct watched *watched = hash_find(&look->watched, &kind, &key);

	if (!watched || !watched->is_suspect || watched->end)
		return 0;
	watched->end = copy(look, words_end(text, look->how.names, row, ENDPOINT_LOCAL));
	watched->who = copy(look, words_processes(text, look->how.names, &row->processes));
	return watched->end && watched->who ? 0 : -1;
}

/**
 * take_suspects - find out what is called how, and who has it
 * @look: the look, after all of them have been watched
 *
 * Return: 0 or -1.
 */
int take_suspects(struct look *look)
{
	const uint32_t want = SOCKPORT_WANT_COOKIE | SOCKPORT_WANT_PROCESSES;
	struct watched *watched = look->watched.list;
	size_t i, count = 0;

	for (i = 0; i < look->watched.count; i++)
		count += watched[i].is_suspect = is_suspect(look, &watched[i]);
	if (!count)
		return 0;
	if (client_sockets(look->how.client, &listeners, want, name_suspect, look, look->failure))
		return -1;
	return client_sockets(look->how.client, &datagrams, want, name_suspect, look,
			      look->failure);
}

/**
 * take_watched_free - forget them
 * @look: the look
 */
void take_watched_free(struct look *look)
{
	struct watched *watched = look->watched.list;
	size_t i;

	for (i = 0; i < look->watched.count; i++) {
		free(watched[i].end);
		free(watched[i].who);
	}
	hash_free(&look->watched);
}
