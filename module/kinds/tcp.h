/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_TCP_H
#define SOCKPORT_TCP_H

#include <linux/bitops.h>
#include <linux/types.h>

#include "walk/walk.h"

struct sock;

/* Ports of a leaf, and leaves of all ports. */
#define SOCKPORT_TCP_LEAF	1024
#define SOCKPORT_TCP_LEAVES	(65536 / SOCKPORT_TCP_LEAF)
#define SOCKPORT_TCP_LINKS	64

/**
 * struct sockport_tcp_set - a set of local ports of one namespace
 * @leaf: where the bits of these ports are, see struct sockport_tcp_ports
 */
struct sockport_tcp_set {
	u32	leaf[SOCKPORT_TCP_LEAVES];
};

/**
 * struct sockport_tcp_ports - what a walk knows of local ports, its state
 * @known: ports that bind() has opened have been noted
 * @sets: how many there are in @set
 * @linked: how many of them have links, see sockport_tcp_link(): all or none
 * @leaves: how many leaves are used; the first is empty, and that of all ports
 *	of which none is in a set
 * @room: for how many there is room
 * @set: of each namespace ports that bind() opened, or listen(), as
 *	sockport_roles_bind() has it of one of their bind buckets at least; then
 *	what else a kind keeps of each
 *
 * Behind the sets are the links, behind these the leaves. Most namespaces have
 * few ports: what they take is what these take.
 */
struct sockport_tcp_ports {
	bool			known;
	unsigned int		sets;
	unsigned int		linked;
	unsigned int		leaves;
	unsigned int		room;
	struct sockport_tcp_set	set[] __aligned(sizeof(u64));
};

/* Those of the ports with the same remainder. */
static inline u64 *sockport_tcp_links(struct sockport_tcp_ports *ports,
				      unsigned int set, u16 port)
{
	return (u64 *)&ports->set[ports->sets] + set * SOCKPORT_TCP_LINKS +
	       port % SOCKPORT_TCP_LINKS;
}

static inline unsigned long *
sockport_tcp_leaf(struct sockport_tcp_ports *ports, u32 leaf)
{
	return (unsigned long *)sockport_tcp_links(ports, ports->linked, 0) +
	       leaf * BITS_TO_LONGS(SOCKPORT_TCP_LEAF);
}

/**
 * sockport_tcp_has - is a port in a set?
 * @ports: what is known
 * @set: number of the set
 * @port: port
 *
 * Context: any.
 *
 * Return: whether it is.
 */
static inline bool sockport_tcp_has(struct sockport_tcp_ports *ports,
				    unsigned int set, u16 port)
{
	const u32 leaf = ports->set[set].leaf[port / SOCKPORT_TCP_LEAF];

	return test_bit(port % SOCKPORT_TCP_LEAF,
			sockport_tcp_leaf(ports, leaf));
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
 * sockport_tcp_link - note that a socket of a port in a set has been seen
 * @ports: what is known
 * @set: number of the set of its namespace
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
static inline void sockport_tcp_link(struct sockport_tcp_ports *ports,
				     unsigned int set, const struct sock *sk,
				     u16 port)
{
	const struct hlist_node *node = &sk->sk_bind_node;

	if (!hlist_unhashed_lockless(node))
		*sockport_tcp_links(ports, set, port) +=
			sockport_tcp_link_of(READ_ONCE(node->next)) -
			sockport_tcp_link_of(node);
}

int sockport_tcp_ports_begin(struct sockport_walk *walk, unsigned int each,
			     bool linked);
int sockport_tcp_ports_reserve(struct sockport_walk *walk);
bool sockport_tcp_ports_add(struct sockport_tcp_ports *ports, unsigned int set,
			    u16 port);
void sockport_tcp_ports_remove(struct sockport_tcp_ports *ports,
			       unsigned int set, u16 port);
int sockport_tcp_note_bound(struct sockport_walk *walk);
int sockport_tcp_bound(struct sockport_walk *walk);
int sockport_tcp_listeners(struct sockport_walk *walk,
			   bool (*take)(struct sockport_walk *walk,
					struct sock *sk),
			   int (*reserve)(struct sockport_walk *walk));
bool sockport_tcp_has_queue(const struct sockport_walk *walk,
			    const struct sock *sk);
void sockport_tcp_ask_queue(struct sockport_walk *walk,
			    const struct sockport_record *rec, struct sock *sk);
bool sockport_tcp_take(struct sockport_walk *walk, struct sock *sk);

#endif /* SOCKPORT_TCP_H */
