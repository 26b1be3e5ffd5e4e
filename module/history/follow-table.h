/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_FOLLOW_TABLE_H
#define SOCKPORT_FOLLOW_TABLE_H

/* For the files that begin with follow, and for probe.c. */

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/compiler.h>
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "history/follow.h"
#include "history/opener.h"
#include "history/rows.h"

/*
 * A place is a hash of 32 bits. Its first bits tell the lock, more of them the
 * chain: that has its place, and those of which it becomes two when there are more
 * chains are in its place. So a place means the same whatever size tables have.
 */
#define SOCKPORT_PLACE_BITS	32
#define SOCKPORT_PLACE_END	BIT_ULL(SOCKPORT_PLACE_BITS)
#define SOCKPORT_LOCK_BITS	10
#define SOCKPORT_LOCK_SHIFT	(SOCKPORT_PLACE_BITS - SOCKPORT_LOCK_BITS)
#define SOCKPORT_LOCKS		BIT(SOCKPORT_LOCK_BITS)

/**
 * struct sockport_chains - chains of followed sockets
 * @shift: of a place, which makes it the index of a chain
 * @chain: in the order of their places
 */
struct sockport_chains {
	unsigned int		shift;
	struct hlist_head	chain[];
};

/**
 * struct sockport_region - chains side by side
 * @lock: guards them, taken with BH disabled
 * @moved: chains of an index below that have been moved, 0 when none is
 * @spare: what was freed last, for the next socket, or NULL
 */
struct sockport_region {
	spinlock_t		lock; /* see above */
	unsigned int		moved;
	struct sockport_follow	*spare;
};

/**
 * struct sockport_followed - all followed sockets of an era
 * @chains: where they hang. Changes in the hands of who switches; read under
 *	RCU, or with the lock of a region
 * @next: where they are being moved to
 * @moving: there is a @next; changes a grace period before and after
 * @closed: sockets may go without our hearing of it, or are about to
 * @room: sockets that may be followed
 * @region: locks
 * @count: sockets that are followed
 */
struct sockport_followed {
	struct sockport_chains	*chains;
	struct sockport_chains	*next;
	bool			moving;
	bool			closed;
	unsigned int		room;
	struct sockport_region	region[SOCKPORT_LOCKS];
	atomic_t		count ____cacheline_aligned_in_smp;
};

/* What probes follow sockets in. Changes only while none is registered. */
extern struct sockport_followed *sockport_followed_all;

static __always_inline u32 sockport_place_of(const struct sock *sk)
{
	return hash_ptr(sk, SOCKPORT_PLACE_BITS);
}

static __always_inline struct sockport_region *
sockport_region_of(struct sockport_followed *in, u32 place)
{
	return &in->region[place >> SOCKPORT_LOCK_SHIFT];
}

/* The chains that a place is in. Its region is locked. */
static __always_inline struct sockport_chains *
sockport_chains_of(struct sockport_followed *in, u32 place)
{
	struct sockport_chains *chains = READ_ONCE(in->chains);
	unsigned int moved = sockport_region_of(in, place)->moved;

	if (unlikely(moved) && place >> chains->shift < moved)
		return in->next;
	return chains;
}

static __always_inline struct hlist_head *
sockport_chain_of(struct sockport_followed *in, u32 place)
{
	struct sockport_chains *chains = sockport_chains_of(in, place);

	lockdep_assert_held(&sockport_region_of(in, place)->lock);
	return &chains->chain[place >> chains->shift];
}

/**
 * sockport_follow_may - may a socket be followed?
 * @sk: TCP socket that nobody else follows or frees meanwhile
 *
 * Context: any, while a probe is registered.
 *
 * Return: false when it is not.
 */
static inline bool sockport_follow_may(const struct sock *sk)
{
	const struct sockport_followed *all = sockport_followed_all;
	const struct sockport_chains *chains;
	bool may;

	/* That makes an RCU read-side critical section, for less. */
	preempt_disable();
	chains = READ_ONCE(all->chains);
	may = !hlist_empty(&chains->chain[sockport_place_of(sk) >>
					  chains->shift]) ||
	      unlikely(READ_ONCE(all->moving));
	preempt_enable();
	return may;
}

/**
 * sockport_follow_lock - lock the chain of a socket
 * @sk: TCP socket
 *
 * Context: BH disabled, while a probe is registered.
 *
 * Return: the place of the socket, for all that follows.
 */
static __always_inline u32 sockport_follow_lock(const struct sock *sk)
	__acquires(sockport_followed_all->region)
{
	u32 place = sockport_place_of(sk);

	spin_lock(&sockport_region_of(sockport_followed_all, place)->lock);
	return place;
}

/**
 * sockport_follow_unlock - unlock a chain
 * @place: place
 */
static __always_inline void sockport_follow_unlock(u32 place)
	__releases(sockport_followed_all->region)
{
	spin_unlock(&sockport_region_of(sockport_followed_all, place)->lock);
}

/**
 * sockport_follow_find - find a followed socket
 * @sk: TCP socket
 * @place: its place, locked
 *
 * Return: what is kept of it until the chain is unlocked, or NULL.
 */
static __always_inline struct sockport_follow *
sockport_follow_find(const struct sock *sk, u32 place)
{
	struct sockport_follow *follow;

	hlist_for_each_entry(follow,
			     sockport_chain_of(sockport_followed_all, place),
			     node)
		if (follow->sk == sk)
			return follow;
	return NULL;
}

static inline void sockport_follow_change(struct sockport_history **held,
					  struct sockport_history *row)
{
	struct sockport_history *old = *held;

	WRITE_ONCE(*held, row ? sockport_history_hold(row) : NULL);
	if (old)
		sockport_history_put(old);
}

/**
 * sockport_follow_hold - a socket counts in a row, or in another one
 * @follow: the socket, its chain is locked
 * @row: its port's row, or NULL
 *
 * Context: BH disabled, in an RCU read-side critical section.
 */
static inline void sockport_follow_hold(struct sockport_follow *follow,
					struct sockport_history *row)
{
	sockport_follow_change(&follow->row, row);
}

/**
 * sockport_follow_own - a socket counts for a program, or for another one
 * @follow: the socket, its chain is locked
 * @program: the program's row, or NULL
 *
 * Context: BH disabled, in an RCU read-side critical section.
 */
static inline void sockport_follow_own(struct sockport_follow *follow,
				       struct sockport_history *program)
{
	sockport_follow_change(&follow->program, program);
}

/**
 * sockport_follow_note_process - who opens a socket
 * @follow: the socket
 *
 * Context: any; what is no process is not noted.
 */
static inline void sockport_follow_note_process(struct sockport_follow *follow)
{
	if (!in_task())
		return;
	follow->pid = current->tgid;
	sockport_history_comm(follow->comm);
}

void sockport_follow_remove(struct sockport_followed *in,
			    struct sockport_follow *follow);

#endif /* SOCKPORT_FOLLOW_TABLE_H */
