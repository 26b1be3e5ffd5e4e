// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink sockets.
 *
 * Each protocol has a hash table of all sockets that have a port id, the
 * kernel's own ones too, and a list of those that joined a group. A socket
 * that joined one and was never bound is on the list alone. Where the kernel's
 * tables are not as we know them, only open files lead to these sockets.
 */
#include <linux/net.h>
#include <linux/netlink.h>
#include <linux/rhashtable.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <net/sock.h>

#include "compat.h"
#include "net.h"
#include "kinds/netlink.h"
#include "kinds/plain.h"
#include "walk/chain.h"
#include "walk/walk.h"

/* How often a table that is being resized is begun anew, a jiffy later. */
#define RESTARTS	64

struct member_chain {
	struct sockport_chain	chain;
	struct netlink_table	*table;
	struct sockport_seen	bound;
	unsigned long		flags;
};

/**
 * sockport_nlsock_name - put port ids and groups into a record
 * @rec: record to fill
 * @detail: its detail
 * @sk: netlink socket, with a reference
 *
 * Our reference does not keep the struct socket, which sock_orphan() cuts off
 * under this lock before its memory and operations go.
 *
 * Context: process context.
 *
 * Return: false when the socket has been closed.
 */
bool sockport_nlsock_name(struct sockport_record *rec,
			  struct sockport_detail *detail, struct sock *sk)
{
	struct sockaddr_nl local, remote;
	bool named = false;

	read_lock_bh(&sk->sk_callback_lock);
	if (sk->sk_socket)
		named = kernel_getsockname(sk->sk_socket,
					   (struct sockaddr *)&local) >= 0 &&
			kernel_getpeername(sk->sk_socket,
					   (struct sockaddr *)&remote) >= 0;
	read_unlock_bh(&sk->sk_callback_lock);
	if (!named)
		return false;
	rec->local_port = local.nl_pid;
	rec->remote_port = remote.nl_pid;
	detail->groups = local.nl_groups;
	rec->has |= SOCKPORT_HAS_PORTS | SOCKPORT_HAS_GROUPS;
	return true;
}

static void ask_name(struct sockport_walk *walk, unsigned int record,
		     struct sock *sk)
{
	struct sockport_record *rec = &walk->batch[record];

	if (!sockport_nlsock_name(rec, &walk->details[record], sk))
		rec->has |= SOCKPORT_IS_HIDDEN;
}

/* Only the socket itself tells its name. False when there is no room. */
static bool nlsock_take(struct sockport_walk *walk, struct sock *sk)
{
	struct sockport_space *space = sockport_walk_space(walk, sk);
	struct sockport_record *rec;

	if (!space)
		return true;
	rec = sockport_walk_slot(walk);
	if (!rec)
		return false;

	sockport_record_begin(rec, space, sk, SOCKPORT_PROTOCOL_NETLINK);
	sockport_walk_slot_detail(walk)->number = sk->sk_protocol;
	rec->type = sk->sk_type;
	rec->has |= SOCKPORT_HAS_NUMBER | SOCKPORT_HAS_TYPE;
	rec->state = READ_ONCE(sk->sk_state) == NETLINK_CONNECTED ?
		     SOCKPORT_STATE_ESTABLISHED : SOCKPORT_STATE_CLOSE;
	if (!sockport_plain_keep(walk, rec, sk))
		return true;
	sockport_plain_queues(walk, rec, sk);
	/* It has been closed. */
	if (!sockport_walk_ask(walk, sk, ask_name))
		walk->count--;
	return true;
}

/*
 * One hold of a protocol's hash table. Returns 1 when there are more, 0 at the
 * end, -EAGAIN when the table is being resized: some may have been passed over
 * then.
 */
static int hold_hash(struct sockport_walk *walk, struct rhashtable_iter *iter,
		     const struct sockport_seen *seen)
{
	struct sock *sk;
	unsigned int n;

	for (n = 0; n < SOCKPORT_HOLD; n++) {
		sk = rhashtable_walk_next(iter);
		if (IS_ERR_OR_NULL(sk))
			return PTR_ERR(sk);
		if (!sockport_seen_has(seen, sk) && !nlsock_take(walk, sk))
			return -EAGAIN;
	}
	return 1;
}

/* All of a protocol's hash table, 64 sockets at a time. */
static int take_hash(struct sockport_walk *walk, struct netlink_table *table,
		     const struct sockport_seen *seen)
{
	const struct rhash_head *place;
	struct rhashtable_iter iter;
	unsigned int mark;
	u64 begin;
	int ret;

	rhashtable_walk_enter(&table->hash, &iter);
	do {
		ret = sockport_walk_reserve(walk, SOCKPORT_HOLD);
		if (ret)
			break;
		mark = walk->count;
		place = iter.p;
		begin = sockport_hold_begin();
		ret = rhashtable_walk_start_check(&iter);
		/* What kept the place has left: one may be passed over. */
		if (!ret && place && !iter.p)
			ret = -EAGAIN;
		if (!ret)
			ret = hold_hash(walk, &iter, seen);
		sockport_walk_settle(walk, mark);
		rhashtable_walk_stop(&iter);
		sockport_hold_end(walk, begin);
		cond_resched();
	} while (ret > 0);
	rhashtable_walk_exit(&iter);
	return ret;
}

/* Interrupts off, as netlink_lock_table() has it: senders may hold what these take. */
static void member_hold(struct sockport_chain *chain)
	__acquires(RCU) __acquires(&nl_table_lock)
{
	struct member_chain *mc = container_of(chain, struct member_chain,
					       chain);

	rcu_read_lock();
	read_lock_irqsave(&nl_table_lock, mc->flags);
}

static void member_release(struct sockport_chain *chain)
	__releases(&nl_table_lock) __releases(RCU)
{
	struct member_chain *mc = container_of(chain, struct member_chain,
					       chain);

	read_unlock_irqrestore(&nl_table_lock, mc->flags);
	rcu_read_unlock();
}

static struct sock *member_first(struct sockport_chain *chain)
{
	struct member_chain *mc = container_of(chain, struct member_chain,
					       chain);

	return hlist_entry_safe(mc->table->mc_list.first, struct sock,
				sk_bind_node);
}

static struct sock *member_next(struct sockport_chain *chain, struct sock *sk)
{
	return hlist_entry_safe(sk->sk_bind_node.next, struct sock,
				sk_bind_node);
}

/*
 * Who leaves a list keeps both its pointers. It has left if the one before, which is still
 * there for us, points to another: who was before it when it left does, and did not come
 * back before another one without that having changed.
 */
static bool member_on(struct sockport_chain *chain, struct sock *sk)
{
	return *sk->sk_bind_node.pprev == &sk->sk_bind_node;
}

static const void *member_before(const struct sock *sk)
{
	return sk->sk_bind_node.pprev;
}

static struct sock *member_prior(struct sockport_chain *chain, struct sock *sk)
{
	if (member_first(chain) == sk)
		return NULL;
	return hlist_entry(container_of(sk->sk_bind_node.pprev,
					struct hlist_node, next),
			   struct sock, sk_bind_node);
}

static bool member_take(struct sockport_chain *chain, struct sock *sk)
{
	struct member_chain *mc = container_of(chain, struct member_chain,
					       chain);

	return sockport_seen_has(&mc->bound, sk) ||
	       nlsock_take(chain->walk, sk);
}

/* Those that joined a group, and were not in the hash table from @mark on. */
static int take_members(struct sockport_walk *walk,
			struct netlink_table *table, unsigned int mark)
{
	struct member_chain mc = {
		.chain = {
			.hold		= member_hold,
			.release	= member_release,
			.first		= member_first,
			.next		= member_next,
			.on		= member_on,
			.before		= member_before,
			.prior		= member_prior,
			.take		= member_take,
			.walk		= walk,
		},
		.table = table,
	};
	int err;

	err = sockport_seen_fill(&mc.bound, walk, mark);
	if (!err)
		err = sockport_chain_take(&mc.chain);
	sockport_seen_free(&mc.bound, walk);
	return err;
}

/*
 * What was taken before a table is begun anew stays taken, and is not used
 * again: there are references to it.
 */
static int take_bound(struct sockport_walk *walk, struct netlink_table *table,
		      unsigned int mark)
{
	struct sockport_seen seen = {};
	unsigned int restarts = 0;
	int err;

	for (;;) {
		err = take_hash(walk, table, &seen);
		if (err != -EAGAIN)
			break;
		err = -ENOBUFS;
		if (++restarts > RESTARTS)
			break;
		atomic64_inc(&sockport_stats(walk->net)->chain_restarts);
		schedule_timeout_killable(1);
		err = -EINTR;
		if (fatal_signal_pending(current))
			break;
		err = sockport_seen_fill(&seen, walk, mark);
		if (err)
			break;
	}
	sockport_seen_free(&seen, walk);
	return err;
}

static int take_protocol(struct sockport_walk *walk,
			 struct netlink_table *table)
{
	unsigned int mark = walk->count;
	int err;

	err = take_bound(walk, table, mark);
	if (!err)
		err = take_members(walk, table, mark);
	if (err) {
		sockport_walk_truncate(walk, mark);
		if (err != -ENOBUFS)
			return err;
		sockport_walk_miss(walk);
		return 0;
	}
	sockport_walk_ask_now(walk);
	sockport_walk_drop_hidden(walk, mark);
	return 0;
}

static int nlsock_batch(struct sockport_walk *walk)
{
	unsigned int mark = walk->count;
	int err;

	if (!SOCKPORT_NETLINK_TABLE)
		return 0;
	while (walk->bucket < MAX_LINKS && walk->count == mark) {
		err = take_protocol(walk, &nl_table[walk->bucket++]);
		if (err)
			return err;
		cond_resched();
	}
	return walk->count > mark;
}

const struct sockport_kind sockport_nlsock = {
	.protocol	= SOCKPORT_PROTOCOL_NETLINK,
	.detail		= true,
	.batch		= nlsock_batch,
};
