// SPDX-License-Identifier: GPL-2.0
/* Connections of a port, counted by who is at their other end. */
#include "count/peers.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "format/address.h"
#include "format/number.h"
#include "format/words.h"

/*
 * Of SCTP, each address has a family of its own; a vsock has a context id. Who came by IPv4 to a
 * listener of both families is the same as who came to one of IPv4.
 */
static bool put_remote(struct peer *key, const struct socket_row *socket)
{
	const uint8_t *address = socket->remote;
	uint8_t size = socket->remote_size;

	if (row_knows(socket, SOCKPORT_A_SOCKET_REMOTE_ADDRESS)) {
		address = address_unmap(address, &size);
		key->family = size == 4 ? AF_INET : AF_INET6;
		memcpy(key->address, address, size);
		return true;
	}
	if (!row_knows(socket, SOCKPORT_A_SOCKET_REMOTE_CID))
		return false;
	key->family = AF_VSOCK;
	memcpy(key->address, &socket->remote_cid, sizeof(socket->remote_cid));
	return true;
}

static bool key_of(const struct socket_row *socket, struct peer *key)
{
	memset(key, 0, sizeof(*key));
	key->known = 1;
	key->protocol = socket->protocol;
	key->role = socket->role;
	if (row_knows(socket, SOCKPORT_A_SOCKET_NETNS))
		key->netns = socket->netns;
	if (!put_remote(key, socket))
		return false;
	if (row_knows(socket, SOCKPORT_A_SOCKET_IFINDEX) &&
	    address_is_scoped(key->family, key->address))
		key->ifindex = socket->ifindex;
	return true;
}

static bool same_key(const struct peer *a, const struct peer *b)
{
	return a->protocol == b->protocol && a->family == b->family && a->role == b->role &&
	       a->ifindex == b->ifindex && a->netns == b->netns &&
	       !memcmp(a->address, b->address, sizeof(a->address));
}

/* FNV-1a, 32 bits. */
static uint32_t hash_key(const struct peer *key)
{
	uint32_t hash = 2166136261u;
	size_t i;

	for (i = 0; i < sizeof(key->address); i++)
		hash = (hash ^ key->address[i]) * 16777619u;
	return (hash ^ key->protocol ^ key->role << 4 ^ key->ifindex << 8 ^ key->netns << 12) *
	       16777619u;
}

/* The slot that has the peer, or the empty one where it belongs. */
static uint32_t *find_slot(const struct peers *peers, const struct peer *key)
{
	const size_t mask = 2 * peers->room - 1;
	size_t i = hash_key(key) & mask;

	while (peers->slots[i] && !same_key(&peers->list[peers->slots[i] - 1], key))
		i = (i + 1) & mask;
	return &peers->slots[i];
}

static bool grow(struct peers *peers)
{
	const size_t room = peers->room ? 2 * peers->room : 64;
	struct peer *list;
	uint32_t *slots;
	size_t i;

	list = realloc(peers->list, room * sizeof(*list));
	if (!list)
		return false;
	peers->list = list;
	slots = calloc(2 * room, sizeof(*slots));
	if (!slots)
		return false;
	free(peers->slots);
	peers->slots = slots;
	peers->room = room;
	for (i = 0; i < peers->count; i++)
		*find_slot(peers, &list[i]) = i + 1;
	return true;
}

static struct peer *find_peer(struct peers *peers, const struct peer *key)
{
	uint32_t *slot;

	if (peers->count == peers->room && !grow(peers))
		return NULL;
	slot = find_slot(peers, key);
	if (!*slot) {
		peers->list[peers->count++] = *key;
		*slot = peers->count;
	}
	return &peers->list[*slot - 1];
}

/**
 * peers_add - count a connection
 * @peers: zeroed before the first
 * @socket: the connection; without a remote address it has no peer
 *
 * Return: false without memory.
 */
bool peers_add(struct peers *peers, const struct socket_row *socket)
{
	struct peer key, *peer;

	if (!key_of(socket, &key))
		return true;
	peer = find_peer(peers, &key);
	if (!peer)
		return false;
	peer->connections++;
	if (socket->state < ROW_STATES)
		peer->states[socket->state]++;
	if (row_knows(socket, SOCKPORT_A_SOCKET_RX_QUEUE))
		peer->rx_queue += socket->rx_queue;
	if (row_knows(socket, SOCKPORT_A_SOCKET_TX_QUEUE))
		peer->tx_queue += socket->tx_queue;
	if (row_knows(socket, SOCKPORT_A_SOCKET_DROPS))
		peer->drops += socket->drops;
	return true;
}

static int compare(const void *left, const void *right)
{
	const struct peer *a = left, *b = right;

	if (a->netns != b->netns)
		return a->netns < b->netns ? -1 : 1;
	if (a->role != b->role)
		return a->role < b->role ? -1 : 1;
	if (a->connections != b->connections)
		return a->connections > b->connections ? -1 : 1;
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->address, b->address, sizeof(a->address));
}

/**
 * peers_sort - put them in order: by namespace and role, those with the most connections first
 * @peers: no more can be added after that
 */
void peers_sort(struct peers *peers)
{
	if (peers->count)
		qsort(peers->list, peers->count, sizeof(*peers->list), compare);
}

/**
 * peers_group - those that belong together
 * @peers: after peers_sort()
 * @start: number of the first one
 *
 * Return: the group.
 */
struct peer_group peers_group(const struct peers *peers, size_t start)
{
	struct peer_group group = { .first = &peers->list[start] };
	size_t i;

	for (i = start; i < peers->count && peers->list[i].role == group.first->role &&
	     peers->list[i].netns == group.first->netns; i++) {
		group.count++;
		group.connections += peers->list[i].connections;
	}
	return group;
}

/**
 * peers_free - forget all peers
 * @peers: the peers
 */
void peers_free(struct peers *peers)
{
	free(peers->list);
	free(peers->slots);
	*peers = (struct peers){ 0 };
}
