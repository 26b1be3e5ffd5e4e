/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_TCP_H
#define SOCKPORT_TCP_H

#include <linux/bitmap.h>
#include <linux/types.h>

struct sock;
struct sockport_walk;

#define SOCKPORT_TCP_PORTS	65536

/**
 * struct sockport_tcp - what decides to which port a connection belongs
 * @listening: ports that have a listener
 * @bound: ports outside of ip_local_port_range whose bind bucket was made by
 *	bind()
 */
struct sockport_tcp {
	DECLARE_BITMAP(listening, SOCKPORT_TCP_PORTS);
	DECLARE_BITMAP(bound, SOCKPORT_TCP_PORTS);
};

bool sockport_tcp_take(struct sockport_walk *walk, struct sock *sk);

#endif /* SOCKPORT_TCP_H */
