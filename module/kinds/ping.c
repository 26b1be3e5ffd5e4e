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
#include "walk/filter.h"
#include "walk/walk.h"

#if SOCKPORT_PING_TABLE

#define PING_STATES	(BIT(SOCKPORT_STATE_ESTABLISHED) | \
			 BIT(SOCKPORT_STATE_CLOSE))

static const sa_family_t families[] = { AF_INET, AF_INET6 };

/**
 * struct ping_place - where a hold of the table's lock is
 * @seq: what the kernel's iterator wants
 * @iter: the iterator
 * @end: what it sees in front of the first chain: a socket that is the last
 *	one of its chain, and of which nothing else is read
 */
struct ping_place {
	struct seq_file		seq;
	struct ping_iter_state	iter;
	struct sock_common	end;
};

static bool ping_take(struct sockport_walk *walk, struct sock *sk,
		      sa_family_t family)
{
	struct sockport_record *rec;

	if (sk->sk_family != family)
		return true;
	rec = sockport_walk_slot(walk);
	if (!rec)
		return false;

	sockport_record_tuple(rec, sockport_walk_here(walk), sk,
			      SOCKPORT_PROTOCOL_PING);
	rec->role = 0;
	rec->state = READ_ONCE(sk->sk_state);
	rec->type = SOCK_DGRAM;
	rec->number = family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	rec->has |= SOCKPORT_HAS_TYPE | SOCKPORT_HAS_NUMBER;
	if (sockport_plain_keep(walk, rec, sk))
		sockport_plain_queues(walk, rec, sk);
	return true;
}

/*
 * Take the next chain that has sockets, in one hold. Returns 1, 0 when there
 * is none, or -ENOSPC when the batch has no room for it.
 */
static int ping_hold(struct sockport_walk *walk, sa_family_t family)
{
	struct ping_place place = { .seq.private = &place.iter };
	unsigned int mark = walk->count;
	struct sock *sk;
	loff_t pos = 0;
	int ret = 0;

#ifdef CONFIG_NET_NS
	place.iter.p.net = sockport_walk_here(walk)->net;
#endif
	rcu_read_lock();
	ping_seq_start(&place.seq, &pos, family);
	place.iter.bucket = (int)walk->bucket - 1;
	sk = ping_seq_next(&place.seq, &place.end, &pos);
	if (sk) {
		walk->bucket = place.iter.bucket;
		ret = 1;
	}
	while (sk && place.iter.bucket == walk->bucket) {
		if (!ping_take(walk, sk, family)) {
			ret = -ENOSPC;
			break;
		}
		sk = ping_seq_next(&place.seq, sk, &pos);
	}
	ping_seq_stop(&place.seq, sk);
	if (ret == -ENOSPC)
		walk->count = mark;
	sockport_walk_settle(walk, mark);
	rcu_read_unlock();
	return ret;
}

static int ping_batch(struct sockport_walk *walk)
{
	int err;

	if (!sockport_filter_states(walk->filter, PING_STATES))
		return 0;
	err = ping_hold(walk, families[walk->phase]);
	if (err == -ENOSPC) {
		err = sockport_walk_grow(walk);
		if (!err)
			return 1;
		if (err != -ENOBUFS)
			return err;
		sockport_walk_miss(walk);
	}
	if (err) {
		walk->bucket++;
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
	.batch		= ping_batch,
};
