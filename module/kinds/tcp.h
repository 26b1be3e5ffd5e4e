/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_TCP_H
#define SOCKPORT_TCP_H

#include <linux/bitmap.h>
#include <linux/types.h>

#include "walk/walk.h"

struct sock;

#define SOCKPORT_TCP_PORTS	65536
#define SOCKPORT_TCP_LINKS	64

/**
 * struct sockport_tcp - what is known of the local ports of one namespace
 * @bound: ports that bind() opened, or listen(), as sockport_roles_bind() has
 *	it of one of their bind buckets at least
 * @links: for ports with the same remainder, see sockport_tcp_link()
 */
struct sockport_tcp {
	DECLARE_BITMAP(bound, SOCKPORT_TCP_PORTS);
	u64	links[SOCKPORT_TCP_LINKS];
};

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

/* Two sums of such are the same if they are of the same places. */
static inline u64 sockport_tcp_link_of(const void *place)
{
	u64 x = (uintptr_t)place;

	if (!x)
		return 0;
	x = (x ^ x >> 29) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 32) * 0x94d049bb133111ebULL;
	return x ^ x >> 29;
}

/**
 * sockport_tcp_link - note that a socket of a bind bucket has been seen
 * @ports: of its namespace
 * @sk: any TCP socket
 * @port: its local port
 *
 * To look for idle sockets means to go along the list of each bind bucket, from
 * one cache miss to the next, though nearly all that is there are connections,
 * which have been seen. So each socket that is seen adds the link that leads
 * from it and takes off the one that leads to it. With what the lists begin with
 * the sum is 0 where all have been seen: a socket that stays and has not been
 * seen has a link that leads to it, and nothing takes it off.
 *
 * Context: lock of another table's chain held.
 */
static inline void sockport_tcp_link(struct sockport_tcp *ports,
				     const struct sock *sk, u16 port)
{
	const struct hlist_node *node = &sk->sk_bind_node;

	if (test_bit(port, ports->bound) && !hlist_unhashed_lockless(node))
		ports->links[port % SOCKPORT_TCP_LINKS] +=
			sockport_tcp_link_of(READ_ONCE(node->next)) -
			sockport_tcp_link_of(node);
}

void sockport_tcp_note_bound(struct sockport_walk *walk,
			     struct sockport_tcp *ports);
int sockport_tcp_bound(struct sockport_walk *walk);
int sockport_tcp_listeners(struct sockport_walk *walk,
			   bool (*take)(struct sockport_walk *walk,
					struct sock *sk));
bool sockport_tcp_has_queue(const struct sockport_walk *walk,
			    const struct sock *sk);
void sockport_tcp_ask_queue(struct sockport_walk *walk,
			    const struct sockport_record *rec, struct sock *sk);
bool sockport_tcp_take(struct sockport_walk *walk, struct sock *sk);

#endif /* SOCKPORT_TCP_H */
