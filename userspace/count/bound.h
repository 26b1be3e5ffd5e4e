/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BOUND_H
#define BOUND_H

#include "count/hash.h"
#include "kernel/rows.h"

/* Of more addresses, the rest is only counted. */
#define BOUND_ADDRESSES	8

/**
 * struct bound_address - where a listener is bound
 * @address: in network byte order
 * @ifindex: interface that it is bound to, 0 for none
 * @size: of @address, 4 or 16 bytes
 * @is_both: any address, of IPv6 and IPv4
 */
struct bound_address {
	uint8_t address[16];
	uint32_t ifindex;
	uint8_t size;
	bool is_both;
};

/**
 * struct bound - where the listeners of a port are bound
 * @netns: inode of the network namespace, 0 where it is not known
 * @port: the port
 * @protocol: SOCKPORT_PROTOCOL_*
 * @count: different addresses, also those that @list has no room for
 * @list: the first of them
 */
struct bound {
	uint32_t netns;
	uint32_t port;
	uint8_t protocol;
	uint32_t count;
	struct bound_address list[BOUND_ADDRESSES];
};

bool bound_add(struct hash *bounds, const struct socket_row *socket);
const struct bound *bound_find(const struct hash *bounds, const struct port_row *port);

#endif
