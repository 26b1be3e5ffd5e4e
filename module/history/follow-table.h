/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_FOLLOW_TABLE_H
#define SOCKPORT_FOLLOW_TABLE_H

/* For the files that begin with follow only. */

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/compiler.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

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
 */
struct sockport_region {
	spinlock_t	lock; /* see above */
	unsigned int	moved;
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

void sockport_follow_remove(struct sockport_followed *in,
			    struct sockport_follow *follow);

#endif /* SOCKPORT_FOLLOW_TABLE_H */
