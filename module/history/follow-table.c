// SPDX-License-Identifier: GPL-2.0
/*
 * The table of all followed sockets, hashed by address
 *
 * A socket has its own lock, which its state changes under: it comes first. Then
 * that of a run of chains here. Who reads has the latter, which keeps sockets
 * from being freed, and only tries the former.
 */
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/prefetch.h>
#include <linux/slab.h>
#include <net/tcp.h>

#include "compat.h"
#include "history/follow.h"
#include "history/rows.h"
#include "net.h"
#include "walk/roles.h"

/* Chains side by side that have the same lock, and locks. */
#define RUN		16
#define LOCKS		BIT(10)
/* Sockets that are read in one go, so that their cache misses overlap. */
#define AHEAD		32

/**
 * struct table - all followed sockets
 * @bits: buckets, as a power of two
 * @room: sockets that may be followed
 * @lock: each guards some runs of chains, taken with BH disabled
 * @count: sockets that are followed
 * @bucket: chains
 */
struct table {
	unsigned int		bits;
	unsigned int		room;
	spinlock_t		lock[LOCKS]; /* see above */
	atomic_t		count ____cacheline_aligned_in_smp;
	struct hlist_head	bucket[];
};

/* Changes only while no probe is registered and nobody reads. */
static struct table *table;
static struct kmem_cache *cache;

static spinlock_t *lock_of(unsigned int bucket)
{
	return &table->lock[bucket / RUN % LOCKS];
}

/**
 * sockport_follow_lock - lock the chain of a socket
 * @sk: TCP socket
 *
 * Context: BH disabled, while history is on.
 *
 * Return: the chain, for all that follows.
 */
unsigned int sockport_follow_lock(const struct sock *sk)
	__acquires(table->lock)
{
	unsigned int bucket = hash_ptr(sk, table->bits);

	spin_lock(lock_of(bucket));
	return bucket;
}

/**
 * sockport_follow_unlock - unlock a chain
 * @bucket: chain
 */
void sockport_follow_unlock(unsigned int bucket)
	__releases(table->lock)
{
	spin_unlock(lock_of(bucket));
}

/**
 * sockport_follow_may - may a socket be followed?
 * @sk: TCP socket that nobody else follows or frees meanwhile
 *
 * Context: any, while history is on.
 *
 * Return: false when it is not.
 */
bool sockport_follow_may(const struct sock *sk)
{
	return !hlist_empty(&table->bucket[hash_ptr(sk, table->bits)]);
}

/**
 * sockport_follow_find - find a followed socket
 * @sk: TCP socket
 * @bucket: its chain, locked
 *
 * Return: what is kept of it until the chain is unlocked, or NULL.
 */
struct sockport_follow *sockport_follow_find(const struct sock *sk,
					     unsigned int bucket)
{
	struct sockport_follow *follow;

	hlist_for_each_entry(follow, &table->bucket[bucket], node)
		if (follow->sk == sk)
			return follow;
	return NULL;
}

/**
 * sockport_follow_new - follow one more socket
 * @sk: TCP socket that is not followed
 * @sn: what we keep of its namespace
 * @bucket: its chain, locked
 *
 * Return: what is kept of it; NULL when there is no room, which is counted.
 */
struct sockport_follow *sockport_follow_new(const struct sock *sk,
					    struct sockport_net *sn,
					    unsigned int bucket)
{
	struct sockport_follow *follow = NULL;

	/* Those of a namespace that goes are forgotten after a grace period. */
	if (READ_ONCE(sn->dead))
		return NULL;
	if (atomic_inc_return(&table->count) <= READ_ONCE(table->room))
		follow = kmem_cache_alloc(cache, GFP_ATOMIC | __GFP_NOWARN);
	if (!follow) {
		atomic_dec(&table->count);
		atomic64_inc(&sn->stats.history_sockets_lost);
		return NULL;
	}
	follow->sk = sk;
	follow->net = sock_net(sk);
	follow->sn = sn;
	follow->row = NULL;
	follow->pid = 0;
	follow->phase = SOCKPORT_PHASE_CLOSED;
	follow->listened = false;
	hlist_add_head(&follow->node, &table->bucket[bucket]);
	atomic64_inc(&sn->stats.history_sockets);
	return follow;
}

static void free_rcu(struct rcu_head *rcu)
{
	kmem_cache_free(cache, container_of(rcu, struct sockport_follow, rcu));
}

/**
 * sockport_follow_free - follow a socket no more
 * @follow: the socket, its chain is locked
 */
void sockport_follow_free(struct sockport_follow *follow)
{
	if (follow->phase == SOCKPORT_PHASE_LISTENING)
		sockport_follow_leave(follow);
	hlist_del(&follow->node);
	atomic_dec(&table->count);
	atomic64_dec(&follow->sn->stats.history_sockets);
	/* Who looks for a port's backlog may still see one that listened. */
	if (follow->listened)
		call_rcu(&follow->rcu, free_rcu);
	else
		kmem_cache_free(cache, follow);
}

/*
 * Has it all been added up, and has nothing come or gone since? Most sockets are
 * idle most of the time.
 */
static bool settled(const struct sockport_follow *follow)
{
	const struct tcp_sock *tp = tcp_sk(follow->sk);

	if (follow->phase == SOCKPORT_PHASE_CLOSED)
		return true;
	return follow->settled &&
	       READ_ONCE(tp->segs_in) == follow->segments_in &&
	       READ_ONCE(tp->segs_out) == follow->segments_out &&
	       sockport_sock_drops(follow->sk) == follow->drops;
}

/* What settled() reads. Always inline: to gcc a prefetch alone has no effect. */
static __always_inline void prefetch_settled(const struct sock *sk)
{
	prefetch(&((const struct tcp_sock *)sk)->segs_in);
	prefetch(&sk->sk_drops);
}

/* What else is read of a socket that is not. */
static __always_inline void prefetch_rest(const struct sock *sk)
{
	const struct tcp_sock *tp = (const struct tcp_sock *)sk;

	prefetch(sk);
	prefetch(&sk->sk_lock);
	prefetch(&sk->sk_flags);
	prefetch(&tp->bytes_received);
	prefetch(&tp->bytes_acked);
	prefetch(&tp->total_retrans);
}

static void fold_some(struct sockport_follow **some, unsigned int n)
{
	while (n)
		sockport_follow_fold_one(some[--n]);
}

/* All sockets of chains that have one lock, which is held. */
static void fold_run(const struct net *net, struct hlist_head *chain)
{
	struct sockport_follow *some[AHEAD], *follow;
	unsigned int i, n = 0;

	for (i = 0; i < RUN; i++) {
		hlist_for_each_entry(follow, &chain[i], node) {
			if ((net && follow->net != net) || settled(follow))
				continue;
			prefetch_rest(follow->sk);
			some[n++] = follow;
			if (n == AHEAD) {
				fold_some(some, n);
				n = 0;
			}
		}
	}
	fold_some(some, n);
}

static __always_inline const struct sockport_follow *
first_of(const struct hlist_head *chain)
{
	return hlist_entry_safe(READ_ONCE(chain->first),
				struct sockport_follow, node);
}

/*
 * While a run of chains is folded, the sockets of the next one and what is kept
 * of those of the one after it are fetched. Their locks are not held: what is
 * read here may be free already, but is memory until the end of the RCU
 * read-side critical section, and is only a hint.
 */
static void fetch_ahead(unsigned int next)
{
	const struct hlist_head *chain = &table->bucket[next];
	const struct sockport_follow *follow;
	unsigned int i;

	if (next + 2 * RUN > BIT(table->bits))
		return;
	for (i = 0; i < RUN; i++) {
		follow = first_of(&chain[RUN + i]);
		if (follow) {
			prefetch(follow);
			prefetch(&follow->phase);
		}
		follow = first_of(&chain[i]);
		if (follow)
			prefetch_settled(READ_ONCE(follow->sk));
	}
}

static bool run_empty(const struct hlist_head *chain)
{
	unsigned int i;

	for (i = 0; i < RUN; i++)
		if (!hlist_empty(&chain[i]))
			return false;
	return true;
}

/**
 * sockport_follow_fold - bring rows up to date with the sockets that live
 * @net: namespace of the sockets, NULL for all
 *
 * Context: process context, sockport_switch_lock() held, may sleep.
 */
void sockport_follow_fold(const struct net *net)
{
	struct hlist_head *chain = table->bucket;
	unsigned int i;

	for (i = 0; i < BIT(table->bits); i += RUN, chain += RUN) {
		if (run_empty(chain))
			continue;
		rcu_read_lock();
		fetch_ahead(i + RUN);
		spin_lock_bh(lock_of(i));
		fold_run(net, chain);
		spin_unlock_bh(lock_of(i));
		rcu_read_unlock();
		cond_resched();
	}
}

static void rtts_of_run(const struct net *net, struct hlist_head *chain,
			sockport_follow_rtt_t tell, void *data)
{
	const struct sockport_follow *follow;
	unsigned int i;
	u32 rtt;

	for (i = 0; i < RUN; i++) {
		hlist_for_each_entry(follow, &chain[i], node) {
			if ((net && follow->net != net) ||
			    follow->phase != SOCKPORT_PHASE_CONNECTED)
				continue;
			rtt = READ_ONCE(tcp_sk(follow->sk)->srtt_us) >> 3;
			if (rtt)
				tell(follow->row, rtt, data);
		}
	}
}

/**
 * sockport_follow_rtts - tell the round trip times of connections that live
 * @net: namespace of the connections, NULL for all
 * @tell: hears of each that has measured one
 * @data: for @tell
 *
 * Context: process context, sockport_switch_lock() held, may sleep.
 */
void sockport_follow_rtts(const struct net *net, sockport_follow_rtt_t tell,
			  void *data)
{
	struct hlist_head *chain = table->bucket;
	unsigned int i;

	for (i = 0; i < BIT(table->bits); i += RUN, chain += RUN) {
		if (run_empty(chain))
			continue;
		spin_lock_bh(lock_of(i));
		rtts_of_run(net, chain, tell, data);
		spin_unlock_bh(lock_of(i));
		cond_resched();
	}
}

static void forget_run(const struct net *net, struct hlist_head *chain)
{
	struct sockport_follow *follow;
	struct hlist_node *next;
	unsigned int i;

	for (i = 0; i < RUN; i++) {
		hlist_for_each_entry_safe(follow, next, &chain[i], node) {
			if (net && follow->net != net)
				continue;
			sockport_follow_free(follow);
		}
	}
}

/**
 * sockport_follow_forget - follow the sockets of a namespace no more
 * @net: namespace that is dead, it may have sockets of the kernel; NULL for all
 *
 * Context: process context, sockport_switch_lock() held, may sleep. No new
 * sockets of @net are followed any more.
 */
void sockport_follow_forget(const struct net *net)
{
	struct hlist_head *chain = table->bucket;
	unsigned int i;

	if (net && !atomic64_read(&sockport_stats(net)->history_sockets))
		return;
	for (i = 0; i < BIT(table->bits); i += RUN, chain += RUN) {
		spin_lock_bh(lock_of(i));
		forget_run(net, chain);
		spin_unlock_bh(lock_of(i));
		cond_resched();
	}
}

/**
 * sockport_follow_start - make an empty table of followed sockets
 * @room: sockets that may be followed
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int sockport_follow_start(unsigned int room)
{
	unsigned int i, bits;
	int err;

	err = sockport_roles_start();
	if (err)
		return err;
	bits = clamp(order_base_2(room) - 2, 10, 22);
	table = kvzalloc(struct_size(table, bucket, BIT(bits)), GFP_KERNEL);
	if (!table) {
		sockport_roles_stop();
		return -ENOMEM;
	}
	table->bits = bits;
	table->room = room;
	for (i = 0; i < LOCKS; i++)
		spin_lock_init(&table->lock[i]);
	return 0;
}

/**
 * sockport_follow_resize - have room for more sockets, or for fewer
 * @room: sockets that may be followed; those that are more stay. Chains are as
 *	many as before
 *
 * Context: any, while history is on.
 */
void sockport_follow_resize(unsigned int room)
{
	WRITE_ONCE(table->room, room);
}

/**
 * sockport_follow_stop - free the table
 *
 * Context: process context, sockport_switch_lock() held for writing, may sleep.
 * No probe is registered.
 */
void sockport_follow_stop(void)
{
	sockport_follow_forget(NULL);
	kvfree(table);
	table = NULL;
	sockport_roles_stop();
}

/**
 * sockport_follow_init - be ready to be started and stopped
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
 * sockport_follow_exit - undo sockport_follow_init(), stopped for good
 *
 * Context: process context, may sleep.
 */
void sockport_follow_exit(void)
{
	/* free_rcu() is ours. */
	rcu_barrier();
	kmem_cache_destroy(cache);
}
