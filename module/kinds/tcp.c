// SPDX-License-Identifier: GPL-2.0
/*
 * TCP sockets: listeners, connections, and ports that are only bound.
 *
 * Three tables, seen one after the other: the listeners; the established
 * hash with every connection, the time-wait and the request sockets; the bind
 * buckets for sockets that are bound and idle, which are in no other table.
 */
#include <linux/bitops.h>
#include <linux/prefetch.h>
#include <net/inet_hashtables.h>
#include <net/inet_timewait_sock.h>
#include <net/tcp.h>

#include "compat.h"
#include "kinds/tcp.h"
#include "walk/chain.h"
#include "walk/filter.h"
#include "walk/roles.h"
#include "walk/walk.h"

/*
 * Chains of one lock that are stepped through side by side, so that the cache
 * misses of one hide those of the others.
 */
#define CHAINS		16
/* Buckets of one lock that are looked at before the next lock's. */
#define STRIDE		64U
/* Sockets that are fetched for the next holds. */
#define FETCH		SOCKPORT_HOLD
/* Groups of chains before somebody looks whether the walk is to go on. */
#define GROUPS		256

#define IDLE		((u32)BIT(SOCKPORT_STATE_CLOSE))
#define LISTEN		((u32)BIT(SOCKPORT_STATE_LISTEN))
#define CONNECTED	(~(IDLE | LISTEN))

static struct inet_hashinfo *tcp_hashes(const struct net *net)
{
	return net->ipv4.tcp_death_row.hashinfo;
}

static int tcp_begin(struct sockport_walk *walk)
{
	int err;

	err = sockport_tcp_ports_begin(walk, 1, true);
	if (!err && sockport_filter_states(walk->filter, SOCKPORT_PROTOCOL_TCP,
					    CONNECTED))
		err = sockport_tcp_note_bound(walk);
	return err;
}

static int tcp_listeners(struct sockport_walk *walk)
{
	return sockport_tcp_listeners(walk, sockport_tcp_take, NULL);
}

/*
 * The lines of a socket that will be read, but for the first two. Small sockets
 * end before most of them, but a prefetch does no harm wherever it goes. Always
 * inline: to gcc a function that only prefetches has no effect, and it drops the
 * call.
 */
static __always_inline void prefetch_rest(u32 want, const struct sock *sk)
{
	const struct tcp_sock *tp = (const struct tcp_sock *)sk;

	prefetch(&sk->sk_type); /* near sk_userlocks, a bit field */
	prefetch(&sk->sk_uid);
	if (want & SOCKPORT_WANT_QUEUES) {
		prefetch(&sk->sk_drops);
		prefetch(&tp->rcv_nxt);
		prefetch(&tp->snd_una);
		prefetch(&tp->write_seq);
	}
	if (want & SOCKPORT_WANT_OWNER)
		prefetch(&sk->sk_mark);
	if (want & SOCKPORT_WANT_INODE)
		prefetch(&sk->sk_socket);
	if (want & SOCKPORT_WANT_TIMER) {
		prefetch(&tp->inet_conn.icsk_pending);
		prefetch(sockport_tcp_keepalive(sk));
	}
}

static __always_inline struct sock *ehash_at(const struct hlist_nulls_node *node)
{
	return is_a_nulls(node) ? NULL :
	       hlist_nulls_entry(node, struct sock, sk_nulls_node);
}

/* What is read of each socket to find the next one, and where it belongs. */
static __always_inline void prefetch_head(const struct hlist_nulls_node *node)
{
	prefetch(node);
	prefetch(hlist_nulls_entry(node, struct sock, sk_nulls_node));
}

/**
 * struct chains - chains of one lock, taken in one hold
 * @bucket: number of the first bucket that was looked at
 * @count: how many chains
 * @at: their buckets
 */
struct chains {
	unsigned int	bucket;
	unsigned int	count;
	unsigned int	at[CHAINS];
};

/*
 * Up to CHAINS chains of one lock that are not empty. A lock guards every
 * (ehash_locks_mask + 1)th bucket; STRIDE buckets of one lock are looked at,
 * then those of the next, so that the heads are read while they are cached.
 * @place moves on.
 */
static void find_chains(struct inet_hashinfo *hashes, unsigned int *place,
			struct chains *chains)
{
	unsigned int locks = hashes->ehash_locks_mask + 1;
	unsigned int stride = min((hashes->ehash_mask + 1) / locks, STRIDE);
	unsigned int block = *place / (locks * stride);
	unsigned int lock = *place / stride % locks;
	unsigned int step = *place % stride;
	const struct hlist_nulls_node *node;
	unsigned int bucket;

	chains->bucket = block * locks * stride + lock;
	chains->count = 0;
	do {
		bucket = chains->bucket + step * locks;
		node = READ_ONCE(hashes->ehash[bucket].chain.first);
		if (!is_a_nulls(node)) {
			prefetch_head(node);
			chains->at[chains->count++] = bucket;
		}
		++*place;
	} while (++step < stride && chains->count < CHAINS);
}

/*
 * When chains are so long that a hold has only some of them, too few are stepped
 * through side by side: fetch what the next holds will read. No lock is held:
 * what is found may be free already, but is memory that sockets were and will be
 * in until the end of the RCU read-side critical section, and is only a hint.
 */
static void fetch_chains(u32 want, const struct inet_hashinfo *hashes,
			 const struct chains *chains)
{
	unsigned int i, n = chains->count, most = FETCH;
	const struct hlist_nulls_node *node[CHAINS];

	rcu_read_lock();
	for (i = 0; i < n; i++)
		node[i] = READ_ONCE(hashes->ehash[chains->at[i]].chain.first);
	while (n && most--) {
		if (i >= n)
			i = 0;
		if (is_a_nulls(node[i])) {
			node[i] = node[--n];
			continue;
		}
		prefetch_rest(want, ehash_at(node[i]));
		node[i] = READ_ONCE(node[i]->next);
		if (!is_a_nulls(node[i]))
			prefetch_head(node[i]);
		i++;
	}
	rcu_read_unlock();
}

/**
 * struct found - what a hold has found
 * @count: sockets
 * @left: bits of chains that were too long for it, none of theirs are taken
 * @sk: sockets
 * @chain: which chain each is of
 */
struct found {
	unsigned int	count;
	u32		left;
	struct sock	*sk[SOCKPORT_HOLD];
	u8		chain[SOCKPORT_HOLD];
};

/*
 * Lock of the chains held. Step through them side by side, so that the cache
 * misses of one hide those of the others.
 */
static void find_sockets(u32 want, struct inet_hashinfo *hashes,
			 const struct chains *chains, struct found *found)
{
	struct hlist_nulls_node *node[CHAINS], *this;
	unsigned int i, n = chains->count;
	u8 chain[CHAINS];

	for (i = 0; i < n; i++) {
		node[i] = hashes->ehash[chains->at[i]].chain.first;
		chain[i] = i;
	}
	found->count = 0;
	while (n && found->count < SOCKPORT_HOLD) {
		if (i >= n)
			i = 0;
		this = node[i];
		if (is_a_nulls(this)) {
			node[i] = node[--n];
			chain[i] = chain[n];
			continue;
		}
		prefetch_rest(want, ehash_at(this));
		found->sk[found->count] = ehash_at(this);
		found->chain[found->count++] = chain[i];
		this = this->next;
		if (!is_a_nulls(this))
			prefetch_head(this);
		node[i++] = this;
	}
	found->left = 0;
	for (i = 0; i < n; i++)
		if (!is_a_nulls(node[i]))
			found->left |= BIT(chain[i]);
}

/*
 * Whether a program has them open shows in what they point to, which is fetched for
 * all of them before it is read of one. Always inline, as prefetch_rest().
 */
static __always_inline void fetch_files(const struct found *found)
{
	const struct sock *sk;
	unsigned int i;

	for (i = 0; i < found->count; i++) {
		sk = found->sk[i];
		if (sk_fullsock(sk))
			prefetch(&READ_ONCE(sk->sk_socket)->file);
	}
}

/* One hold of a lock. The batch has room for it. */
static u32 hold_chains(struct sockport_walk *walk, struct inet_hashinfo *hashes,
		       const struct chains *chains)
{
	spinlock_t *lock = inet_ehash_lockp(hashes, chains->bucket);
	unsigned int mark = walk->count;
	struct found found;
	unsigned int i;
	u64 begin;

	begin = sockport_hold_begin();
	rcu_read_lock();
	spin_lock_bh(lock);
	find_sockets(walk->want, hashes, chains, &found);
	if (walk->want & SOCKPORT_WANT_PROCESSES)
		fetch_files(&found);
	walk->whole = true;
	for (i = 0; i < found.count; i++)
		if (!(found.left & BIT(found.chain[i])))
			sockport_tcp_take(walk, found.sk[i]);
	walk->whole = false;
	spin_unlock_bh(lock);
	sockport_walk_settle(walk, mark);
	rcu_read_unlock();
	sockport_hold_end(walk, begin);
	/* As many side by side as a hold can take. */
	if (found.left)
		walk->width = max(walk->width / 2, 1U);
	else if (found.count < SOCKPORT_HOLD / 2)
		walk->width = min_t(unsigned int, walk->width + 1, CHAINS);
	return found.left;
}

struct ehash_chain {
	struct sockport_chain	chain;
	struct inet_hashinfo	*hashes;
	unsigned int		bucket;
};

static struct ehash_chain *ehash_chain(struct sockport_chain *chain)
{
	return container_of(chain, struct ehash_chain, chain);
}

static struct sock *ehash_first(struct sockport_chain *chain)
{
	const struct ehash_chain *ec = ehash_chain(chain);

	return ehash_at(ec->hashes->ehash[ec->bucket].chain.first);
}

static struct sock *ehash_next(struct sockport_chain *chain, struct sock *sk)
{
	return ehash_at(sk->sk_nulls_node.next);
}

/* A socket that is used again may be in another chain. */
static bool ehash_on(struct sockport_chain *chain, struct sock *sk)
{
	const struct ehash_chain *ec = ehash_chain(chain);

	return !hlist_nulls_unhashed(&sk->sk_nulls_node) &&
	       inet_sk_state_load(sk) != TCP_LISTEN &&
	       (READ_ONCE(sk->sk_hash) & ec->hashes->ehash_mask) == ec->bucket;
}

static const void *ehash_before(const struct sock *sk)
{
	return sk->sk_nulls_node.pprev;
}

static bool ehash_take(struct sockport_chain *chain, struct sock *sk)
{
	return sockport_tcp_take(chain->walk, sk);
}

/* Chains that a hold was too short for, one after the other. */
static int take_long(struct sockport_walk *walk, struct inet_hashinfo *hashes,
		     const struct chains *chains, u32 left)
{
	struct ehash_chain ec = {
		.chain = {
			.lock	= inet_ehash_lockp(hashes, chains->bucket),
			.first	= ehash_first,
			.next	= ehash_next,
			.on	= ehash_on,
			.before	= ehash_before,
			.take	= ehash_take,
			.walk	= walk,
		},
		.hashes = hashes,
	};
	unsigned int i;
	int err = 0;

	for (i = 0; i < chains->count && !err; i++) {
		if (!(left & BIT(i)))
			continue;
		ec.bucket = chains->at[i];
		err = sockport_chain_take(&ec.chain);
	}
	return err;
}

/* Some holds for the chains of one lock. */
static int take_chains(struct sockport_walk *walk, struct inet_hashinfo *hashes,
		       const struct chains *chains)
{
	unsigned int at, count;
	struct chains some;
	u32 left;
	int err;

	if (walk->width < chains->count)
		fetch_chains(walk->want, hashes, chains);
	some.bucket = chains->bucket;
	for (at = 0; at < chains->count; at += count) {
		count = min(chains->count - at, walk->width);
		some.count = count;
		memcpy(some.at, chains->at + at, count * sizeof(*some.at));
		err = sockport_walk_reserve(walk, SOCKPORT_HOLD);
		if (err)
			return err;
		left = hold_chains(walk, hashes, &some);
		if (left) {
			err = take_long(walk, hashes, &some, left);
			if (err)
				return err;
		}
		cond_resched();
	}
	return 0;
}

static int take_established(struct sockport_walk *walk,
			    struct inet_hashinfo *hashes)
{
	unsigned int mark = walk->count;
	struct chains chains;
	unsigned int n;
	int err;

	if (!walk->width)
		walk->width = CHAINS;
	for (n = 0; walk->bucket <= hashes->ehash_mask; n++) {
		if (walk->count > mark || n == GROUPS)
			return 1;
		find_chains(hashes, &walk->bucket, &chains);
		err = take_chains(walk, hashes, &chains);
		if (err)
			return err;
		cond_resched();
	}
	return walk->count > mark;
}

/* A namespace has the table that all share, which comes first, or its own. */
static bool own_table(const struct sockport_walk *walk, unsigned int space)
{
	const struct sockport_space *at = walk->scope->space;

	return tcp_hashes(at[space].net)->ehash != tcp_hashes(at[0].net)->ehash;
}

static int tcp_established(struct sockport_walk *walk)
{
	int more;

	for (;;) {
		more = take_established(walk, tcp_hashes(
					sockport_walk_here(walk)->net));
		if (more)
			return more;
		walk->bucket = 0;
		do {
			if (++walk->space == walk->scope->count)
				return 0;
		} while (!own_table(walk, walk->space));
	}
}

/* Listeners come first: connections that nobody has open have their owners. */
static const struct {
	u32	states;
	int	(*batch)(struct sockport_walk *walk);
} tcp_phases[] = {
	{ ~0U, tcp_listeners },
	{ CONNECTED, tcp_established },
	{ IDLE, sockport_tcp_bound },
};

static int tcp_batch(struct sockport_walk *walk)
{
	int more = 0;

	if (sockport_filter_states(walk->filter, SOCKPORT_PROTOCOL_TCP,
				   tcp_phases[walk->phase].states))
		more = tcp_phases[walk->phase].batch(walk);
	if (more)
		return more;
	walk->bucket = 0;
	walk->space = 0;
	walk->phase++;
	return walk->phase < ARRAY_SIZE(tcp_phases);
}

const struct sockport_kind sockport_tcp = {
	.protocol	= SOCKPORT_PROTOCOL_TCP,
	.ports		= true,
	.begin		= tcp_begin,
	.batch		= tcp_batch,
};
