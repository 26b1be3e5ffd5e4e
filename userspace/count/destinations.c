// SPDX-License-Identifier: GPL-2.0
/*
 * How many local ports are in use towards each destination.
 *
 * connect() takes a local port of net.ipv4.ip_local_port_range (the kernel's
 * Documentation/networking/ip-sysctl.rst) that makes the connection's protocol,
 * local address, local port, remote address and remote port unique. So what runs
 * out is the range for one local address and one destination, not for the host; and
 * as no two connections are the same, each of them uses another port.
 */
#include "count/destinations.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "format/address.h"

/**
 * destination_takes_ports - does a connection of a protocol use up a local port?
 * @protocol: SOCKPORT_PROTOCOL_*
 *
 * Return: whether it does.
 */
bool destination_takes_ports(uint8_t protocol)
{
	switch (protocol) {
	case SOCKPORT_PROTOCOL_TCP:
	case SOCKPORT_PROTOCOL_UDP:
	case SOCKPORT_PROTOCOL_UDPLITE:
	case SOCKPORT_PROTOCOL_SCTP:
		return true;
	}
	/* The ports of MPTCP are those of its TCP subflows. */
	return false;
}

static bool is_counted(const struct destinations *destinations, const struct socket_row *socket)
{
	return socket->role == SOCKPORT_ROLE_OUT && destination_takes_ports(socket->protocol) &&
	       row_knows(socket, SOCKPORT_A_SOCKET_LOCAL_ADDRESS) &&
	       row_knows(socket, SOCKPORT_A_SOCKET_REMOTE_ADDRESS) &&
	       row_knows(socket, SOCKPORT_A_SOCKET_LOCAL_PORT) &&
	       row_knows(socket, SOCKPORT_A_SOCKET_REMOTE_PORT) &&
	       socket->local_size == socket->remote_size &&
	       socket->local_port >= destinations->range.first &&
	       socket->local_port <= destinations->range.last;
}

static void key_of(const struct socket_row *socket, struct destination *key)
{
	memset(key, 0, sizeof(*key));
	key->known = 1;
	key->protocol = socket->protocol;
	key->family = socket->local_size == 4 ? AF_INET : AF_INET6;
	key->port = socket->remote_port;
	if (row_knows(socket, SOCKPORT_A_SOCKET_NETNS))
		key->netns = socket->netns;
	memcpy(key->local, socket->local, socket->local_size);
	memcpy(key->remote, socket->remote, socket->remote_size);
	if (row_knows(socket, SOCKPORT_A_SOCKET_IFINDEX) &&
	    address_is_scoped(key->family, key->remote))
		key->ifindex = socket->ifindex;
}

static bool same_key(const struct destination *a, const struct destination *b)
{
	return a->protocol == b->protocol && a->family == b->family && a->port == b->port &&
	       a->netns == b->netns && a->ifindex == b->ifindex &&
	       !memcmp(a->local, b->local, sizeof(a->local)) &&
	       !memcmp(a->remote, b->remote, sizeof(a->remote));
}

/* FNV-1a, 32 bits. */
static uint32_t hash_bytes(uint32_t hash, const uint8_t *bytes, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 16777619u;
	return hash;
}

static uint32_t hash_key(const struct destination *key)
{
	uint32_t hash = hash_bytes(2166136261u, key->remote, sizeof(key->remote));

	hash = hash_bytes(hash, key->local, sizeof(key->local));
	hash = (hash ^ key->port ^ key->protocol << 16) * 16777619u;
	return (hash ^ key->netns) * 16777619u;
}

/* The slot that has the destination, or the empty one where it belongs. */
static uint32_t *find_slot(const struct destinations *destinations,
			   const struct destination *key)
{
	const size_t mask = 2 * destinations->room - 1;
	size_t i = hash_key(key) & mask;

	while (destinations->slots[i] &&
	       !same_key(&destinations->list[destinations->slots[i] - 1], key))
		i = (i + 1) & mask;
	return &destinations->slots[i];
}

static bool grow(struct destinations *destinations)
{
	const size_t room = destinations->room ? 2 * destinations->room : 256;
	struct destination *list;
	uint32_t *slots;
	size_t i;

	list = realloc(destinations->list, room * sizeof(*list));
	if (!list)
		return false;
	destinations->list = list;
	slots = calloc(2 * room, sizeof(*slots));
	if (!slots)
		return false;
	free(destinations->slots);
	destinations->slots = slots;
	destinations->room = room;
	for (i = 0; i < destinations->count; i++)
		*find_slot(destinations, &list[i]) = i + 1;
	return true;
}

/**
 * destinations_add - count a socket, if it uses a port of the range to get out
 * @destinations: with its range
 * @socket: the socket
 *
 * Return: false without memory.
 */
bool destinations_add(struct destinations *destinations, const struct socket_row *socket)
{
	struct destination key;
	uint32_t *slot = NULL;

	if (!is_counted(destinations, socket))
		return true;
	key_of(socket, &key);
	if (destinations->room)
		slot = find_slot(destinations, &key);
	if (slot && *slot) {
		destinations->list[*slot - 1].ports++;
		return true;
	}
	if (destinations->count == DESTINATIONS_MAX) {
		destinations->overlooked++;
		return true;
	}
	if (destinations->count == destinations->room && !grow(destinations))
		return false;
	key.ports = 1;
	slot = find_slot(destinations, &key);
	destinations->list[destinations->count++] = key;
	*slot = destinations->count;
	return true;
}

static int compare_destinations(const void *left, const void *right)
{
	const struct destination *a = left, *b = right;
	int order;

	if (a->ports != b->ports)
		return a->ports > b->ports ? -1 : 1;
	order = memcmp(a->remote, b->remote, sizeof(a->remote));
	if (order)
		return order;
	return (a->port > b->port) - (a->port < b->port);
}

/**
 * destinations_sort - put those first that use most ports
 * @destinations: none can be added after that
 */
void destinations_sort(struct destinations *destinations)
{
	if (destinations->count)
		qsort(destinations->list, destinations->count, sizeof(*destinations->list),
		      compare_destinations);
}

/**
 * destinations_free - forget all destinations
 * @destinations: the destinations
 */
void destinations_free(struct destinations *destinations)
{
	free(destinations->list);
	free(destinations->slots);
	*destinations = (struct destinations){ .range = destinations->range };
}
