// SPDX-License-Identifier: GPL-2.0
/*
 * The table of all followed sockets, hashed by address
 *
 * A socket has its own lock, which its state changes under: it comes first. Then
 * that of a region here. Who reads has the latter, which keeps sockets from being
 * freed, and only tries the former.
 *
 * There are as many chains as there may be sockets, or a quarter of that. When
 * there may be more, the sockets are moved to more chains, some at a time while
 * all goes on: the lock of a socket stays the same.
 */
#include <linux/hash.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <net/sock.h>

#include "history/era.h"
#include "history/follow.h"
#include "history/follow-table.h"
#include "net.h"

/* Sockets that are moved in one hold of a lock. */
#define MOVE_ONCE	64
#define BITS_LEAST	SOCKPORT_LOCK_BITS
#define BITS_MOST	22

struct sockport_followed *sockport_followed_all;
static struct kmem_cache *cache;

/* Region locked. One that was freed is at hand, as sockets come and go. */
static struct sockport_follow *follow_alloc(struct sockport_region *region)
{
	struct sockport_follow *spare = region->spare;

	if (unlikely(!spare))
		return kmem_cache_alloc(cache, GFP_ATOMIC | __GFP_NOWARN);
	region->spare = NULL;
	return spare;
}

/* Region locked. */
static void follow_give_back(struct sockport_region *region,
			     struct sockport_follow *follow)
{
	if (unlikely(region->spare))
		kmem_cache_free(cache, follow);
	else
		region->spare = follow;
}

static u64 since(u64 us)
{
	return us ? sockport_follow_now() - us : 0;
}

/* Microseconds since it was established; 0 when nobody knows. */
static u64 connected_for(const struct sockport_follow *follow)
{
	return follow->phase == SOCKPORT_PHASE_CONNECTED ?
	       since(follow->since) : 0;
}

/* It may have been just now, but that is known. */
static u64 turned_for(const struct sockport_follow *follow)
{
	const u32 now = sockport_follow_now() >> SOCKPORT_TURN_SHIFT;

	return 1 + ((u64)(now - follow->turned) << SOCKPORT_TURN_SHIFT);
}

/* Likewise, since its SYN was sent. */
static u64 opening_for(const struct sockport_follow *follow)
{
	return 1 + (u64)jiffies_to_msecs((u32)jiffies - follow->opening) *
		   USEC_PER_MSEC;
}

/* Likewise, since it came to its state. */
static u64 in_state_for(const struct sockport_follow *follow)
{
	switch (inet_sk_state_load(follow->sk)) {
	case TCP_SYN_SENT:
		return follow->phase == SOCKPORT_PHASE_OPENING && follow->pid ?
		       opening_for(follow) : 0;
	case TCP_LISTEN:
	case TCP_ESTABLISHED:
		return since(follow->since);
	case TCP_CLOSE_WAIT:
		return follow->has_turned ? turned_for(follow) : 0;
	}
	return 0;
}

static bool age_of(const struct sock *sk,
		   u64 (*age)(const struct sockport_follow *follow), u64 *ms)
{
	const struct sockport_follow *follow;
	unsigned int place;
	u64 us = 0;

	/* Probes stay registered for whom it is published. */
	if (!sockport_era_now())
		return false;
	local_bh_disable();
	place = sockport_follow_lock(sk);
	follow = sockport_follow_find(sk, place);
	if (follow)
		us = age(follow);
	sockport_follow_unlock(place);
	local_bh_enable();
	*ms = div_u64(us, USEC_PER_MSEC);
	return us;
}

/**
 * sockport_follow_age - how long is a connection established?
 * @sk: full socket of TCP
 * @ms: milliseconds, when that is known
 *
 * Context: RCU read-side critical section, with the lock of the socket's chain
 * held or a reference to it.
 *
 * Return: false when nobody knows: history is off, or began later than it.
 */
bool sockport_follow_age(const struct sock *sk, u64 *ms)
{
	return age_of(sk, connected_for, ms);
}

/**
 * sockport_follow_state_age - how long is a socket in its state?
 * @sk: full socket of TCP
 * @ms: milliseconds, when that is known
 *
 * Known of listeners, and in SYN_SENT, ESTABLISHED and CLOSE_WAIT.
 *
 * Context: as sockport_follow_age().
 *
 * Return: false when nobody knows.
 */
bool sockport_follow_state_age(const struct sock *sk, u64 *ms)
{
	return age_of(sk, in_state_for, ms);
}

/**
 * sockport_follow_new - follow one more socket
 * @sk: TCP socket that is not followed
 * @sn: what we keep of its namespace
 * @place: its place, locked
 *
 * Return: what is kept of it; NULL when there is no room, which is counted.
 */
struct sockport_follow *sockport_follow_new(const struct sock *sk,
					    struct sockport_net *sn,
					    unsigned int place)
{
	struct sockport_followed *all = sockport_followed_all;
	struct sockport_follow *follow = NULL;

	/* Those of a namespace that goes are forgotten after a grace period. */
	if (READ_ONCE(sn->dead))
		return NULL;
	if (atomic_inc_return(&all->count) <= READ_ONCE(all->room))
		follow = follow_alloc(sockport_region_of(all, place));
	if (!follow) {
		atomic_dec(&all->count);
		atomic64_inc(&sn->stats.history_sockets_lost);
		return NULL;
	}
	follow->sk = sk;
	follow->sn = sn;
	follow->row = NULL;
	follow->program = NULL;
	follow->pid = 0;
	follow->phase = SOCKPORT_PHASE_CLOSED;
	follow->listened = false;
	hlist_add_head(&follow->node, sockport_chain_of(all, place));
	atomic64_inc(&sn->stats.history_sockets);
	return follow;
}

static void free_rcu(struct rcu_head *rcu)
{
	kmem_cache_free(cache, container_of(rcu, struct sockport_follow, rcu));
}

/**
 * sockport_follow_remove - a socket leaves a table
 * @in: the table
 * @follow: the socket, its chain is locked
 *
 * Context: BH disabled.
 */
void sockport_follow_remove(struct sockport_followed *in,
			    struct sockport_follow *follow)
{
	struct sockport_region *region;

	region = sockport_region_of(in, sockport_place_of(follow->sk));
	lockdep_assert_held(&region->lock);
	if (follow->phase == SOCKPORT_PHASE_LISTENING)
		sockport_follow_leave(follow);
	sockport_follow_hold(follow, NULL);
	sockport_follow_own(follow, NULL);
	__hlist_del(&follow->node);
	atomic_dec(&in->count);
	/* A full barrier: nothing of the namespace is looked at after it. */
	atomic64_dec_return(&follow->sn->stats.history_sockets);
	/* Who looks for a port's backlog may still see one that listened. */
	if (follow->listened)
		call_rcu(&follow->rcu, free_rcu);
	else
		follow_give_back(region, follow);
}

/**
 * sockport_follow_free - follow a socket no more
 * @follow: the socket, its chain is locked
 *
 * Context: BH disabled, while a probe is registered.
 */
void sockport_follow_free(struct sockport_follow *follow)
{
	sockport_follow_remove(sockport_followed_all, follow);
}

static unsigned int bits_for(unsigned int room)
{
	return clamp(order_base_2(room) - 2, BITS_LEAST, BITS_MOST);
}

static struct sockport_chains *chains_new(unsigned int bits)
{
	struct sockport_chains *chains;

	chains = kvzalloc(struct_size(chains, chain, BIT(bits)),
			  GFP_KERNEL | __GFP_NOWARN);
	if (chains)
		chains->shift = SOCKPORT_PLACE_BITS - bits;
	return chains;
}

/**
 * sockport_followed_new - make an empty table of followed sockets
 * @room: sockets that may be followed
 *
 * Context: process context, may sleep.
 *
 * Return: the table, for sockport_followed_free(), or NULL.
 */
struct sockport_followed *sockport_followed_new(unsigned int room)
{
	struct sockport_followed *new;
	unsigned int i;

	new = kvzalloc(sizeof(*new), GFP_KERNEL | __GFP_NOWARN);
	if (!new)
		return NULL;
	new->chains = chains_new(bits_for(room));
	if (!new->chains) {
		kvfree(new);
		return NULL;
	}
	new->room = room;
	for (i = 0; i < SOCKPORT_LOCKS; i++)
		spin_lock_init(&new->region[i].lock);
	return new;
}

/**
 * sockport_followed_use - let probes follow sockets in a table
 * @use: table, or NULL for none
 *
 * Context: process context; no probe is registered.
 */
void sockport_followed_use(struct sockport_followed *use)
{
	sockport_followed_all = use;
}

static unsigned int move_chain(struct hlist_head *chain,
			       struct sockport_chains *to)
{
	struct sockport_follow *follow;
	struct hlist_node *next;
	unsigned int n = 0;

	hlist_for_each_entry_safe(follow, next, chain, node) {
		hlist_del(&follow->node);
		hlist_add_head(&follow->node,
			       &to->chain[sockport_place_of(follow->sk) >>
					  to->shift]);
		n++;
	}
	return n;
}

/* Some chains of a region, until the one of index @end. */
static void move_some(struct sockport_followed *in,
		      struct sockport_region *region, unsigned int *index,
		      unsigned int end)
{
	unsigned int n = 0;

	spin_lock_bh(&region->lock);
	while (*index < end && n < MOVE_ONCE) {
		n += move_chain(&in->chains->chain[*index], in->next);
		region->moved = ++*index;
	}
	spin_unlock_bh(&region->lock);
}

static void move_all(struct sockport_followed *in)
{
	unsigned int i, index = 0, end, chains;

	chains = BIT(SOCKPORT_LOCK_SHIFT - in->chains->shift);
	for (i = 0; i < SOCKPORT_LOCKS; i++) {
		end = index + chains;
		while (index < end) {
			move_some(in, &in->region[i], &index, end);
			cond_resched();
		}
	}
}

/* From now on the next chains are the only ones. */
static void moved_all(struct sockport_followed *in)
{
	unsigned int i;

	WRITE_ONCE(in->chains, in->next);
	for (i = 0; i < SOCKPORT_LOCKS; i++) {
		spin_lock_bh(&in->region[i].lock);
		in->region[i].moved = 0;
		spin_unlock_bh(&in->region[i].lock);
	}
}

static int grow(struct sockport_followed *in, unsigned int bits)
{
	struct sockport_chains *old = in->chains;

	in->next = chains_new(bits);
	if (!in->next)
		return -ENOMEM;
	WRITE_ONCE(in->moving, true);
	/* Nobody takes a chain for empty any more that has been moved. */
	synchronize_rcu();
	move_all(in);
	moved_all(in);
	/* Nobody looks at the old chains any more. */
	synchronize_rcu();
	WRITE_ONCE(in->moving, false);
	in->next = NULL;
	kvfree(old);
	return 0;
}

/**
 * sockport_followed_resize - have room for more sockets, or for fewer
 * @in: table
 * @room: sockets that may be followed; those that are more stay
 *
 * Chains become more, but not fewer. There is room for more sockets only when
 * there are chains for them, so chains stay short.
 *
 * Context: process context, may sleep; one at a time, while the era has not
 * been withdrawn.
 *
 * Return: 0, or -ENOMEM, and then there is as much room as before.
 */
int sockport_followed_resize(struct sockport_followed *in, unsigned int room)
{
	unsigned int bits = bits_for(room);
	int err = 0;

	if (bits > SOCKPORT_PLACE_BITS - in->chains->shift)
		err = grow(in, bits);
	if (!err)
		WRITE_ONCE(in->room, room);
	return err;
}

/**
 * sockport_followed_close - have no reader look into a socket any more
 * @in: followed sockets; who is at it is done after a grace period
 *
 * Context: any.
 */
void sockport_followed_close(struct sockport_followed *in)
{
	WRITE_ONCE(in->closed, true);
}

/**
 * sockport_followed_free - free a table
 * @in: table, or NULL; sockport_follow_forget() has forgotten all of it
 *
 * Context: process context, may sleep. Nobody uses it.
 */
void sockport_followed_free(struct sockport_followed *in)
{
	unsigned int i;

	if (!in)
		return;
	for (i = 0; i < SOCKPORT_LOCKS; i++)
		if (in->region[i].spare)
			kmem_cache_free(cache, in->region[i].spare);
	kvfree(in->chains);
	kvfree(in);
}

/**
 * sockport_follow_init - be ready for tables to come and go
 *
 * A cache that was destroyed keeps its name for a while, so there is one for all
 * of the module's life.
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int sockport_follow_init(void)
{
	/* What a new one has is written when it is; see init_on_alloc. */
	cache = kmem_cache_create("sockport_follow",
				  sizeof(struct sockport_follow), 0,
				  SLAB_HWCACHE_ALIGN | SLAB_TYPESAFE_BY_RCU,
				  NULL);
	return cache ? 0 : -ENOMEM;
}

/**
 * sockport_follow_exit - undo sockport_follow_init(), no table is left
 *
 * Context: process context, may sleep.
 */
void sockport_follow_exit(void)
{
	/* free_rcu() is ours. */
	rcu_barrier();
	kmem_cache_destroy(cache);
}
