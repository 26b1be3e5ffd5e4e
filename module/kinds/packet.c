// SPDX-License-Identifier: GPL-2.0
/*
 * Packet sockets
 *
 * Interface and protocol are in a struct that is the family's own, and come by
 * way of getsockname(). That needs the socket's file to stay: close() takes
 * the socket off the list before anything else, with the list's mutex held, so
 * while we hold it no reference is needed. An RCU walk would need one for the
 * file, and there is none to be had from a struct sock.
 */
#include <linux/if_packet.h>
#include <linux/net.h>
#include <linux/netdevice.h>

#include "kinds/plain.h"
#include "walk/filter.h"
#include "walk/walk.h"

/*
 * SOCK_PACKET, of before Linux 2.2, tells the interface's name and nothing
 * more. A name that fills the room may be cut off.
 */
static void packet_old_address(struct sockport_record *rec, struct sock *sk,
			       const struct sockaddr *address, size_t room)
{
	const char *name = (const char *)address + offsetof(struct sockaddr,
							    sa_data);
	struct net_device *dev;
	size_t len;

	len = strnlen(name, room);
	if (!len || len >= room - 1)
		return;
	rcu_read_lock();
	dev = dev_get_by_name_rcu(sock_net(sk), name);
	if (dev)
		rec->ifindex = dev->ifindex;
	rcu_read_unlock();
}

/* The interface is -1 after it has gone. */
static void packet_address(struct sockport_record *rec,
			   struct sockport_detail *detail, struct sock *sk)
{
	struct sockaddr_storage address = {};
	struct sockaddr_ll *sll = (struct sockaddr_ll *)&address;
	int len;

	len = kernel_getsockname(sk->sk_socket, (struct sockaddr *)&address);
	if (len < 0)
		return;
	if (sk->sk_type == SOCK_PACKET) {
		packet_old_address(rec, sk, (struct sockaddr *)&address,
				   len - offsetof(struct sockaddr, sa_data));
		return;
	}
	rec->ifindex = max(sll->sll_ifindex, 0);
	detail->number = ntohs(sll->sll_protocol);
	rec->has |= SOCKPORT_HAS_NUMBER;
}

static void packet_take(struct sockport_walk *walk,
			struct sockport_record *rec, struct sock *sk)
{
	sockport_record_begin(rec, sockport_walk_here(walk), sk,
			      SOCKPORT_PROTOCOL_PACKET);
	rec->state = SOCKPORT_STATE_CLOSE;
	rec->type = sk->sk_type;
	rec->has |= SOCKPORT_HAS_TYPE;
	packet_address(rec, sockport_walk_slot_detail(walk), sk);
	if (sockport_plain_keep(walk, rec, sk))
		sockport_plain_queues(walk, rec, sk);
}

static int packet_batch(struct sockport_walk *walk)
{
	struct netns_packet *table = &sockport_walk_here(walk)->net->packet;

	if (!sockport_filter_states(walk->filter, SOCKPORT_PROTOCOL_PACKET,
				    BIT(SOCKPORT_STATE_CLOSE)))
		return 0;
	return sockport_plain_list(walk, &table->sklist_lock, &table->sklist,
				   packet_take);
}

const struct sockport_kind sockport_packet = {
	.protocol	= SOCKPORT_PROTOCOL_PACKET,
	.per_net	= true,
	.detail		= true,
	.batch		= packet_batch,
};
