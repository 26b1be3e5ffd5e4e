// SPDX-License-Identifier: GPL-2.0
/*
 * All followed sockets gone through: to add up what they did, or to forget them
 *
 * A lock is held for a few short chains, or for so many sockets of long ones.
 */
#include <linux/lockdep.h>
#include <linux/prefetch.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <net/tcp.h>

#include "compat.h"
#include "history/follow.h"
#include "history/follow-table.h"
#include "net.h"

/* Chains, or sockets, that are seen in one hold of a lock. */
#define CHAINS_ONCE	8
#define SOCKETS_ONCE	64
/* Sockets that are read in one go, so that their cache misses overlap. */
#define AHEAD		32

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
	prefetch(&tp->chrono_stat);
	prefetch(&tp->rcv_ooopack);
}

/* Returns how many sockets the chain has. */
typedef unsigned int (*see_t)(void *data, struct hlist_head *chain);

/*
 * Some chains from a place on, whose region is locked. Returns the place to go on
 * at.
 */
static __always_inline u64 see_run(struct sockport_followed *in, u64 place,
				   see_t see, void *data)
{
	const u64 end = (place | (BIT(SOCKPORT_LOCK_SHIFT) - 1)) + 1;
	struct sockport_chains *chains;
	unsigned int i, seen = 0;

	lockdep_assert_held(&sockport_region_of(in, place)->lock);
	for (i = 0; place < end && i < CHAINS_ONCE && seen < SOCKETS_ONCE;
	     i++) {
		chains = sockport_chains_of(in, place);
		seen += see(data, &chains->chain[place >> chains->shift]);
		place += BIT(chains->shift);
	}
	return place;
}

/*
 * Sockets of @n chains side by side, so that the cache misses of one hide those
 * of the others. @n becomes how many chains have more.
 */
static __always_inline unsigned int gather(struct hlist_node **node,
					   unsigned int *n,
					   struct sockport_follow **found)
{
	unsigned int count = 0, i = 0;

	while (*n && count < AHEAD) {
		if (i >= *n)
			i = 0;
		found[count] = hlist_entry(node[i], struct sockport_follow,
					   node);
		prefetch_settled(found[count++]->sk);
		node[i] = node[i]->next;
		if (node[i])
			prefetch(node[i++]);
		else
			node[i] = node[--*n];
	}
	return count;
}

static void fold_some(struct sockport_follow **some, unsigned int n,
		      const struct net *net)
{
	unsigned int i, busy = 0;

	for (i = 0; i < n; i++) {
		if ((net && some[i]->sn->net != net) || settled(some[i]))
			continue;
		prefetch_rest(some[i]->sk);
		some[busy++] = some[i];
	}
	while (busy)
		sockport_follow_fold_one(some[--busy]);
}

/* Returns the place to go on at. Seen from outside: by it holds are counted. */
static noinline u64 fold_run(struct sockport_followed *in,
			     const struct net *net, u64 place)
{
	const u64 end = (place | (BIT(SOCKPORT_LOCK_SHIFT) - 1)) + 1;
	struct sockport_region *region = sockport_region_of(in, place);
	struct sockport_follow *some[AHEAD];
	struct hlist_node *node[CHAINS_ONCE];
	struct sockport_chains *chains;
	unsigned int i, n = 0;

	spin_lock_bh(&region->lock);
	for (i = 0; place < end && i < CHAINS_ONCE; i++) {
		chains = sockport_chains_of(in, place);
		node[n] = chains->chain[place >> chains->shift].first;
		n += !!node[n];
		place += BIT(chains->shift);
	}
	while (n)
		fold_some(some, gather(node, &n, some), net);
	spin_unlock_bh(&region->lock);
	return place;
}

static __always_inline const struct sockport_follow *
first_of(const struct hlist_head *chain)
{
	return hlist_entry_safe(READ_ONCE(chain->first),
				struct sockport_follow, node);
}

/*
 * While some chains are folded, the sockets of the next ones and what is kept of
 * those of the ones after them are fetched. Their locks are not held: what is
 * read here may be free already, but is memory until the end of the RCU
 * read-side critical section, and is only a hint.
 */
static void fetch_ahead(const struct sockport_chains *chains, u64 place)
{
	const struct hlist_head *chain;
	const struct sockport_follow *follow;
	unsigned int i;

	if (place + ((u64)3 * CHAINS_ONCE << chains->shift) >
	    SOCKPORT_PLACE_END)
		return;
	chain = &chains->chain[(place >> chains->shift) + CHAINS_ONCE];
	for (i = 0; i < CHAINS_ONCE; i++) {
		follow = first_of(&chain[CHAINS_ONCE + i]);
		if (follow)
			prefetch(follow);
		follow = first_of(&chain[i]);
		if (follow)
			prefetch_settled(READ_ONCE(follow->sk));
	}
}

/* From a place on; what is being moved may be elsewhere. */
static bool run_empty(const struct sockport_chains *chains, u64 place)
{
	const unsigned int end = BIT(SOCKPORT_PLACE_BITS - chains->shift);
	unsigned int i, index = place >> chains->shift;

	for (i = 0; i < CHAINS_ONCE && index < end; i++, index++)
		if (!hlist_empty(&chains->chain[index]))
			return false;
	return true;
}

/* In an RCU read-side critical section. Returns the place to go on at. */
static u64 fold_from(struct sockport_followed *in, const struct net *net,
		     u64 place)
{
	const struct sockport_chains *chains = READ_ONCE(in->chains);

	if (!READ_ONCE(in->moving) && run_empty(chains, place))
		return place + ((u64)CHAINS_ONCE << chains->shift);
	fetch_ahead(chains, place);
	return fold_run(in, net, place);
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
	u64 place = 0;

	while (place < SOCKPORT_PLACE_END) {
		rcu_read_lock();
		/* While it is not, probes hear of the end of each socket. */
		if (READ_ONCE(in->closed))
			place = SOCKPORT_PLACE_END;
		else
			place = fold_from(in, net, place);
		rcu_read_unlock();
		cond_resched();
	}
}

/**
 * struct rtts - who is told the round trip times of connections
 * @net: their namespace, NULL for all
 * @tell: hears of each that has measured one
 * @data: for @tell
 */
struct rtts {
	const struct net	*net;
	sockport_follow_rtt_t	tell;
	void			*data;
};

static unsigned int rtts_of_chain(void *data, struct hlist_head *chain)
{
	const struct sockport_follow *follow;
	const struct rtts *rtts = data;
	unsigned int seen = 0;
	u32 rtt;

	hlist_for_each_entry(follow, chain, node) {
		seen++;
		if ((rtts->net && follow->sn->net != rtts->net) ||
		    follow->phase != SOCKPORT_PHASE_CONNECTED)
			continue;
		rtt = READ_ONCE(tcp_sk(follow->sk)->srtt_us) >> 3;
		if (rtt)
			rtts->tell(follow->row, rtt, rtts->data);
	}
	return seen;
}

/* In an RCU read-side critical section. Returns the place to go on at. */
static u64 rtts_from(struct sockport_followed *in, struct rtts *rtts, u64 place)
{
	const struct sockport_chains *chains = READ_ONCE(in->chains);
	struct sockport_region *region = sockport_region_of(in, place);

	if (!READ_ONCE(in->moving) && run_empty(chains, place))
		return place + ((u64)CHAINS_ONCE << chains->shift);
	spin_lock_bh(&region->lock);
	place = see_run(in, place, rtts_of_chain, rtts);
	spin_unlock_bh(&region->lock);
	return place;
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
	struct rtts rtts = { .net = net, .tell = tell, .data = data };
	u64 place = 0;

	while (place < SOCKPORT_PLACE_END) {
		rcu_read_lock();
		if (READ_ONCE(in->closed))
			place = SOCKPORT_PLACE_END;
		else
			place = rtts_from(in, &rtts, place);
		rcu_read_unlock();
		cond_resched();
	}
}

/**
 * struct forget - sockets that are to be followed no more
 * @in: table that they are in
 * @net: their namespace, NULL for all
 */
struct forget {
	struct sockport_followed	*in;
	const struct net		*net;
};

static unsigned int forget_chain(void *data, struct hlist_head *chain)
{
	const struct forget *forget = data;
	struct sockport_follow *follow;
	struct hlist_node *next;
	unsigned int seen = 0;

	hlist_for_each_entry_safe(follow, next, chain, node) {
		seen++;
		if (!forget->net || follow->sn->net == forget->net)
			sockport_follow_remove(forget->in, follow);
	}
	return seen;
}

static u64 forget_run(struct forget *forget, u64 place)
{
	struct sockport_region *region = sockport_region_of(forget->in, place);

	spin_lock_bh(&region->lock);
	place = see_run(forget->in, place, forget_chain, forget);
	spin_unlock_bh(&region->lock);
	return place;
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
	struct forget forget = { .in = in, .net = net };
	u64 place = 0;

	/* Pairs with sockport_follow_remove(). */
	if (net && !atomic64_read_acquire(&sockport_stats(net)->history_sockets))
		return;
	while (place < SOCKPORT_PLACE_END) {
		/* Chains that are moved away from go after a grace period. */
		rcu_read_lock();
		place = forget_run(&forget, place);
		rcu_read_unlock();
		cond_resched();
	}
}
