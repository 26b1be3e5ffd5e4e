// SPDX-License-Identifier: GPL-2.0
/*
 * Take a whole chain that may be long, in short holds.
 *
 * All UDP sockets of a port share a chain, all TCP sockets of a port hang on
 * its bind bucket, all listeners of an address and port share a chain, and a
 * namespace may have a table of one chain: tens of thousands of them. The lock
 * is let go every SOCKPORT_HOLD sockets, and a reference to the next socket
 * keeps the place. Sockets join at the ends of lists and move none that are
 * there, so what comes after the place is what has not been seen, and perhaps a
 * few that came just now.
 *
 * When the socket that kept the place has left, an earlier one that is still
 * there is gone back to, or the beginning. What has been taken is known by its
 * address, and is not taken again: whoever has the address of a socket that was
 * taken and has gone came while the chain was looked through. A chain
 * that cannot be taken so is left out, counted and told to the reader, as is one
 * that is too long for the batch.
 */
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "memory/memory.h"
#include "net.h"
#include "walk/chain.h"
#include "walk/walk.h"

/* Places that are kept, one a hold. */
#define PLACES		8
/* How often a chain is gone back in, and how often to its beginning. */
#define RETURNS_MOST	4096
#define RESTARTS_MOST	64

/*
 * A place in a chain: the socket to take next, with a reference, and its
 * neighbours. A socket that left and came back, to one of the ends, has others.
 * They are compared only, they may be gone; but for the one before where the
 * chain wants it, to which there is a reference.
 */
struct place {
	struct sock	*sk;
	struct sock	*prior;
	struct sock	*next;
	const void	*before;
};

/**
 * struct run - one chain being taken
 * @chain: the chain
 * @mark: records that were in the batch before
 * @seen: what has been taken, once it has taken more than a hold
 * @places: how many there are in @place
 * @place: the last ones, the newest last
 * @returns: places that were lost so far
 * @restarts: of these, how often all were
 */
struct run {
	struct sockport_chain	*chain;
	unsigned int		mark;
	struct sockport_seen	seen;
	unsigned int		places;
	struct place		place[PLACES];
	unsigned int		returns;
	unsigned int		restarts;
};

static size_t seen_bytes(const struct sockport_seen *seen)
{
	return BIT(seen->bits) * sizeof(*seen->slot);
}

/**
 * sockport_seen_free - forget what has been seen
 * @seen: filled, or all zero
 * @walk: walk
 *
 * Context: process context, may sleep.
 */
void sockport_seen_free(struct sockport_seen *seen,
			const struct sockport_walk *walk)
{
	sockport_free(walk->net, seen->slot, seen_bytes(seen));
	seen->slot = NULL;
	seen->count = 0;
}

/* The socket's slot, or the free one where it would be. */
static const void **seen_slot(const struct sockport_seen *seen, const void *sk)
{
	unsigned int slot = hash_ptr(sk, seen->bits);

	while (seen->slot[slot] && seen->slot[slot] != sk)
		slot = (slot + 1) & (BIT(seen->bits) - 1);
	return &seen->slot[slot];
}

/**
 * sockport_seen_has - has a socket been taken?
 * @seen: filled, or all zero
 * @sk: the socket, compared only
 *
 * Context: any.
 */
bool sockport_seen_has(const struct sockport_seen *seen, const void *sk)
{
	return seen->slot && *seen_slot(seen, sk);
}

/* Half of the slots stay free. */
static int seen_reserve(struct sockport_seen *seen,
			const struct sockport_walk *walk, unsigned int count)
{
	if (seen->slot && count >= seen->count &&
	    count < BIT(seen->bits) / 2)
		return 0;
	sockport_seen_free(seen, walk);
	seen->bits = order_base_2(count + 1) + 2;
	seen->slot = sockport_alloc(walk->net, seen_bytes(seen));
	return seen->slot ? 0 : -ENOMEM;
}

/**
 * sockport_seen_fill - note what has been taken
 * @seen: filled before, from the same record on, or all zero
 * @walk: walk
 * @mark: the first record that counts
 *
 * Context: process context, may sleep. Again and again, it takes time for what
 * is new alone.
 *
 * Return: 0 or -ENOMEM.
 */
int sockport_seen_fill(struct sockport_seen *seen,
		       const struct sockport_walk *walk, unsigned int mark)
{
	unsigned int count = walk->count - mark;
	const void *id;
	int err;

	err = seen_reserve(seen, walk, count);
	if (err)
		return err;
	while (seen->count < count) {
		id = walk->batch[mark + seen->count++].id;
		*seen_slot(seen, id) = id;
		if (seen->count % 4096 == 0)
			cond_resched();
	}
	return 0;
}

static void chain_hold(struct sockport_chain *chain)
	__acquires(RCU) __acquires(chain->lock)
{
	rcu_read_lock();
	spin_lock_bh(chain->lock);
}

static void chain_release(struct sockport_chain *chain)
	__releases(chain->lock) __releases(RCU)
{
	spin_unlock_bh(chain->lock);
	rcu_read_unlock();
}

static void put_place(const struct place *place)
{
	if (place->prior)
		sock_gen_put(place->prior);
	sock_gen_put(place->sk);
}

/* Lock of the chain held. False when the socket, or the one before, has gone. */
static bool note_place(struct sockport_chain *chain, struct place *place,
		       struct sock *sk)
{
	struct sock *prior = chain->prior ? chain->prior(chain, sk) : NULL;

	if (!refcount_inc_not_zero(&sk->sk_refcnt))
		return false;
	if (prior && !refcount_inc_not_zero(&prior->sk_refcnt)) {
		/* Not the last one: it is on the chain. */
		sock_gen_put(sk);
		return false;
	}
	*place = (struct place){
		.sk	= sk,
		.prior	= prior,
		.next	= chain->next(chain, sk),
		.before	= chain->before(sk),
	};
	return true;
}

/* Lock of the chain held. Neighbours may have come and gone, not both. */
static bool place_kept(struct sockport_chain *chain, const struct place *place)
{
	if (chain->prior)
		return chain->before(place->sk) == place->before &&
		       chain->on(chain, place->sk);
	return chain->on(chain, place->sk) &&
	       (chain->before(place->sk) == place->before ||
		chain->next(chain, place->sk) == place->next);
}

/*
 * Take sockets from @sk on, and note the place where the hold ends. Returns 1
 * when it is kept, 0 at the end of the chain, -EAGAIN when there was no room and
 * no place to come back to either.
 */
static int take_some(struct run *run, struct place *place, struct sock *sk)
{
	struct sockport_chain *chain = run->chain;
	unsigned int n;
	bool full;

	for (n = 0; sk; sk = chain->next(chain, sk), n++) {
		full = !sockport_walk_slot(chain->walk);
		if ((full || n >= SOCKPORT_HOLD) &&
		    note_place(chain, place, sk))
			return 1;
		if (full)
			return -EAGAIN;
		if (!sockport_seen_has(&run->seen, sk) &&
		    !chain->take(chain, sk))
			return -EAGAIN;
	}
	return 0;
}

/* One hold of the lock, from the newest place on. As take_some(). */
static int take_part(struct run *run, struct place *place)
{
	struct sockport_chain *chain = run->chain;
	struct sockport_walk *walk = chain->walk;
	unsigned int mark = walk->count;
	const struct place *from = NULL;
	u64 begin = sockport_hold_begin();
	int ret = -EAGAIN;

	if (run->places)
		from = &run->place[run->places - 1];
	chain->hold(chain);
	if (!from)
		ret = take_some(run, place, chain->first(chain));
	else if (place_kept(chain, from))
		ret = take_some(run, place, from->sk);
	sockport_walk_settle(walk, mark);
	chain->release(chain);
	sockport_hold_end(walk, begin);
	return ret;
}

static void add_place(struct run *run, const struct place *place)
{
	if (run->places == PLACES) {
		put_place(&run->place[0]);
		memmove(&run->place[0], &run->place[1],
			(PLACES - 1) * sizeof(run->place[0]));
		run->places--;
	}
	run->place[run->places++] = *place;
}

/* The newest place is lost: go back to the one before, or to the beginning. */
static int go_back(struct run *run)
{
	struct sockport_walk *walk = run->chain->walk;

	if (run->places)
		put_place(&run->place[--run->places]);
	if (!run->places) {
		if (++run->restarts > RESTARTS_MOST)
			return -ENOBUFS;
		atomic64_inc(&sockport_stats(walk->net)->chain_restarts);
	}
	if (++run->returns > RETURNS_MOST)
		return -ENOBUFS;
	return 0;
}

/* Returns 0 or a negative errno; the batch may hold part of the chain then. */
static int take_parts(struct run *run)
{
	struct sockport_walk *walk = run->chain->walk;
	struct place place;
	int ret;

	for (;;) {
		ret = run->chain->reserve ? run->chain->reserve(walk) : 0;
		if (ret)
			return ret;
		ret = take_part(run, &place);
		if (!ret)
			return 0;
		if (ret > 0)
			add_place(run, &place);
		cond_resched();
		if (fatal_signal_pending(current))
			return -EINTR;
		if (ret == -EAGAIN) {
			ret = go_back(run);
			if (ret)
				return ret;
		}
		/* Who was taken may leave, and come back behind the place. */
		ret = sockport_seen_fill(&run->seen, walk, run->mark);
		if (ret)
			return ret;
		/* Room for a hold's worth of sockets */
		ret = sockport_walk_reserve(walk, SOCKPORT_HOLD);
		if (ret)
			return ret;
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
	struct run run = {
		.chain	= chain,
		.mark	= walk->count,
	};
	int err;

	/* Where there is one processor, there may be no lock to point to. */
	if (!chain->hold) {
		chain->hold = chain_hold;
		chain->release = chain_release;
	}
	err = take_parts(&run);
	while (run.places)
		put_place(&run.place[--run.places]);
	sockport_seen_free(&run.seen, walk);
	if (!err)
		return 0;
	sockport_walk_truncate(walk, run.mark);
	if (err != -ENOBUFS)
		return err;
	sockport_walk_miss(walk);
	return 0;
}
