// SPDX-License-Identifier: GPL-2.0
/*
 * Sets of local ports, one or more for each namespace of a walk
 *
 * Anybody can make namespaces by the thousand, so what one with few ports takes
 * must be little: the bits of 1,024 ports are there once one of them is in the
 * set. They are made where that can sleep, ahead of a hold, and all is one piece
 * of memory, which moves when there are to be more.
 */
#include <linux/bitops.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/overflow.h>

#include "kinds/tcp.h"
#include "walk/walk.h"

#define LEAF_SIZE	(SOCKPORT_TCP_LEAF / BITS_PER_BYTE)
/* Leaves at first: all of a set, or one for each of some hundred. */
#define LEAVES_FIRST	(2 * SOCKPORT_TCP_LEAVES)

/* Leaves that may be needed at all. */
static unsigned int most(unsigned int sets)
{
	return size_mul(sets, SOCKPORT_TCP_LEAVES) < U32_MAX ?
	       sets * SOCKPORT_TCP_LEAVES + 1 : U32_MAX;
}

static size_t size_of(unsigned int sets, unsigned int linked, unsigned int room)
{
	const size_t links = size_mul(linked, SOCKPORT_TCP_LINKS * sizeof(u64));
	struct sockport_tcp_ports *ports;

	return size_add(size_add(struct_size(ports, set, sets), links),
			size_mul(room, LEAF_SIZE));
}

/**
 * sockport_tcp_ports_begin - give a walk its sets of ports, all empty
 * @walk: walk
 * @each: how many sets of each namespace; those of a kind are side by side
 * @linked: they have links, see sockport_tcp_link()
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int sockport_tcp_ports_begin(struct sockport_walk *walk, unsigned int each,
			     bool linked)
{
	const unsigned int sets = walk->scope->count * each;
	const unsigned int with_links = linked ? sets : 0;
	const unsigned int room = min_t(unsigned int, LEAVES_FIRST, most(sets));
	struct sockport_tcp_ports *ports;
	int err;

	err = sockport_walk_state(walk, size_of(sets, with_links, room));
	if (err)
		return err;
	ports = walk->state;
	ports->sets = sets;
	ports->linked = with_links;
	ports->leaves = 1;
	ports->room = room;
	return 0;
}

/**
 * sockport_tcp_ports_reserve - make room for the ports of a hold
 * @walk: walk, whose sets may move
 *
 * Context: process context, no lock held, may sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int sockport_tcp_ports_reserve(struct sockport_walk *walk)
{
	struct sockport_tcp_ports *ports = walk->state;
	const unsigned int limit = most(ports->sets);
	unsigned int room;
	int err;

	if (ports->room - ports->leaves >= SOCKPORT_HOLD ||
	    ports->room == limit)
		return 0;
	/* While it moves, the old one is there, too. */
	room = min_t(u64, limit,
		     ports->room + (u64)ports->room / 4 + SOCKPORT_HOLD);
	err = sockport_walk_state_grow(walk, size_of(ports->sets, ports->linked,
						     room));
	if (err)
		return err;
	ports = walk->state;
	ports->room = room;
	return 0;
}

/**
 * sockport_tcp_ports_add - add a port to a set
 * @ports: sets of a walk
 * @set: number of the set
 * @port: port
 *
 * Context: any.
 *
 * Return: false when there is no room: sockport_tcp_ports_reserve().
 */
bool sockport_tcp_ports_add(struct sockport_tcp_ports *ports, unsigned int set,
			    u16 port)
{
	u32 *leaf = &ports->set[set].leaf[port / SOCKPORT_TCP_LEAF];

	if (!*leaf) {
		if (ports->leaves == ports->room)
			return false;
		*leaf = ports->leaves++;
	}
	__set_bit(port % SOCKPORT_TCP_LEAF, sockport_tcp_leaf(ports, *leaf));
	return true;
}

/**
 * sockport_tcp_ports_remove - remove a port from a set
 * @ports: sets of a walk
 * @set: number of the set
 * @port: port that is in it
 *
 * Context: any.
 */
void sockport_tcp_ports_remove(struct sockport_tcp_ports *ports,
			       unsigned int set, u16 port)
{
	const u32 leaf = ports->set[set].leaf[port / SOCKPORT_TCP_LEAF];

	__clear_bit(port % SOCKPORT_TCP_LEAF, sockport_tcp_leaf(ports, leaf));
}
