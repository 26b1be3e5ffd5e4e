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

static bool same_peer(const void *left, const void *right)
{
	const struct peer *a = left, *b = right;

	return a->protocol == b->protocol && a->family == b->family && a->role == b->role &&
	       a->ifindex == b->ifindex && a->netns == b->netns &&
	       !memcmp(a->address, b->address, sizeof(a->address));
}

static uint32_t hash_peer(const void *thing)
{
	const struct peer *peer = thing;

	return hash_bytes(peer->protocol ^ peer->role << 4 ^ peer->ifindex << 8 ^ peer->netns << 12,
			  peer->address, sizeof(peer->address));
}

static const struct hash_kind kind_of_peer = {
	.size = sizeof(struct peer), .hash = hash_peer, .same = same_peer,
};

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
	peer = hash_add(&peers->hash, &kind_of_peer, &key);
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
	if (peers->hash.count)
		qsort(peers->hash.list, peers->hash.count, sizeof(struct peer), compare);
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
	const struct peer *list = peers->hash.list;
	struct peer_group group = { .first = &list[start] };
	size_t i;

	for (i = start; i < peers->hash.count && list[i].role == group.first->role &&
	     list[i].netns == group.first->netns; i++) {
		group.count++;
		group.connections += list[i].connections;
	}
	return group;
}

/**
 * peers_free - forget all peers
 * @peers: the peers
 */
void peers_free(struct peers *peers)
{
	hash_free(&peers->hash);
}
