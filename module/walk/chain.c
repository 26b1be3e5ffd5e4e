// SPDX-License-Identifier: GPL-2.0
/*
 * Take a whole hash chain that may be long, in short holds.
 *
 * All UDP sockets of a port share a chain, all TCP sockets of a port hang on
 * its bind bucket, all listeners of an address and port share a chain: tens of
 * thousands of them. The lock is let go every now and then, and a reference to
 * the next socket keeps the place. Sockets join at the ends of lists and move
 * none that are there, so what comes after the place is what has not been
 * seen, and perhaps a few that came just now.
 *
 * When the socket that kept the place, or one of its neighbours, has left, the
 * place is lost: what was taken is forgotten and the chain begun anew, with
 * longer holds each time. A chain that cannot be taken so is left out, counted
 * and told to the reader, as is one that is too long for the batch.
 */
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "net.h"
#include "walk/walk.h"

/* Sockets that one hold of the lock looks at: some microseconds. */
#define CHAIN_HOLD	64
/* And after many lost places at most. */
#define CHAIN_HOLD_MOST	4096
#define CHAIN_RESTARTS	64

/*
 * The place in a chain: the socket to take next, with a reference, and its
 * neighbours. A socket that left and came back, to one of the ends, has other
 * ones. The neighbours are compared only, they may be gone.
 */
struct place {
	struct sock	*sk;
	struct sock	*next;
	const void	*before;
};

/*
 * Take sockets from @sk on, and keep the place where the hold ends. Returns
 * false when there was no room and no place to come back to either.
 */
static bool hold_chain(struct sockport_chain *chain, struct place *place,
		       struct sock *sk, unsigned int hold)
{
	unsigned int n;
	bool full;

	place->sk = NULL;
	for (n = 0; sk; sk = chain->next(sk), n++) {
		full = !sockport_walk_slot(chain->walk);
		if ((full || n >= hold) &&
		    refcount_inc_not_zero(&sk->sk_refcnt)) {
			place->sk = sk;
			place->next = chain->next(sk);
			place->before = chain->before(sk);
			return true;
		}
		if (full || !chain->take(chain->walk, sk))
			return false;
	}
	return true;
}

static bool place_kept(struct sockport_chain *chain, const struct place *place)
{
	return chain->on(chain, place->sk) &&
	       chain->before(place->sk) == place->before &&
	       chain->next(place->sk) == place->next;
}

/*
 * One hold of the lock. Returns false when the place was lost; the reference
 * to the socket that kept the place before is dropped.
 */
static bool take_part(struct sockport_chain *chain, struct place *place,
		      unsigned int hold)
{
	struct sockport_walk *walk = chain->walk;
	unsigned int mark = walk->count;
	struct sock *sk = place->sk;
	struct sock *old = sk;
	bool kept = true;

	rcu_read_lock();
	spin_lock_bh(chain->lock);
	if (!sk)
		sk = chain->first(chain);
	else
		kept = place_kept(chain, place);
	if (kept)
		kept = hold_chain(chain, place, sk, hold);
	else
		place->sk = NULL;
	spin_unlock_bh(chain->lock);
	sockport_walk_settle(walk, mark);
	rcu_read_unlock();

	if (old)
		sock_gen_put(old);
	return kept;
}

/* Between two holds: room for a hold's worth of sockets. */
static int make_room(struct sockport_walk *walk)
{
	cond_resched();
	if (fatal_signal_pending(current))
		return -EINTR;
	if (walk->room - walk->count >= CHAIN_HOLD)
		return 0;
	return sockport_walk_grow(walk);
}

/* Returns 0 or a negative errno; the batch may hold part of the chain then. */
static int take_parts(struct sockport_chain *chain, struct place *place)
{
	struct sockport_walk *walk = chain->walk;
	unsigned int hold = CHAIN_HOLD;
	unsigned int mark = walk->count;
	unsigned int restarts = 0;
	int err;

	for (;;) {
		if (!take_part(chain, place, hold)) {
			if (++restarts > CHAIN_RESTARTS)
				return -ENOBUFS;
			sockport_walk_truncate(walk, mark);
			atomic64_inc(&sockport_stats(walk->net)->chain_restarts);
			hold = min_t(unsigned int, hold * 2, CHAIN_HOLD_MOST);
		} else if (!place->sk) {
			return 0;
		}
		err = make_room(walk);
		if (err)
			return err;
	}
}

/**
 * sockport_chain_take - take all of a chain into the batch
 * @chain: the chain
 *
 * Context: process context, no lock held, may sleep.
 *
 * Return: 0, also for a chain that had to be left out, after which the walk
 * knows that it missed something; -ENOMEM or -EINTR.
 */
int sockport_chain_take(struct sockport_chain *chain)
{
	struct sockport_walk *walk = chain->walk;
	unsigned int mark = walk->count;
	struct place place = {};
	int err;

	err = take_parts(chain, &place);
	if (!err)
		return 0;
	if (place.sk)
		sock_gen_put(place.sk);
	sockport_walk_truncate(walk, mark);
	if (err != -ENOBUFS)
		return err;
	sockport_walk_miss(walk);
	return 0;
}
