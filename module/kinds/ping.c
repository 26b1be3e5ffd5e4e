// SPDX-License-Identifier: GPL-2.0
/*
 * Ping sockets, SOCK_DGRAM of ICMP and ICMPv6
 *
 * Their table is the kernel's own, but its iterator is exported. The one table
 * has both families and all namespaces; the iterator looks for the first
 * socket of a family and a namespace in each chain, and after it for sockets
 * of that namespace only.
 */
#include <linux/seq_file.h>
#include <linux/seq_file_net.h>
#include <net/ping.h>

#include "compat.h"
#include "kinds/plain.h"
#include "walk/chain.h"
#include "walk/filter.h"
#include "walk/walk.h"

#if SOCKPORT_PING_TABLE

#define PING_STATES	(BIT(SOCKPORT_STATE_ESTABLISHED) | \
			 BIT(SOCKPORT_STATE_CLOSE))

static const sa_family_t families[] = { AF_INET, AF_INET6 };

/**
 * struct ping_chain - a chain of the table, as the kernel's iterator has it
 * @chain: as a chain
 * @family: sockets of this family only
 * @bucket: number of the chain
 * @after: number of the chain in which the iterator found the next one
 * @seq: what the kernel's iterator wants
 * @iter: the iterator
 * @end: what it sees in front of the first chain: a socket that is the last
 *	one of its chain, and of which nothing else is read
 */
struct ping_chain {
	struct sockport_chain	chain;
	sa_family_t		family;
	int			bucket;
	int			after;
	struct seq_file		seq;
	struct ping_iter_state	iter;
	struct sock_common	end;
};

static struct ping_chain *ping_chain(struct sockport_chain *chain)
{
	return container_of(chain, struct ping_chain, chain);
}

static void ping_hold(struct sockport_chain *chain)
	__acquires(RCU)
{
	struct ping_chain *pc = ping_chain(chain);
	loff_t pos = 0;

	rcu_read_lock();
	ping_seq_start(&pc->seq, &pos, pc->family);
}

static void ping_release(struct sockport_chain *chain)
	__releases(RCU)
{
	ping_seq_stop(&ping_chain(chain)->seq, NULL);
	rcu_read_unlock();
}

/* The iterator goes on to other chains by itself: to @bucket or beyond. */
static struct sock *ping_step(struct ping_chain *pc, void *from, int bucket)
{
	struct sock *sk;
	loff_t pos = 0;

	pc->iter.bucket = bucket;
	sk = ping_seq_next(&pc->seq, from, &pos);
	pc->after = pc->iter.bucket;
	return sk && pc->after == pc->bucket ? sk : NULL;
}

static struct sock *ping_first(struct sockport_chain *chain)
{
	struct ping_chain *pc = ping_chain(chain);

	return ping_step(pc, &pc->end, pc->bucket - 1);
}

static struct sock *ping_next(struct sockport_chain *chain, struct sock *sk)
{
	struct ping_chain *pc = ping_chain(chain);

	return ping_step(pc, sk, pc->bucket);
}

/* One that moved to another chain has other neighbours. */
static bool ping_on(struct sockport_chain *chain, struct sock *sk)
{
	return sk_hashed(sk);
}

static const void *ping_before(const struct sock *sk)
{
	return sk->sk_node.pprev;
}

static bool ping_take(struct sockport_chain *chain, struct sock *sk)
{
	const struct ping_chain *pc = ping_chain(chain);
	struct sockport_walk *walk = chain->walk;
	struct sockport_record *rec;

	if (sk->sk_family != pc->family)
		return true;
	rec = sockport_walk_slot(walk);
	if (!rec)
		return false;

	sockport_record_tuple(rec, sockport_walk_here(walk), sk,
			      SOCKPORT_PROTOCOL_PING);
	sockport_record_address(rec, sk);
	rec->role = 0;
	rec->state = READ_ONCE(sk->sk_state);
	rec->type = SOCK_DGRAM;
	sockport_walk_slot_detail(walk)->number =
		pc->family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	rec->has |= SOCKPORT_HAS_TYPE | SOCKPORT_HAS_NUMBER;
	if (sockport_plain_keep(walk, rec, sk))
		sockport_plain_queues(walk, rec, sk);
	return true;
}

/* The next chain that has sockets of the namespace. */
static int ping_batch(struct sockport_walk *walk)
{
	struct ping_chain pc = {
		.chain = {
			.hold		= ping_hold,
			.release	= ping_release,
			.first		= ping_first,
			.next		= ping_next,
			.on		= ping_on,
			.before		= ping_before,
			.take		= ping_take,
			.walk		= walk,
		},
		.family = families[walk->phase],
		.seq.private = &pc.iter,
	};
	int err;

	if (!sockport_filter_states(walk->filter, SOCKPORT_PROTOCOL_PING,
				    PING_STATES))
		return 0;
#ifdef CONFIG_NET_NS
	pc.iter.p.net = sockport_walk_here(walk)->net;
#endif
	while (walk->bucket < PING_HTABLE_SIZE) {
		pc.bucket = walk->bucket;
		err = sockport_chain_take(&pc.chain);
		if (err)
			return err;
		walk->bucket = max_t(int, pc.after, pc.bucket + 1);
		if (walk->count)
			return 1;
	}
	walk->bucket = 0;
	return ++walk->phase < ARRAY_SIZE(families);
}

#else /* SOCKPORT_PING_TABLE */

static int ping_batch(struct sockport_walk *walk)
{
	return 0;
}

#endif /* SOCKPORT_PING_TABLE */

const struct sockport_kind sockport_ping = {
	.protocol	= SOCKPORT_PROTOCOL_PING,
	.per_net	= true,
	.detail		= true,
	.batch		= ping_batch,
};
