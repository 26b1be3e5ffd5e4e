// SPDX-License-Identifier: GPL-2.0
/*
 * Who is at the other end of sockets whose other end is on this host, too: of UNIX sockets, and of
 * connections between local addresses. The memory is that of the sockets that are asked about.
 */
#include "count/ends.h"

#include <stdio.h>
#include <string.h>

#include "format/address.h"

/**
 * struct end_key - one end; without padding, as it is compared as bytes
 * @inode: of a UNIX socket, else 0
 * @protocol: SOCKPORT_PROTOCOL_*
 * @netns: inode of the network namespace where one is a loopback address, else 0
 * @ports: its own, and that of its other end
 * @addresses: the same, IPv4 as 4 bytes and zeroes
 */
struct end_key {
	uint64_t inode;
	uint32_t protocol;
	uint32_t netns;
	uint32_t ports[2];
	uint8_t addresses[2][16];
};

struct end {
	struct end_key key;
	struct end_holder holder;
};

static uint32_t hash_of(const void *thing)
{
	return hash_bytes(0, thing, sizeof(struct end_key));
}

static bool same(const void *a, const void *b)
{
	return !memcmp(a, b, sizeof(struct end_key));
}

static const struct hash_kind kind = { sizeof(struct end), hash_of, same };

static void put_address(uint8_t to[16], const uint8_t *address, uint8_t size)
{
	address = address_unmap(address, &size);
	memcpy(to, address, size);
}

static bool has_both(const struct socket_row *socket)
{
	return row_knows(socket, SOCKPORT_A_SOCKET_LOCAL_ADDRESS) &&
	       row_knows(socket, SOCKPORT_A_SOCKET_REMOTE_ADDRESS) &&
	       row_knows(socket, SOCKPORT_A_SOCKET_LOCAL_PORT) &&
	       row_knows(socket, SOCKPORT_A_SOCKET_REMOTE_PORT) && socket->remote_port;
}

static bool is_loopback(const uint8_t *address, uint8_t size)
{
	static const uint8_t ipv6[16] = { [15] = 1 };

	address = address_unmap(address, &size);
	return size == 4 ? address[0] == 127 : !memcmp(address, ipv6, sizeof(ipv6));
}

/* Each namespace has a loopback of its own. */
static bool is_inside(const struct socket_row *socket)
{
	return is_loopback(socket->local, socket->local_size) ||
	       is_loopback(socket->remote, socket->remote_size);
}

/* A socket itself, or with @other what is at its other end; false if neither can be told. */
static bool key_of(struct end_key *key, const struct socket_row *socket, uint32_t here, bool other)
{
	*key = (struct end_key){ .protocol = socket->protocol };
	if (socket->protocol == SOCKPORT_PROTOCOL_UNIX) {
		key->inode = other ? socket->peer_inode : socket->inode;
		return row_knows(socket, other ? SOCKPORT_A_SOCKET_PEER_INODE :
						 SOCKPORT_A_SOCKET_INODE) && key->inode;
	}
	if (!has_both(socket))
		return false;
	if (is_inside(socket))
		key->netns = row_knows(socket, SOCKPORT_A_SOCKET_NETNS) ? socket->netns : here;
	put_address(key->addresses[other], socket->local, socket->local_size);
	put_address(key->addresses[!other], socket->remote, socket->remote_size);
	key->ports[other] = socket->local_port;
	key->ports[!other] = socket->remote_port;
	return true;
}

/**
 * ends_want - ask for the process at the other end of a socket
 * @ends: hash table of ends
 * @socket: the socket
 * @here: inode of the network namespace of sockets that do not say theirs
 *
 * Return: false without memory.
 */
bool ends_want(struct hash *ends, const struct socket_row *socket, uint32_t here)
{
	struct end end = { 0 };

	return !key_of(&end.key, socket, here, true) || hash_add(ends, &kind, &end);
}

/**
 * ends_take - see whether a socket is an end that was asked for
 * @ends: hash table of ends
 * @socket: any socket, with its processes
 * @here: inode of the network namespace of sockets that do not say theirs
 */
void ends_take(struct hash *ends, const struct socket_row *socket, uint32_t here)
{
	const struct process_row *process = socket->processes.list;
	struct end key = { 0 }, *end;

	if (!socket->processes.count || !key_of(&key.key, socket, here, false))
		return;
	end = hash_find(ends, &kind, &key);
	if (!end)
		return;
	end->holder.pid = process->pid;
	if (row_knows(process, SOCKPORT_A_PROCESS_COMM))
		snprintf(end->holder.comm, sizeof(end->holder.comm), "%s", process->comm);
}

/**
 * ends_find - the process at the other end of a socket
 * @ends: hash table of ends
 * @socket: the socket
 * @here: inode of the network namespace of sockets that do not say theirs
 *
 * Return: NULL if none is known.
 */
const struct end_holder *ends_find(const struct hash *ends, const struct socket_row *socket,
				   uint32_t here)
{
	const struct end *end;
	struct end key = { 0 };

	if (!key_of(&key.key, socket, here, true))
		return NULL;
	end = hash_find(ends, &kind, &key);
	return end && end->holder.pid ? &end->holder : NULL;
}
