/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PEERS_H
#define PEERS_H

#include "count/hash.h"
#include "kernel/rows.h"

/**
 * struct peer - who is at the other end of connections of a port
 * @known: bits as of all rows; all members are, so bit 0 is set
 * @rx_queue: bytes that wait to be read, summed
 * @tx_queue: bytes not acknowledged, summed
 * @drops: packets, summed
 * @connections: how many there are
 * @states: connections in each SOCKPORT_STATE_*
 * @netns: inode of the network namespace, 0 where it is not known
 * @ifindex: interface of an address that is link-local, else 0
 * @address: remote address, 4 or 16 bytes in network byte order; context id of a
 *	vsock, in host byte order
 * @protocol: SOCKPORT_PROTOCOL_*
 * @family: of @address: AF_INET, AF_INET6 or AF_VSOCK
 * @role: SOCKPORT_ROLE_*
 */
struct peer {
	uint64_t known;
	uint64_t rx_queue;
	uint64_t tx_queue;
	uint64_t drops;
	uint32_t connections;
	uint32_t states[ROW_STATES];
	uint32_t netns;
	uint32_t ifindex;
	uint8_t address[16];
	uint8_t protocol;
	uint8_t family;
	uint8_t role;
};

/**
 * struct peers - all peers of a port; zeroed before use
 * @hash: of struct peer
 */
struct peers {
	struct hash hash;
};

/**
 * struct peer_group - peers of one role in one network namespace
 * @first: of them; those that follow it are more of them
 * @count: how many there are
 * @connections: of all of them
 */
struct peer_group {
	const struct peer *first;
	size_t count;
	uint64_t connections;
};

bool peers_add(struct peers *peers, const struct socket_row *socket);
struct peer_group peers_group(const struct peers *peers, size_t start);
void peers_sort(struct peers *peers);
void peers_free(struct peers *peers);

#endif
