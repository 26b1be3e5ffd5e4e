// SPDX-License-Identifier: GPL-2.0
/*
 * What kinds without ports have in common
 */
#include <linux/sched.h>
#include <net/sock.h>

#include "kinds/plain.h"
#include "walk/filter.h"
#include "walk/record.h"
#include "walk/walk.h"

/**
 * sockport_plain_keep - match a socket, and keep it with what all sockets have
 * @walk: walk
 * @rec: its next record, with all that a filter asks for but the owner
 * @sk: the socket
 *
 * What only the kind has to tell is added to @rec afterwards.
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
	sockport_record_full(rec, sk, walk->want);
	walk->count++;
	return true;
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

/**
 * sockport_plain_list - take all of a list into the batch
 * @walk: walk
 * @lock: mutex of the list
 * @list: sockets; their files stay until they have left it
 * @take: take a socket into a record, and count it
 *
 * A mutex keeps nobody's interrupts waiting, and the sockets of such lists are
 * few: the list is taken in one hold, which makes it exact without a place to
 * come back to, and the batch grows in it.
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
	unsigned int mark = walk->count;
	struct sock *sk;
	int err;

	/* The mutex of a family that is not loaded yet is no mutex yet. */
	if (hlist_empty(list))
		return 0;
	err = mutex_lock_killable(lock);
	if (err)
		return err;
	sk_for_each(sk, list) {
		if (!sockport_walk_slot(walk))
			err = sockport_walk_grow(walk);
		if (err)
			break;
		take(walk, sockport_walk_slot(walk), sk);
		cond_resched();
	}
	/* The sockets are still on the list, so no inode is freed. */
	sockport_walk_settle(walk, mark);
	mutex_unlock(lock);

	if (!err)
		return 0;
	sockport_walk_truncate(walk, mark);
	if (err != -ENOBUFS)
		return err;
	sockport_walk_miss(walk);
	return 0;
}
