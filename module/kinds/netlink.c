// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink sockets.
 *
 * Each protocol has a hash table of all sockets that have a port id, the
 * kernel's own ones too, and a list of those that joined a group. A socket
 * that joined one and was never bound is on the list alone.
 */
#include <linux/net.h>
#include <linux/netlink.h>
#include <linux/rhashtable.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <net/sock.h>

#include "compat.h"
#include "net.h"
#include "walk/filter.h"
#include "walk/walk.h"

/* How often a table that is being resized is begun anew, a jiffy later. */
#define RESTARTS	64

/*
 * Copy a socket into the batch, and keep a reference to it: only the socket
 * itself tells its port id and groups. Returns false when there is no room.
 */
static bool nlsock_take(struct sockport_walk *walk, struct sock *sk)
{
	struct sockport_space *space = sockport_walk_space(walk, sk);
	struct sockport_record *rec;

	if (!space)
		return true;
	rec = sockport_walk_slot(walk);
	if (!rec)
		return false;

	sockport_record_begin(rec, space, SOCKPORT_PROTOCOL_NETLINK,
			      AF_NETLINK);
	rec->number = sk->sk_protocol;
	rec->type = sk->sk_type;
	rec->has |= SOCKPORT_HAS_NUMBER | SOCKPORT_HAS_TYPE;
	rec->state = READ_ONCE(sk->sk_state) == NETLINK_CONNECTED ?
		     SOCKPORT_STATE_ESTABLISHED : SOCKPORT_STATE_CLOSE;
	if (walk->want & SOCKPORT_WANT_UID)
		sockport_record_uid(rec, sk);
	if (walk->filter && !sockport_filter_match(walk->filter, rec, sk))
		return true;
	/* A count of 0: it has been closed. */
	if (!refcount_inc_not_zero(&sk->sk_refcnt))
		return true;
	rec->sk = sk;

	if (walk->want & SOCKPORT_WANT_QUEUES) {
		rec->rx_queue = sk_rmem_alloc_get(sk);
		rec->tx_queue = sk_wmem_alloc_get(sk);
		rec->has |= SOCKPORT_HAS_QUEUES;
	}
	if (walk->want & SOCKPORT_WANT_COOKIE)
		sockport_record_cookie(rec, sk);
	sockport_record_full(rec, sk, walk->want);
	walk->count++;
	return true;
}

/*
 * All of a protocol's hash table. Returns 0, -ENOBUFS when there is no room,
 * or -EAGAIN when the table is being resized: some may have been seen twice.
 */
static int take_hash(struct sockport_walk *walk, struct netlink_table *table)
{
	struct rhashtable_iter iter;
	struct sock *sk;
	int err = 0;

	rhashtable_walk_enter(&table->hash, &iter);
	rhashtable_walk_start(&iter);
	while (!err && (sk = rhashtable_walk_next(&iter))) {
		if (IS_ERR(sk))
			err = PTR_ERR(sk);
		else if (!nlsock_take(walk, sk))
			err = -ENOBUFS;
	}
	rhashtable_walk_stop(&iter);
	rhashtable_walk_exit(&iter);
	return err;
}

/* All that joined a group, most of them for the second time. */
static int take_members(struct sockport_walk *walk,
			struct netlink_table *table)
{
	unsigned long flags;
	struct sock *sk;
	int err = 0;

	/* As netlink_lock_table() does: senders may hold what interrupts take. */
	read_lock_irqsave(&nl_table_lock, flags);
	sk_for_each_bound(sk, &table->mc_list) {
		if (nlsock_take(walk, sk))
			continue;
		err = -ENOBUFS;
		break;
	}
	read_unlock_irqrestore(&nl_table_lock, flags);
	return err;
}

/*
 * Port ids and groups. Returns false when the socket has been closed: our
 * reference does not keep the struct socket, which sock_orphan() cuts off
 * under this lock before its memory and operations go.
 */
static bool nlsock_name(struct sockport_record *rec, struct sock *sk)
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
	rec->groups = local.nl_groups;
	rec->has |= SOCKPORT_HAS_PORTS | SOCKPORT_HAS_GROUPS;
	return true;
}

/*
 * Name all sockets from @mark on. Those from @members on that have a port id
 * are in the hash table too; the kernel's, which have none, join no group.
 */
static void name_all(struct sockport_walk *walk, unsigned int mark,
		     unsigned int members)
{
	struct sockport_record *rec;
	unsigned int i, count;
	struct sock *sk;

	count = mark;
	for (i = mark; i < walk->count; i++) {
		rec = &walk->batch[i];
		sk = rec->sk;
		rec->sk = NULL;
		if (nlsock_name(rec, sk) && (i < members || !rec->local_port))
			walk->batch[count++] = *rec;
		sock_put(sk);
		cond_resched();
	}
	walk->count = count;
}

/* Before a table is begun anew: @err is why. */
static int make_ready(struct sockport_walk *walk, int err,
		      unsigned int *restarts)
{
	if (err == -ENOBUFS)
		return sockport_walk_grow(walk);
	if (++*restarts > RESTARTS)
		return -ENOBUFS;
	atomic64_inc(&sockport_stats(walk->net)->chain_restarts);
	schedule_timeout_killable(1);
	return fatal_signal_pending(current) ? -EINTR : 0;
}

static int take_protocol(struct sockport_walk *walk,
			 struct netlink_table *table)
{
	unsigned int mark = walk->count;
	unsigned int restarts = 0;
	unsigned int members;
	int err;

	do {
		rcu_read_lock();
		err = take_hash(walk, table);
		members = walk->count;
		if (!err)
			err = take_members(walk, table);
		sockport_walk_settle(walk, mark);
		rcu_read_unlock();
		if (!err) {
			name_all(walk, mark, members);
			return 0;
		}
		sockport_walk_truncate(walk, mark);
		err = make_ready(walk, err, &restarts);
	} while (!err);

	if (err != -ENOBUFS)
		return err;
	sockport_walk_miss(walk);
	return 0;
}

static int nlsock_batch(struct sockport_walk *walk)
{
	unsigned int mark = walk->count;
	int err;

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
	.batch		= nlsock_batch,
};
