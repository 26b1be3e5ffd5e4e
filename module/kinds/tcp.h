/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_TCP_H
#define SOCKPORT_TCP_H

#include <linux/bitmap.h>
#include <linux/types.h>

#include "walk/walk.h"

struct sock;

#define SOCKPORT_TCP_PORTS	65536

/**
 * struct sockport_tcp - what decides to which port a connection belongs, in
 *	one namespace
 * @listening: ports that have a listener
 * @bound: ports outside of ip_local_port_range whose bind bucket was made by
 *	bind(), and those that had a listener since history began
 */
struct sockport_tcp {
	DECLARE_BITMAP(listening, SOCKPORT_TCP_PORTS);
	DECLARE_BITMAP(bound, SOCKPORT_TCP_PORTS);
};

/**
 * sockport_tcp_role - to which of its ports a connection belongs, when it says
 *	nothing of its own
 * @state: what is known of the namespace's ports
 * @port: local port
 *
 * Return: enum sockport_role.
 */
static inline u8 sockport_tcp_role(const struct sockport_tcp *state, u16 port)
{
	return test_bit(port, state->listening) ||
	       test_bit(port, state->bound) ? SOCKPORT_ROLE_IN :
					      SOCKPORT_ROLE_OUT;
}

/**
 * sockport_tcp_state - what is known of a namespace's ports
 * @walk: walk of a kind that keeps an array of it, one for each namespace
 * @space: namespace
 *
 * Return: its element.
 */
static inline struct sockport_tcp *
sockport_tcp_state(const struct sockport_walk *walk,
		   const struct sockport_space *space)
{
	return (struct sockport_tcp *)walk->state + space->index;
}

void sockport_tcp_note_bound(struct sockport_walk *walk);
int sockport_tcp_listeners(struct sockport_walk *walk,
			   bool (*take)(struct sockport_walk *walk,
					struct sock *sk));
bool sockport_tcp_take(struct sockport_walk *walk, struct sock *sk);

#endif /* SOCKPORT_TCP_H */
