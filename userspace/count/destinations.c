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

/* A socket of IPv6 that talks IPv4 takes the local ports of IPv4. */
static void key_of(const struct socket_row *socket, struct destination *key)
{
	uint8_t local_size = socket->local_size, remote_size = socket->remote_size;
	const uint8_t *remote = address_unmap(socket->remote, &remote_size);
	const uint8_t *local = address_unmap(socket->local, &local_size);

	memset(key, 0, sizeof(*key));
	key->known = 1;
	key->protocol = socket->protocol;
	key->family = remote_size == 4 ? AF_INET : AF_INET6;
	key->port = socket->remote_port;
	if (row_knows(socket, SOCKPORT_A_SOCKET_NETNS))
		key->netns = socket->netns;
	memcpy(key->local, local, local_size);
	memcpy(key->remote, remote, remote_size);
	if (row_knows(socket, SOCKPORT_A_SOCKET_IFINDEX) &&
	    address_is_scoped(key->family, key->remote))
		key->ifindex = socket->ifindex;
}

static bool same_destination(const void *left, const void *right)
{
	const struct destination *a = left, *b = right;

	return a->protocol == b->protocol && a->family == b->family && a->port == b->port &&
	       a->netns == b->netns && a->ifindex == b->ifindex &&
	       !memcmp(a->local, b->local, sizeof(a->local)) &&
	       !memcmp(a->remote, b->remote, sizeof(a->remote));
}

static uint32_t hash_destination(const void *thing)
{
	const struct destination *key = thing;
	uint32_t hash = hash_bytes(key->port ^ key->protocol << 16 ^ key->netns, key->remote,
				   sizeof(key->remote));

	return hash_bytes(hash, key->local, sizeof(key->local));
}

static const struct hash_kind kind_of_destination = {
	.size = sizeof(struct destination), .hash = hash_destination, .same = same_destination,
};

/* Values of net.ipv4.tcp_tw_reuse. */
#define REUSE_ALL	1
#define REUSE_LOOPBACK	2

static bool is_loopback(const uint8_t *address, uint8_t family)
{
	static const uint8_t loopback[16] = { [15] = 1 };

	return family == AF_INET ? address[0] == 127 : !memcmp(address, loopback, 16);
}

/* See tcp_twsk_unique() of the kernel; it is so from a second on. */
static bool is_reusable(const struct destinations *destinations, const struct destination *key,
			const struct socket_row *socket)
{
	if (socket->state != SOCKPORT_STATE_TIME_WAIT || socket->protocol != SOCKPORT_PROTOCOL_TCP)
		return false;
	return destinations->reuse == REUSE_ALL ||
	       (destinations->reuse == REUSE_LOOPBACK &&
		(is_loopback(key->local, key->family) || is_loopback(key->remote, key->family)));
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
	struct destination key, *destination;

	if (!is_counted(destinations, socket))
		return true;
	key_of(socket, &key);
	if (destinations->hash.count < DESTINATIONS_MAX) {
		destination = hash_add(&destinations->hash, &kind_of_destination, &key);
		if (!destination)
			return false;
	} else {
		destination = hash_find(&destinations->hash, &kind_of_destination, &key);
	}
	if (!destination) {
		destinations->overlooked++;
		return true;
	}
	destination->ports++;
	destination->reusable += is_reusable(destinations, &key, socket);
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
	if (destinations->hash.count)
		qsort(destinations->hash.list, destinations->hash.count,
		      sizeof(struct destination), compare_destinations);
}

/**
 * destinations_free - forget all destinations
 * @destinations: the destinations
 */
void destinations_free(struct destinations *destinations)
{
	hash_free(&destinations->hash);
	*destinations = (struct destinations){ .range = destinations->range };
}
