// SPDX-License-Identifier: GPL-2.0
/*
 * MPTCP sockets: listeners, and connections, which have a token.
 *
 * Connections are in a table that is hashed by token and private to MPTCP,
 * whose iterator goes on by index: a slot is begun anew when it changed
 * between two steps. Listeners are in no table of their own; the TCP socket
 * that listens for them is among TCP's.
 */
#include <linux/sched.h>
#include <linux/skbuff.h>
#include <net/inet_connection_sock.h>
#include <net/inet_hashtables.h>
#include <net/ip.h>
#include <net/mptcp.h>
#include <net/netlink.h>
#include <net/tcp.h>
#include <uapi/linux/inet_diag.h>
#include <uapi/linux/mptcp.h>

#include "compat.h"
#include "kinds/mptcp.h"
#include "kinds/tcp.h"
#include "net.h"
#include "walk/filter.h"
#include "walk/walk.h"

#if IS_ENABLED(CONFIG_MPTCP)

#define LISTEN		((u32)BIT(SOCKPORT_STATE_LISTEN))

/* Sockets in a slot, of which MPTCP itself allows 4. */
#define SLOT_MOST	16
#define RESTARTS	64

/* Room for what a subflow says of itself, a dozen attributes. */
#define INFO_ROOM	512

static int mptcp_begin(struct sockport_walk *walk)
{
	return sockport_tcp_ports_begin(walk, 2, false);
}

/* Behind the sets of ports that bind() has opened: those that have a listener. */
static unsigned int listening(const struct sockport_walk *walk,
			      const struct sockport_space *space)
{
	return walk->scope->count + space->index;
}

/* From the first connection on: most hosts have none. */
static int know_ports(struct sockport_walk *walk)
{
	const struct sockport_tcp_ports *ports = walk->state;

	return ports->known ? 0 : sockport_tcp_note_bound(walk);
}

/*
 * Nothing that can be reached says who opened it, but for the local port: a
 * client may have bound an address, and have had its port picked from the range.
 */
static u8 mptcp_role(struct sockport_walk *walk,
		     const struct sockport_record *rec)
{
	const struct sockport_space *space = rec->space;
	struct sockport_tcp_ports *ports = walk->state;
	u16 port = rec->local_port;
	int low, high;

	if (rec->state == TCP_LISTEN || rec->state == TCP_CLOSE ||
	    sockport_tcp_has(ports, listening(walk, space), port))
		return SOCKPORT_ROLE_IN;
	inet_get_local_port_range(space->net, &low, &high);
	return sockport_tcp_has(ports, space->index, port) &&
	       (port < low || port > high) ?
	       SOCKPORT_ROLE_IN : SOCKPORT_ROLE_OUT;
}

/* What listeners and connections have. Returns false when it has no match. */
static bool mptcp_identify(struct sockport_walk *walk,
			   struct sockport_record *rec,
			   struct sockport_space *space, const struct sock *sk)
{
	sockport_record_tuple(rec, space, sk, SOCKPORT_PROTOCOL_MPTCP);
	if (walk->want & SOCKPORT_WANT_ADDRESS)
		sockport_record_address(rec, sk);
	rec->state = inet_sk_state_load(sk);
	rec->role = mptcp_role(walk, rec);
	rec->type = SOCK_STREAM;
	rec->has |= SOCKPORT_HAS_TYPE;
	if (walk->want & SOCKPORT_WANT_UID)
		sockport_record_uid(rec, sk);
	return !walk->filter || sockport_filter_match(walk->filter, rec, sk);
}

/*
 * The TCP socket has the address of the MPTCP socket, and the number of its
 * inode; its cookie is its own.
 */
static bool listener_take(struct sockport_walk *walk, struct sock *sk)
{
	struct sockport_space *space = sockport_walk_space(walk, sk);
	struct sockport_record *rec;

	if (!space || !sk_is_mptcp(sk))
		return true;
	rec = sockport_walk_slot(walk);
	if (!rec || !sockport_tcp_ports_add(walk->state, listening(walk, space),
					    READ_ONCE(sk->sk_num)))
		return false;

	if (!mptcp_identify(walk, rec, space, sk)) {
		/* The connections of its port have its owners all the same. */
		if (!walk->waiting)
			return true;
		rec->has |= SOCKPORT_IS_HIDDEN;
	}
	if (walk->want & SOCKPORT_WANT_QUEUES) {
		rec->rx_queue = 0;
		rec->tx_queue = 0;
		rec->backlog = READ_ONCE(sk->sk_ack_backlog);
		rec->backlog_limit = READ_ONCE(sk->sk_max_ack_backlog);
		rec->has |= SOCKPORT_HAS_QUEUES | SOCKPORT_HAS_BACKLOG;
	}
	sockport_record_full(rec, sockport_walk_slot_detail(walk), sk,
			     walk->want);
	sockport_walk_keep(walk, sk);
	return true;
}

static int mptcp_listeners(struct sockport_walk *walk)
{
	return sockport_tcp_listeners(walk, listener_take,
				      sockport_tcp_ports_reserve);
}

/**
 * struct mptcp_slot - the connections of one slot in one namespace
 * @number: which slot
 * @count: how many
 * @sk: the connections, with references
 */
struct mptcp_slot {
	long		number;
	unsigned int	count;
	struct sock	*sk[SLOT_MOST];
};

static void slot_put(struct mptcp_slot *slot)
{
	while (slot->count)
		sock_put(slot->sk[--slot->count]);
}

/* The connections of the next slot that has some, from @slot->number on. */
static int slot_hold(struct mptcp_slot *slot, const struct net *net)
{
	long number = slot->number;
	long place = 0;
	struct sock *sk;

	while ((sk = (struct sock *)mptcp_token_iter_next(net, &number,
							  &place))) {
		if (!slot->count)
			slot->number = number;
		if (number != slot->number || slot->count == SLOT_MOST) {
			sock_put(sk);
			return number != slot->number ? 0 : -ENOBUFS;
		}
		slot->sk[slot->count++] = sk;
	}
	return 0;
}

/*
 * A connection that stays in the slot was left out only if one before it came
 * or went: that one has been seen twice, or is in no slot any more.
 */
static bool slot_moved(const struct mptcp_slot *slot)
{
	unsigned int i, j;

	for (i = 0; i < slot->count; i++) {
		if (sk_unhashed(slot->sk[i]))
			return true;
		for (j = 0; j < i; j++)
			if (slot->sk[i] == slot->sk[j])
				return true;
	}
	return false;
}

static void mptcp_fill(struct sockport_walk *walk, struct sockport_record *rec,
		       struct sock *sk)
{
	if (walk->want & SOCKPORT_WANT_QUEUES) {
		rec->rx_queue = sk_rmem_alloc_get(sk);
		rec->tx_queue = sk_wmem_alloc_get(sk);
		rec->has |= SOCKPORT_HAS_QUEUES;
	}
	if (walk->want & SOCKPORT_WANT_COOKIE)
		sockport_record_cookie(rec, sk);
	sockport_record_full(rec, sockport_walk_slot_detail(walk), sk,
			     walk->want);
}

/* May take the socket's lock. */
static void mptcp_token(struct sockport_record *rec,
			struct sockport_detail *detail, struct sock *sk)
{
	struct mptcp_info info;

	mptcp_diag_fill_info((struct mptcp_sock *)sk, &info);
	if (!info.mptcpi_token)
		return;
	detail->token = info.mptcpi_token;
	rec->has |= SOCKPORT_HAS_TOKEN;
}

static int slot_take(struct sockport_walk *walk, const struct mptcp_slot *slot)
{
	struct sockport_space *space = sockport_walk_here(walk);
	struct sockport_record *rec;
	unsigned int i, mark;
	int err;

	err = slot->count ? know_ports(walk) : 0;
	if (err)
		return err;
	for (i = 0; i < slot->count; i++) {
		err = sockport_walk_reserve(walk, 1);
		if (err)
			return err;
		mark = walk->count;
		rec = sockport_walk_slot(walk);
		rcu_read_lock();
		if (mptcp_identify(walk, rec, space, slot->sk[i])) {
			mptcp_fill(walk, rec, slot->sk[i]);
			sockport_walk_keep(walk, slot->sk[i]);
		}
		sockport_walk_settle(walk, mark);
		rcu_read_unlock();
		if (walk->count > mark && walk->details &&
		    walk->want & SOCKPORT_WANT_TOKEN)
			mptcp_token(rec, &walk->details[mark], slot->sk[i]);
	}
	return 0;
}

/*
 * One slot of the namespace under way. Returns 1, 0 when there is none, or a
 * negative errno.
 */
static int take_slot(struct sockport_walk *walk)
{
	const struct net *net = sockport_walk_here(walk)->net;
	struct mptcp_slot slot = { .number = walk->bucket };
	unsigned int restarts = 0;
	int err, found;

	for (;;) {
		err = slot_hold(&slot, net);
		if (err || !slot_moved(&slot))
			break;
		slot_put(&slot);
		atomic64_inc(&sockport_stats(walk->net)->chain_restarts);
		if (++restarts > RESTARTS) {
			err = -ENOBUFS;
			break;
		}
	}
	found = slot.count || err;
	walk->bucket = slot.number + 1;
	if (!err)
		err = slot_take(walk, &slot);
	slot_put(&slot);
	if (err == -ENOBUFS) {
		sockport_walk_miss(walk);
		err = 0;
	}
	return err ? err : found;
}

static int mptcp_connections(struct sockport_walk *walk)
{
	unsigned int mark = walk->count;
	int found;

	while (walk->space < walk->scope->count && walk->count == mark) {
		found = take_slot(walk);
		if (found < 0)
			return found;
		if (!found) {
			walk->bucket = 0;
			walk->space++;
		}
		cond_resched();
	}
	return walk->count > mark;
}

/* Listeners come first: connections that nobody has open have their owners. */
static const struct {
	u32	states;
	int	(*batch)(struct sockport_walk *walk);
} mptcp_phases[] = {
	{ ~0U, mptcp_listeners },
	{ ~LISTEN, mptcp_connections },
};

static int mptcp_batch(struct sockport_walk *walk)
{
	int more = 0;

	if (sockport_filter_states(walk->filter, SOCKPORT_PROTOCOL_MPTCP,
				   mptcp_phases[walk->phase].states))
		more = mptcp_phases[walk->phase].batch(walk);
	if (more)
		return more;
	walk->bucket = 0;
	walk->space = 0;
	walk->phase++;
	return walk->phase < ARRAY_SIZE(mptcp_phases);
}

/**
 * sockport_mptcp_token - put the token of a subflow's connection into a record
 * @rec: record of the subflow
 * @detail: its detail
 * @sk: TCP socket that is a subflow, with a reference
 *
 * Only the subflow itself tells it, as an attribute for sock_diag.
 *
 * Context: process context, takes the socket's lock.
 *
 * Return: 0, or -ENOMEM when it could not be told.
 */
int sockport_mptcp_token(struct sockport_record *rec,
			 struct sockport_detail *detail, struct sock *sk)
{
	const struct tcp_ulp_ops *ops = READ_ONCE(inet_csk(sk)->icsk_ulp_ops);
	const struct nlattr *attr;
	struct sk_buff *skb;

	if (!ops || !ops->get_info)
		return 0;
	skb = alloc_skb(INFO_ROOM, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	if (sockport_ulp_info(ops, sk, skb))
		goto free;
	attr = nla_find((struct nlattr *)skb->data, skb->len,
			INET_ULP_INFO_MPTCP);
	if (attr)
		attr = nla_find_nested(attr, MPTCP_SUBFLOW_ATTR_TOKEN_LOC);
	if (attr && nla_get_u32(attr)) {
		detail->token = nla_get_u32(attr);
		rec->has |= SOCKPORT_HAS_TOKEN;
	}
free:
	kfree_skb(skb);
	return 0;
}

#else /* CONFIG_MPTCP */
static int mptcp_begin(struct sockport_walk *walk)
{
	return 0;
}

static int mptcp_batch(struct sockport_walk *walk)
{
	return 0;
}

int sockport_mptcp_token(struct sockport_record *rec,
			 struct sockport_detail *detail, struct sock *sk)
{
	return 0;
}
#endif /* CONFIG_MPTCP */

const struct sockport_kind sockport_mptcp = {
	.protocol	= SOCKPORT_PROTOCOL_MPTCP,
	.ports		= true,
	.begin		= mptcp_begin,
	.batch		= mptcp_batch,
};
