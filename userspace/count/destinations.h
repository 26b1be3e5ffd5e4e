/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DESTINATIONS_H
#define DESTINATIONS_H

#include "count/hash.h"
#include "host/category.h"
#include "kernel/rows.h"

/* Of more destinations, the rest is not looked at; 65,536 take 7 MiB. */
#define DESTINATIONS_MAX	65536

/**
 * struct destination - where connections go, and from which address
 * @known: bits as of all rows; all members are, so bit 0 is set
 * @ports: how many local ports of the range its connections use
 * @reusable: so many of these another connection may take: they are in TIME_WAIT
 * @available: how many ports the range has
 * @port: remote port
 * @netns: inode of the network namespace, 0 where it is not known
 * @ifindex: interface of addresses that are link-local, else 0
 * @protocol: SOCKPORT_PROTOCOL_*
 * @family: AF_INET or AF_INET6, of both
 * @local: 4 or 16 bytes in network byte order
 * @remote: the same
 */
struct destination {
	uint64_t known;
	uint32_t ports;
	uint32_t reusable;
	uint32_t available;
	uint32_t port;
	uint32_t netns;
	uint32_t ifindex;
	uint8_t protocol;
	uint8_t family;
	uint8_t local[16];
	uint8_t remote[16];
};

/**
 * struct destinations - all of them; zeroed before use
 * @range: where local ports are counted
 * @reuse: net.ipv4.tcp_tw_reuse, where there are timestamps; else 0
 * @hash: of struct destination
 * @overlooked: sockets whose destination found no room
 */
struct destinations {
	struct port_range range;
	uint64_t reuse;
	struct hash hash;
	uint64_t overlooked;
};

bool destination_takes_ports(uint8_t protocol);
bool destinations_add(struct destinations *destinations, const struct socket_row *socket);
void destinations_sort(struct destinations *destinations);
void destinations_free(struct destinations *destinations);

#endif
