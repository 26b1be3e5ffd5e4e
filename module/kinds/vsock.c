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

#include "walk/chain.h"
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

	sockport_record_begin(rec, space, sk, SOCKPORT_PROTOCOL_VSOCK);
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
	sockport_record_full(rec, sockport_walk_slot_detail(walk), sk,
			     walk->want);
	sockport_walk_keep(walk, sk);
	return true;
}

/**
 * struct vsock_chain - a list of one of the tables
 * @chain: as a chain
 * @list: the list
 * @bound: of the table of bound sockets
 */
struct vsock_chain {
	struct sockport_chain	chain;
	struct list_head	*list;
	bool			bound;
};

static struct vsock_chain *vsock_chain(struct sockport_chain *chain)
{
	return container_of(chain, struct vsock_chain, chain);
}

static struct list_head *vsock_node(struct sockport_chain *chain,
				    struct sock *sk)
{
	return vsock_chain(chain)->bound ? &vsock_sk(sk)->bound_table :
					   &vsock_sk(sk)->connected_table;
}

static struct sock *vsock_at(struct sockport_chain *chain,
			     struct list_head *node)
{
	if (node == vsock_chain(chain)->list)
		return NULL;
	return sk_vsock(vsock_chain(chain)->bound ?
			list_entry(node, struct vsock_sock, bound_table) :
			list_entry(node, struct vsock_sock, connected_table));
}

static struct sock *vsock_first(struct sockport_chain *chain)
{
	return vsock_at(chain, vsock_chain(chain)->list->next);
}

static struct sock *vsock_next(struct sockport_chain *chain, struct sock *sk)
{
	return vsock_at(chain, vsock_node(chain, sk)->next);
}

/* One that moved to another list has other neighbours. */
static bool vsock_on(struct sockport_chain *chain, struct sock *sk)
{
	return !list_empty(vsock_node(chain, sk));
}

static const void *bound_before(const struct sock *sk)
{
	return vsock_sk(sk)->bound_table.prev;
}

static const void *connected_before(const struct sock *sk)
{
	return vsock_sk(sk)->connected_table.prev;
}

static bool chain_take(struct sockport_chain *chain, struct sock *sk)
{
	const bool bound = vsock_chain(chain)->bound;

	if (!bound && __vsock_in_bound_table(vsock_sk(sk)))
		return true;
	return vsock_take(chain->walk, vsock_sk(sk), bound);
}

static int take_list(struct sockport_walk *walk, spinlock_t *lock,
		     struct list_head *list, bool bound)
{
	struct vsock_chain vc = {
		.chain = {
			.lock	= lock,
			.first	= vsock_first,
			.next	= vsock_next,
			.on	= vsock_on,
			.before	= bound ? bound_before : connected_before,
			.take	= chain_take,
			.walk	= walk,
		},
		.list = list,
		.bound = bound,
	};

	return list_empty(list) ? 0 : sockport_chain_take(&vc.chain);
}

/* The lists of one bucket. */
static int take_bucket(struct sockport_walk *walk,
		       const struct vsock_tables *tables)
{
	unsigned int bucket = walk->bucket;
	int err;

	err = take_list(walk, tables->lock, &(*tables->bound)[bucket], true);
	if (!err && bucket < ARRAY_SIZE(*tables->connected))
		err = take_list(walk, tables->lock,
				&(*tables->connected)[bucket], false);
	return err;
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
