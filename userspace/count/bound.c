// SPDX-License-Identifier: GPL-2.0
/* Where ports are bound: to all addresses, to some, or to an interface. */
#include "count/bound.h"

#include <string.h>
#include <sys/socket.h>

static uint32_t hash_of(const void *thing)
{
	const struct bound *bound = thing;
	const uint32_t key[] = { bound->netns, bound->port, bound->protocol };

	return hash_bytes(0, key, sizeof(key));
}

static bool same(const void *left, const void *right)
{
	const struct bound *a = left, *b = right;

	return a->netns == b->netns && a->port == b->port && a->protocol == b->protocol;
}

static const struct hash_kind kind = {
	.size = sizeof(struct bound),
	.hash = hash_of,
	.same = same,
};

static bool is_any(const struct socket_row *socket)
{
	static const uint8_t zeroes[16];

	return !memcmp(socket->local, zeroes, socket->local_size);
}

static struct bound_address address_of(const struct socket_row *socket)
{
	struct bound_address address = { .size = socket->local_size };

	memcpy(address.address, socket->local, socket->local_size);
	if (row_knows(socket, SOCKPORT_A_SOCKET_IFINDEX))
		address.ifindex = socket->ifindex;
	address.is_both = socket->family == AF_INET6 && is_any(socket) &&
			  !row_knows(socket, SOCKPORT_A_SOCKET_V6ONLY);
	return address;
}

/* One that is open to all is told in any case. */
static void add_address(struct bound *bound, const struct bound_address *address, bool is_open)
{
	uint32_t i;

	for (i = 0; i < bound->count && i < BOUND_ADDRESSES; i++)
		if (!memcmp(&bound->list[i], address, sizeof(*address)))
			return;
	if (bound->count < BOUND_ADDRESSES)
		bound->list[bound->count] = *address;
	else if (is_open)
		bound->list[BOUND_ADDRESSES - 1] = *address;
	bound->count++;
}

/**
 * bound_add - take a socket in
 * @bounds: hash table of struct bound
 * @socket: in state LISTEN, or CLOSE where there are no listeners
 *
 * Return: false without memory.
 */
bool bound_add(struct hash *bounds, const struct socket_row *socket)
{
	struct bound key = { .port = socket->local_port, .protocol = socket->protocol };
	struct bound_address address;
	struct bound *bound;

	if (!row_knows(socket, SOCKPORT_A_SOCKET_LOCAL_ADDRESS) ||
	    !row_knows(socket, SOCKPORT_A_SOCKET_LOCAL_PORT))
		return true;
	if (row_knows(socket, SOCKPORT_A_SOCKET_NETNS))
		key.netns = socket->netns;
	bound = hash_add(bounds, &kind, &key);
	if (!bound)
		return false;
	address = address_of(socket);
	add_address(bound, &address, is_any(socket) && !address.ifindex);
	return true;
}

/**
 * bound_find - where a port is bound
 * @bounds: hash table of struct bound
 * @port: row of the port, of role in
 *
 * Return: its addresses, NULL if there are none.
 */
const struct bound *bound_find(const struct hash *bounds, const struct port_row *port)
{
	struct bound key = { .port = port->port, .protocol = port->protocol };
	const struct bound *found;

	if (port->role != SOCKPORT_ROLE_IN)
		return NULL;
	/* Sockets of one namespace do not say which it is, ports do. */
	found = hash_find(bounds, &kind, &key);
	if (found || !row_knows(port, SOCKPORT_A_PORT_NETNS))
		return found;
	key.netns = port->netns;
	return hash_find(bounds, &kind, &key);
}
