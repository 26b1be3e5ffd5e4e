// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets of AF_VSOCK.
 *
 * Two tables for all namespaces, under one lock: who has a local address, the
 * unbound ones in its last bucket, and who has a peer. Connections that came
 * in are in the second one alone.
 *
 * The family is a module, which is neither loaded by a walk nor kept from
 * being unloaded while a reader is away.
 */
#include <linux/module.h>
#include <linux/sched.h>
#include <net/af_vsock.h>
#include <net/sock.h>

#include "walk/filter.h"
#include "walk/walk.h"

struct vsock_tables {
	typeof(&vsock_bind_table)	bound;
	typeof(&vsock_connected_table)	connected;
	spinlock_t			*lock; /* guards both */
};

static void put_tables(const struct vsock_tables *tables)
{
	if (tables->bound)
		symbol_put(vsock_bind_table);
	if (tables->connected)
		symbol_put(vsock_connected_table);
	if (tables->lock)
		symbol_put(vsock_table_lock);
}

/* Returns false while the family is not loaded. */
static bool get_tables(struct vsock_tables *tables)
{
	tables->bound = symbol_get(vsock_bind_table);
	tables->connected = symbol_get(vsock_connected_table);
	tables->lock = symbol_get(vsock_table_lock);
	if (tables->bound && tables->connected && tables->lock)
		return true;
	put_tables(tables);
	return false;
}

/* Who called out is in the table of bound sockets, connect() puts it there. */
static u8 vsock_role(const struct sockport_record *rec, bool bound)
{
	return bound && rec->state != TCP_LISTEN && rec->state != TCP_CLOSE ?
	       SOCKPORT_ROLE_OUT : SOCKPORT_ROLE_IN;
}

static void vsock_address(struct sockport_record *rec,
			  const struct vsock_sock *vsk)
{
	rec->local.cid = READ_ONCE(vsk->local_addr.svm_cid);
	rec->remote.cid = READ_ONCE(vsk->remote_addr.svm_cid);
	if (READ_ONCE(vsk->local_addr.svm_port) == VMADDR_PORT_ANY)
		return;
	rec->local_port = READ_ONCE(vsk->local_addr.svm_port);
	rec->remote_port = READ_ONCE(vsk->remote_addr.svm_port);
	rec->has |= SOCKPORT_HAS_PORTS;
}

/* Only a transport knows what waits in a connection, in ways of its own. */
static void vsock_queues(struct sockport_record *rec, const struct sock *sk)
{
	if (rec->state != TCP_LISTEN && rec->state != TCP_CLOSE)
		return;
	rec->rx_queue = 0;
	rec->tx_queue = 0;
	rec->has |= SOCKPORT_HAS_QUEUES;
	if (rec->state != TCP_LISTEN)
		return;
	rec->backlog = READ_ONCE(sk->sk_ack_backlog);
	rec->backlog_limit = READ_ONCE(sk->sk_max_ack_backlog);
	rec->has |= SOCKPORT_HAS_BACKLOG;
}

static bool vsock_take(struct sockport_walk *walk, struct vsock_sock *vsk,
		       bool bound)
{
	struct sock *sk = sk_vsock(vsk);
	struct sockport_space *space = sockport_walk_space(walk, sk);
	struct sockport_record *rec;

	if (!space)
		return true;
	rec = sockport_walk_slot(walk);
	if (!rec)
		return false;

	sockport_record_begin(rec, space, SOCKPORT_PROTOCOL_VSOCK, AF_VSOCK);
	vsock_address(rec, vsk);
	rec->state = READ_ONCE(sk->sk_state);
	rec->role = vsock_role(rec, bound);
	rec->type = sk->sk_type;
	rec->has |= SOCKPORT_HAS_TYPE;
	if (walk->want & SOCKPORT_WANT_UID)
		sockport_record_uid(rec, sk);
	if (walk->filter && !sockport_filter_match(walk->filter, rec, sk))
		return true;

	if (walk->want & SOCKPORT_WANT_QUEUES)
		vsock_queues(rec, sk);
	if (walk->want & SOCKPORT_WANT_COOKIE)
		sockport_record_cookie(rec, sk);
	sockport_record_full(rec, sk, walk->want);
	walk->count++;
	return true;
}

/* Table lock held. Returns false when the batch has no room. */
static bool take_lists(struct sockport_walk *walk,
		       const struct vsock_tables *tables)
{
	unsigned int bucket = walk->bucket;
	struct vsock_sock *vsk;

	list_for_each_entry(vsk, &(*tables->bound)[bucket], bound_table)
		if (!vsock_take(walk, vsk, true))
			return false;
	if (bucket == ARRAY_SIZE(*tables->connected))
		return true;
	list_for_each_entry(vsk, &(*tables->connected)[bucket],
			    connected_table)
		if (!__vsock_in_bound_table(vsk) &&
		    !vsock_take(walk, vsk, false))
			return false;
	return true;
}

/* The lists of one bucket, in one hold. */
static int take_bucket(struct sockport_walk *walk,
		       const struct vsock_tables *tables)
{
	unsigned int mark = walk->count;
	bool room;
	int err;

	for (;;) {
		rcu_read_lock();
		spin_lock_bh(tables->lock);
		room = take_lists(walk, tables);
		spin_unlock_bh(tables->lock);
		sockport_walk_settle(walk, mark);
		rcu_read_unlock();
		if (room)
			return 0;
		sockport_walk_truncate(walk, mark);
		err = sockport_walk_grow(walk);
		if (!err)
			continue;
		if (err != -ENOBUFS)
			return err;
		sockport_walk_miss(walk);
		return 0;
	}
}

static int vsock_batch(struct sockport_walk *walk)
{
	unsigned int mark = walk->count;
	struct vsock_tables tables;
	int err = 0;

	if (!get_tables(&tables))
		return 0;
	while (!err && walk->count == mark &&
	       walk->bucket < ARRAY_SIZE(*tables.bound)) {
		err = take_bucket(walk, &tables);
		walk->bucket++;
		cond_resched();
	}
	put_tables(&tables);
	return err ? err : walk->count > mark;
}

const struct sockport_kind sockport_vsock = {
	.protocol	= SOCKPORT_PROTOCOL_VSOCK,
	.ports		= true,
	.batch		= vsock_batch,
};
