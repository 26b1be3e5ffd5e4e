// SPDX-License-Identifier: GPL-2.0
/*
 * The table of TCP's listeners, which those of MPTCP are in too
 */
#include <net/inet_hashtables.h>
#include <net/tcp.h>

#include "compat.h"
#include "kinds/tcp-queue.h"
#include "kinds/tcp.h"
#include "walk/chain.h"
#include "walk/filter.h"
#include "walk/waiting.h"
#include "walk/walk.h"

/* States of what takes the owner of its listener. */
#define CHILDREN	(~(u32)(BIT(SOCKPORT_STATE_CLOSE) | \
				BIT(SOCKPORT_STATE_LISTEN)))

struct listener_chain {
	struct sockport_chain		chain;
	struct inet_listen_hashbucket	*head;
	bool				(*take)(struct sockport_walk *walk,
						struct sock *sk);
};

static struct sock *listener_at(struct hlist_nulls_node *node)
{
	return is_a_nulls(node) ? NULL :
	       hlist_nulls_entry(node, struct sock, sk_nulls_node);
}

static struct sock *listener_first(struct sockport_chain *chain)
{
	struct listener_chain *lc = container_of(chain, struct listener_chain,
						 chain);

	return listener_at(lc->head->nulls_head.first);
}

static struct sock *listener_next(struct sockport_chain *chain, struct sock *sk)
{
	return listener_at(sk->sk_nulls_node.next);
}

static const void *listener_before(const struct sock *sk)
{
	return sk->sk_nulls_node.pprev;
}

/* A listener that closes leaves its chain before its state changes. */
static bool listener_on(struct sockport_chain *chain, struct sock *sk)
{
	return inet_sk_state_load(sk) == TCP_LISTEN && !sk_unhashed(sk);
}

static bool listener_take(struct sockport_chain *chain, struct sock *sk)
{
	struct listener_chain *lc = container_of(chain, struct listener_chain,
						 chain);

	return lc->take(chain->walk, sk);
}

static bool wants_children(const struct sockport_walk *walk)
{
	return sockport_filter_states(walk->filter, SOCKPORT_PROTOCOL_TCP,
				      CHILDREN);
}

/**
 * sockport_tcp_has_queue - is a listener to be asked what waits for accept()?
 * @walk: walk
 * @sk: a full socket
 *
 * Context: lock of the socket's chain held.
 *
 * Return: true when it is: sockport_tcp_ask_queue().
 */
bool sockport_tcp_has_queue(const struct sockport_walk *walk,
			    const struct sock *sk)
{
	return walk->waiting && inet_sk_state_load(sk) == TCP_LISTEN &&
	       READ_ONCE(sk->sk_ack_backlog) && wants_children(walk);
}

/**
 * sockport_tcp_ask_queue - remember what waits for accept() at a listener
 * @walk: walk
 * @rec: record of the listener
 * @sk: the listener, with a reference
 *
 * Context: process context, no lock held, may sleep.
 */
void sockport_tcp_ask_queue(struct sockport_walk *walk,
			    const struct sockport_record *rec, struct sock *sk)
{
	struct sockport_waiting *waiting = walk->waiting;

	if (rec->has & SOCKPORT_HAS_INODE && !waiting->err)
		waiting->err = sockport_tcp_queue_take(waiting, rec->space, sk,
						       rec->inode);
}

/* Remember the listeners from @mark on, and what waits for them. */
static int note_listeners(struct sockport_walk *walk, unsigned int mark)
{
	struct sockport_waiting *waiting = walk->waiting;
	unsigned int i;
	int err;

	for (i = mark; i < walk->count && wants_children(walk); i++) {
		err = waiting->listener(waiting, &walk->batch[i]);
		if (err)
			return err;
		cond_resched();
	}
	/* Before records move. */
	sockport_walk_ask_now(walk);
	sockport_walk_drop_hidden(walk, mark);
	return waiting->err;
}

/**
 * sockport_tcp_listeners - take the listeners of the next chain that has some
 * @walk: walk; its bucket is where to go on
 * @take: takes a listener, see struct sockport_chain
 * @reserve: likewise
 *
 * All namespaces share the table.
 *
 * Context: process context, may sleep.
 *
 * Return: above 0 when there are some, 0 at the end of the table; -ENOMEM or
 * -EINTR.
 */
int sockport_tcp_listeners(struct sockport_walk *walk,
			   bool (*take)(struct sockport_walk *walk,
					struct sock *sk),
			   int (*reserve)(struct sockport_walk *walk))
{
	struct inet_hashinfo *hashes = walk->net->ipv4.tcp_death_row.hashinfo;
	struct listener_chain lc = {
		.chain = {
			.first	= listener_first,
			.next	= listener_next,
			.on	= listener_on,
			.before	= listener_before,
			.take	= listener_take,
			.reserve = reserve,
			.walk	= walk,
		},
		.take = take,
	};
	unsigned int mark = walk->count;
	int err;

	while (walk->bucket <= hashes->lhash2_mask && walk->count == mark) {
		lc.head = &hashes->lhash2[walk->bucket++];
		if (hlist_nulls_empty(&lc.head->nulls_head))
			continue;
		lc.chain.lock = &lc.head->lock;
		err = sockport_chain_take(&lc.chain);
		if (!err && walk->waiting)
			err = note_listeners(walk, mark);
		if (err)
			return err;
		cond_resched();
	}
	return walk->count > mark;
}
