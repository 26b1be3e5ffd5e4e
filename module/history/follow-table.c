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

/* Chains side by side that have the same lock, and locks. */
#define RUN		16
#define LOCKS		BIT(10)
/* Sockets that are read in one go, so that their cache misses overlap. */
#define AHEAD		32

/**
 * struct sockport_followed - all followed sockets of an era
 * @bits: buckets, as a power of two
 * @room: sockets that may be followed
 * @closed: sockets may go without our hearing of it, or are about to
 * @lock: each guards some runs of chains, taken with BH disabled
 * @count: sockets that are followed
 * @bucket: chains
 */
struct sockport_followed {
	unsigned int		bits;
	unsigned int		room;
	bool			closed;
	spinlock_t		lock[LOCKS]; /* see above */
	atomic_t		count ____cacheline_aligned_in_smp;
	struct hlist_head	bucket[];
};

/* What probes follow sockets in. Changes only while none is registered. */
static struct sockport_followed *table;
static struct kmem_cache *cache;

static __always_inline spinlock_t *lock_of(struct sockport_followed *in,
					   unsigned int bucket)
{
	return &in->lock[bucket / RUN % LOCKS];
}

/**
 * sockport_follow_lock - lock the chain of a socket
 * @sk: TCP socket
 *
 * Context: BH disabled, while a probe is registered.
 *
 * Return: the chain, for all that follows.
 */
unsigned int sockport_follow_lock(const struct sock *sk)
	__acquires(table->lock)
{
	unsigned int bucket = hash_ptr(sk, table->bits);

	spin_lock(lock_of(table, bucket));
	return bucket;
}

/**
 * sockport_follow_unlock - unlock a chain
 * @bucket: chain
 */
void sockport_follow_unlock(unsigned int bucket)
	__releases(table->lock)
{
	spin_unlock(lock_of(table, bucket));
}

/**
 * sockport_follow_may - may a socket be followed?
 * @sk: TCP socket that nobody else follows or frees meanwhile
 *
 * Context: any, while a probe is registered.
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

static __always_inline void unfollow(struct sockport_followed *in,
				     struct sockport_follow *follow)
{
	if (follow->phase == SOCKPORT_PHASE_LISTENING)
		sockport_follow_leave(follow);
	hlist_del(&follow->node);
	atomic_dec(&in->count);
	/* A full barrier: nothing of the namespace is looked at after it. */
	atomic64_dec_return(&follow->sn->stats.history_sockets);
	/* Who looks for a port's backlog may still see one that listened. */
	if (follow->listened)
		call_rcu(&follow->rcu, free_rcu);
	else
		kmem_cache_free(cache, follow);
}

/**
 * sockport_follow_free - follow a socket no more
 * @follow: the socket, its chain is locked
 *
 * Context: BH disabled, while a probe is registered.
 */
void sockport_follow_free(struct sockport_follow *follow)
{
	unfollow(table, follow);
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
static void fetch_ahead(const struct sockport_followed *in, unsigned int next)
{
	const struct hlist_head *chain = &in->bucket[next];
	const struct sockport_follow *follow;
	unsigned int i;

	if (next + 2 * RUN > BIT(in->bits))
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
 * @in: followed sockets of an era that the caller is a user of
 * @net: namespace of the sockets, NULL for all
 *
 * Ends early when the era is withdrawn.
 *
 * Context: process context, may sleep.
 */
void sockport_follow_fold(struct sockport_followed *in, const struct net *net)
{
	struct hlist_head *chain = in->bucket;
	unsigned int i;

	for (i = 0; i < BIT(in->bits); i += RUN, chain += RUN) {
		if (run_empty(chain))
			continue;
		rcu_read_lock();
		/* While it is not, probes hear of the end of each socket. */
		if (READ_ONCE(in->closed)) {
			rcu_read_unlock();
			return;
		}
		fetch_ahead(in, i + RUN);
		spin_lock_bh(lock_of(in, i));
		fold_run(net, chain);
		spin_unlock_bh(lock_of(in, i));
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
 * @in: followed sockets of an era that the caller is a user of
 * @net: namespace of the connections, NULL for all
 * @tell: hears of each that has measured one
 * @data: for @tell
 *
 * Ends early when the era is withdrawn.
 *
 * Context: process context, may sleep.
 */
void sockport_follow_rtts(struct sockport_followed *in, const struct net *net,
			  sockport_follow_rtt_t tell, void *data)
{
	struct hlist_head *chain = in->bucket;
	unsigned int i;

	for (i = 0; i < BIT(in->bits); i += RUN, chain += RUN) {
		if (run_empty(chain))
			continue;
		rcu_read_lock();
		if (READ_ONCE(in->closed)) {
			rcu_read_unlock();
			return;
		}
		spin_lock_bh(lock_of(in, i));
		rtts_of_run(net, chain, tell, data);
		spin_unlock_bh(lock_of(in, i));
		rcu_read_unlock();
		cond_resched();
	}
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

static void forget_run(struct sockport_followed *in, const struct net *net,
		       struct hlist_head *chain)
{
	struct sockport_follow *follow;
	struct hlist_node *next;
	unsigned int i;

	for (i = 0; i < RUN; i++) {
		hlist_for_each_entry_safe(follow, next, &chain[i], node) {
			if (net && follow->net != net)
				continue;
			unfollow(in, follow);
		}
	}
}

/**
 * sockport_follow_forget - follow the sockets of a namespace no more
 * @in: followed sockets of an era
 * @net: namespace that is dead, it may have sockets of the kernel; NULL for all,
 *	when no probe is registered any more
 *
 * Context: process context, may sleep. No new sockets of @net are followed any
 * more.
 */
void sockport_follow_forget(struct sockport_followed *in, const struct net *net)
{
	struct hlist_head *chain = in->bucket;
	unsigned int i;

	/* Pairs with unfollow(). */
	if (net && !atomic64_read_acquire(&sockport_stats(net)->history_sockets))
		return;
	for (i = 0; i < BIT(in->bits); i += RUN, chain += RUN) {
		spin_lock_bh(lock_of(in, i));
		forget_run(in, net, chain);
		spin_unlock_bh(lock_of(in, i));
		cond_resched();
	}
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
	unsigned int i, bits;

	bits = clamp(order_base_2(room) - 2, 10, 22);
	new = kvzalloc(struct_size(new, bucket, BIT(bits)), GFP_KERNEL);
	if (!new)
		return NULL;
	new->bits = bits;
	new->room = room;
	for (i = 0; i < LOCKS; i++)
		spin_lock_init(&new->lock[i]);
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
	table = use;
}

/**
 * sockport_followed_resize - have room for more sockets, or for fewer
 * @in: table
 * @room: sockets that may be followed; those that are more stay. Chains are as
 *	many as before
 *
 * Context: any.
 */
void sockport_followed_resize(struct sockport_followed *in, unsigned int room)
{
	WRITE_ONCE(in->room, room);
}

/**
 * sockport_followed_free - free a table
 * @in: table, or NULL; sockport_follow_forget() has forgotten all of it
 *
 * Context: process context, may sleep. Nobody uses it.
 */
void sockport_followed_free(struct sockport_followed *in)
{
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
