// SPDX-License-Identifier: GPL-2.0
/*
 * What kinds without ports have in common
 */
#include <linux/sched.h>
#include <net/sock.h>

#include "kinds/plain.h"
#include "walk/filter.h"
#include "walk/chain.h"
#include "walk/record.h"
#include "walk/walk.h"

/**
 * sockport_plain_keep - match a socket, and keep it with what all sockets have
 * @walk: walk
 * @rec: its next record, with all that a filter asks for but the owner
 * @sk: the socket
 *
 * What only the kind has to tell is added to @rec and its detail afterwards.
 *
 * Context: lock of the socket's chain or list held.
 *
 * Return: false when the filter does not want the socket.
 */
bool sockport_plain_keep(struct sockport_walk *walk,
			 struct sockport_record *rec, struct sock *sk)
{
	if (walk->want & SOCKPORT_WANT_UID)
		sockport_record_uid(rec, sk);
	if (walk->filter && !sockport_filter_match(walk->filter, rec, sk))
		return false;
	if (walk->want & SOCKPORT_WANT_COOKIE)
		sockport_record_cookie(rec, sk);
	sockport_record_full(rec, sockport_walk_slot_detail(walk), sk,
			     walk->want);
	return sockport_walk_keep(walk, sk);
}

/**
 * sockport_plain_queues - put memory in use for queues into a record
 * @walk: walk
 * @rec: record to fill
 * @sk: the socket
 *
 * Context: lock of the socket's chain or list held.
 */
void sockport_plain_queues(struct sockport_walk *walk,
			   struct sockport_record *rec, const struct sock *sk)
{
	if (!(walk->want & SOCKPORT_WANT_QUEUES))
		return;
	rec->rx_queue = sk_rmem_alloc_get(sk);
	rec->tx_queue = sk_wmem_alloc_get(sk);
	rec->has |= SOCKPORT_HAS_QUEUES;
}

struct list_chain {
	struct sockport_chain	chain;
	struct mutex		*lock; /* of the list */
	struct hlist_head	*list;
	void			(*take)(struct sockport_walk *walk,
					struct sockport_record *rec,
					struct sock *sk);
};

static struct list_chain *list_chain(struct sockport_chain *chain)
{
	return container_of(chain, struct list_chain, chain);
}

/* Sockets stay in their list, and so do their inodes, while it is held. */
static void list_hold(struct sockport_chain *chain)
{
	mutex_lock(list_chain(chain)->lock);
}

static void list_release(struct sockport_chain *chain)
{
	mutex_unlock(list_chain(chain)->lock);
}

static struct sock *list_first(struct sockport_chain *chain)
{
	return sk_head(list_chain(chain)->list);
}

static struct sock *list_next(struct sockport_chain *chain, struct sock *sk)
{
	return sk_next(sk);
}

/* There is no other list for it. */
static bool list_on(struct sockport_chain *chain, struct sock *sk)
{
	return sk_hashed(sk);
}

static const void *list_before(const struct sock *sk)
{
	return sk->sk_node.pprev;
}

static bool list_take(struct sockport_chain *chain, struct sock *sk)
{
	struct sockport_record *rec = sockport_walk_slot(chain->walk);

	if (rec)
		list_chain(chain)->take(chain->walk, rec, sk);
	return rec;
}

/**
 * sockport_plain_list - take all of a list that has a mutex into the batch
 * @walk: walk
 * @lock: mutex of the list
 * @list: sockets; their files stay until they have left it
 * @take: take a socket into a record, and count it
 *
 * Nothing is allocated with the mutex held: others may wait for it under the
 * lock of all network devices.
 *
 * Context: process context, may sleep.
 *
 * Return: 0, also for a list that had to be left out, after which the walk
 * knows that it missed something; -ENOMEM or -EINTR.
 */
int sockport_plain_list(struct sockport_walk *walk, struct mutex *lock,
			struct hlist_head *list,
			void (*take)(struct sockport_walk *walk,
				     struct sockport_record *rec,
				     struct sock *sk))
{
	struct list_chain lc = {
		.chain = {
			.hold		= list_hold,
			.release	= list_release,
			.first		= list_first,
			.next		= list_next,
			.on		= list_on,
			.before		= list_before,
			.take		= list_take,
			.walk		= walk,
		},
		.lock = lock,
		.list = list,
		.take = take,
	};

	/* The mutex of a family that is not loaded yet is no mutex yet. */
	return hlist_empty(list) ? 0 : sockport_chain_take(&lc.chain);
}
