/* SPDX-License-Identifier: GPL-2.0 */
#ifndef POOLS_H
#define POOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/category.h"
#include "kernel/rows.h"

/* More local addresses are not told apart. */
#define POOLS_MAX	256

/**
 * struct pool - the local ports of an address
 * @protocol: SOCKPORT_PROTOCOL_*
 * @size: bytes of @address
 * @address: in network byte order
 * @netns: inode of the network namespace
 * @used: how many ports of the range are in use
 * @sockets: connections to others that use them; of what is a port's only use, one
 * @own: the same, without those of other addresses
 * @both: of these, those that are bound to any address of IPv6 as well
 * @bits: which ports those are
 */
struct pool {
	uint8_t protocol;
	uint8_t size;
	uint8_t address[16];
	uint32_t netns;
	uint32_t used;
	uint32_t sockets;
	uint32_t own;
	uint32_t both;
	uint64_t *bits;
};

/**
 * struct pools - local ports in use, by the address that they belong to
 * @range: of local ports that count
 * @count: how many there are in @list
 * @last: the one that was added to last
 * @overlooked: some had no room
 * @shared: what is bound to any address counts for each
 * @list: the pools
 */
struct pools {
	struct port_range range;
	size_t count;
	size_t last;
	bool overlooked;
	bool shared;
	struct pool list[POOLS_MAX];
};

bool pools_add(struct pools *pools, const struct socket_row *socket);
void pools_share(struct pools *pools);
const struct pool *pools_fullest(struct pools *pools);
void pools_free(struct pools *pools);

#endif
