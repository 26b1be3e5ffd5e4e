// SPDX-License-Identifier: GPL-2.0
/*
 * Roles of TCP connections, where the socket does not tell
 *
 * What is remembered is bounded: sockets that may be taken for what they are
 * not, by address while they are connected; and outgoing connections that have
 * become time-wait sockets, the last ones, by hash and ports.
 *
 * The lock is the innermost of all: a walk has that of a hash chain, a probe
 * that of its socket and of what follows it.
 */
#include <linux/cache.h>
#include <linux/hash.h>
#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <net/inet_timewait_sock.h>
#include <net/ipv6.h>
#include <net/tcp.h>
#include <net/transp_v6.h>

#include "compat.h"
#include "walk/roles.h"

/* Sockets that may be taken for what they are not: most hosts have none. */
#define ODD_BITS	6
#define ODD_WAYS	4
/* Connections that have ended: 28672, in half a megabyte. */
#define ENDED_BITS	12
#define ENDED_WAYS	7

/**
 * struct ended - an outgoing connection that left a time-wait socket
 * @hash: of addresses, ports and namespace, see hash_of()
 * @ports: local and remote
 * @when: jiffies
 * @space: number of the namespace, less its first bit; 0: there is none
 * @chosen: it had chosen its local port, which is likely to matter
 */
struct ended {
	u32	hash;
	u32	ports;
	u32	when;
	u32	space	: 31;
	u32	chosen	: 1;
};

/**
 * struct ended_set - those with hashes that are alike, two cache lines of them
 * @lock: guards @at, BH disabled
 * @at: connections; no place is empty before one that is taken
 */
struct ended_set {
	spinlock_t	lock; /* see above */
	struct ended	at[ENDED_WAYS];
} ____cacheline_aligned;

/**
 * struct sockport_roles - what is remembered
 * @rcu: to free it
 * @odd_lock: guards sockport_roles_odd and who writes to @odd; BH disabled
 * @odd: sockets
 * @any: @ended is not empty
 * @ended: connections
 */
struct sockport_roles {
	struct rcu_head		rcu;
	spinlock_t		odd_lock; /* see above */
	const struct sock	*odd[BIT(ODD_BITS)][ODD_WAYS];
	bool			any;
	struct ended_set	ended[BIT(ENDED_BITS)];
};

static struct sockport_roles __rcu *roles;

unsigned int sockport_roles_odd __read_mostly;

/* All have BH disabled, which RCU waits for. */
static struct sockport_roles *remembered(void)
{
	return rcu_dereference_check(roles, rcu_read_lock_bh_held());
}

/*
 * A socket that was accepted has the backlog of its listener; and the device of
 * the packet that made it where datagram sockets have that of multicasts, which
 * no program can set for a stream. Of IPv6 it has an address in place of an IPv4
 * one that connect() does not write.
 */
static bool came_in(const struct sock *sk)
{
	if (READ_ONCE(sk->sk_max_ack_backlog))
		return true;
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6 && !ipv6_addr_v4mapped(&sk->sk_v6_daddr))
		return sk->sk_daddr == LOOPBACK4_IPV6;
#endif
	return READ_ONCE(inet_sk(sk)->mc_index);
}

static const struct sock **odd_set(struct sockport_roles *all, const struct sock *sk)
{
	return all->odd[hash_ptr(sk, ODD_BITS)];
}

static bool is_odd(const struct sock *sk)
{
	struct sockport_roles *all = remembered();
	const struct sock **set;
	unsigned int i;

	if (!all || likely(!READ_ONCE(sockport_roles_odd)))
		return false;
	set = odd_set(all, sk);
	for (i = 0; i < ODD_WAYS; i++)
		if (READ_ONCE(set[i]) == sk)
			return true;
	return false;
}

/* odd_lock held. There is room for one more in the end. */
static void odd_add(struct sockport_roles *all, const struct sock *sk)
{
	const struct sock **set = odd_set(all, sk);
	unsigned int i;

	for (i = 0; i < ODD_WAYS - 1; i++)
		if (!set[i] || set[i] == sk)
			break;
	if (!set[i])
		WRITE_ONCE(sockport_roles_odd, sockport_roles_odd + 1);
	WRITE_ONCE(set[i], sk);
}

/* odd_lock held. */
static void odd_remove(struct sockport_roles *all, const struct sock *sk)
{
	const struct sock **set = odd_set(all, sk);
	unsigned int i;

	for (i = 0; i < ODD_WAYS; i++) {
		if (set[i] != sk)
			continue;
		WRITE_ONCE(set[i], NULL);
		WRITE_ONCE(sockport_roles_odd, sockport_roles_odd - 1);
	}
}

/**
 * sockport_roles_opening - a socket sends a SYN
 * @sk: the socket, locked
 *
 * It may have been accepted before, or have listened, and be disconnected
 * since: that still shows.
 *
 * Context: BH disabled.
 */
void sockport_roles_opening(const struct sock *sk)
{
	struct sockport_roles *all = remembered();

	if (likely(!came_in(sk)) || !all)
		return;
	spin_lock(&all->odd_lock);
	odd_add(all, sk);
	spin_unlock(&all->odd_lock);
}

/* As sockport_roles_closed(), which has the fast part. */
void __sockport_roles_closed(const struct sock *sk)
{
	struct sockport_roles *all = remembered();

	if (!all)
		return;
	spin_lock(&all->odd_lock);
	odd_remove(all, sk);
	spin_unlock(&all->odd_lock);
}

static u32 space_of(const struct net *net)
{
	return net->ns.inum & S32_MAX;
}

static u32 ports_of(u16 local, __be16 remote)
{
	return local << 16 | ntohs(remote);
}

static struct ended_set *ended_set(struct sockport_roles *all, u32 hash)
{
	return &all->ended[hash_32(hash, ENDED_BITS)];
}

/*
 * That of the kernel leaves out all but the last word of the local IPv6 address.
 * Both kinds of sockets have the address at the same place.
 */
static u32 hash_of(const struct sock_common *common)
{
#if IS_ENABLED(CONFIG_IPV6)
	const u32 *local =
		(const u32 *)common->skc_v6_rcv_saddr.s6_addr32;

	if (common->skc_family == AF_INET6)
		return jhash_3words(local[0], local[1], local[2],
				    common->skc_hash);
#endif
	return common->skc_hash;
}

static bool same(const struct ended *one, const struct ended *other)
{
	return one->hash == other->hash && one->ports == other->ports &&
	       one->space == other->space;
}

/*
 * Lock held. Returns the connection if it is there, else the first place that is
 * empty, or the end.
 */
static struct ended *ended_find(struct ended_set *set, const struct ended *key)
{
	struct ended *at;

	for (at = set->at; at < set->at + ENDED_WAYS && at->space; at++)
		if (same(at, key))
			break;
	return at;
}

static bool ended_has(const struct ended_set *set, const struct ended *at)
{
	return at < set->at + ENDED_WAYS && at->space;
}

/* Is @one of more use than @other? A port that was chosen is, then the later. */
static bool better(const struct ended *one, const struct ended *other)
{
	if (one->chosen != other->chosen)
		return one->chosen;
	return (s32)(one->when - other->when) > 0;
}

/*
 * Lock held, no place is empty. That of the one of least use; a namespace that
 * has half of the places takes one of its own.
 */
static struct ended *ended_least(struct ended_set *set, u32 space)
{
	struct ended *own = NULL, *any = set->at, *at;
	unsigned int count = 0;

	for (at = set->at; at < set->at + ENDED_WAYS; at++) {
		if (better(any, at))
			any = at;
		if (at->space != space)
			continue;
		count++;
		if (!own || better(own, at))
			own = at;
	}
	return count >= ENDED_WAYS / 2 ? own : any;
}

static void ended_add(struct ended_set *set, const struct ended *key)
{
	struct ended *at;

	spin_lock(&set->lock);
	at = ended_find(set, key);
	if (unlikely(at == set->at + ENDED_WAYS))
		at = ended_least(set, key->space);
	*at = *key;
	spin_unlock(&set->lock);
}

/* Another connection had the same addresses and ports. The last one moves up. */
static void ended_forget(struct ended_set *set, const struct ended *key)
{
	struct ended *at, *last;

	spin_lock(&set->lock);
	at = ended_find(set, key);
	if (ended_has(set, at)) {
		for (last = at; ended_has(set, last + 1); last++)
			;
		*at = *last;
		smp_wmb(); /* see ended_maybe() */
		memset(last, 0, sizeof(*last));
	}
	spin_unlock(&set->lock);
}

/*
 * Is there one with the hash? Without the lock, to save taking it; from the end,
 * so that one which moves up meanwhile is seen.
 */
static bool ended_maybe(const struct ended_set *set, u32 hash)
{
	unsigned int i;

	for (i = ENDED_WAYS; i--;) {
		if (READ_ONCE(set->at[i].hash) == hash)
			return true;
		smp_rmb(); /* pairs with that of ended_forget() */
	}
	return false;
}

/**
 * sockport_roles_ended - a connection has ended, and may leave a time-wait
 *	socket, with the same hash
 * @sk: full socket of TCP, locked, about to be closed
 * @role: enum sockport_role
 *
 * Context: BH disabled.
 */
void sockport_roles_ended(const struct sock *sk, u8 role)
{
	struct sockport_roles *all = remembered();
	const struct inet_sock *inet = inet_sk(sk);
	const struct ended key = {
		.hash	= hash_of(&sk->__sk_common),
		.ports	= ports_of(ntohs(inet->inet_sport), inet->inet_dport),
		.when	= jiffies,
		.space	= space_of(sock_net(sk)),
		.chosen	= !!(sk->sk_userlocks & SOCK_BINDPORT_LOCK),
	};
	struct ended_set *set;

	if (!all)
		return;
	set = ended_set(all, key.hash);
	if (role != SOCKPORT_ROLE_OUT) {
		if (unlikely(ended_maybe(set, key.hash)))
			ended_forget(set, &key);
		return;
	}
	ended_add(set, &key);
	if (!READ_ONCE(all->any))
		WRITE_ONCE(all->any, true);
}

static bool went_out(const struct inet_timewait_sock *tw)
{
	struct sockport_roles *all = remembered();
	const struct ended key = {
		.hash	= hash_of(&tw->__tw_common),
		.ports	= ports_of(tw->tw_num, tw->tw_dport),
		.space	= space_of(twsk_net(tw)),
	};
	struct ended_set *set;
	bool found;

	if (!all || !READ_ONCE(all->any))
		return false;
	set = ended_set(all, key.hash);
	spin_lock(&set->lock);
	found = ended_has(set, ended_find(set, &key));
	spin_unlock(&set->lock);
	return found;
}

/**
 * sockport_roles_timewait - role that a time-wait socket had
 * @tw: the socket
 * @bound: its port has, or had just now, a bucket of sockport_roles_bind()
 *
 * Connections that came in have a bucket that bind() made. Those that were
 * opened and have one, too, are remembered, as far as they were followed.
 *
 * Context: with the lock of the socket's hash chain held: it has its bucket as
 * long as it is there.
 *
 * Return: enum sockport_role.
 */
u8 sockport_roles_timewait(const struct inet_timewait_sock *tw, bool bound)
{
	const struct inet_bind_bucket *tb = tw->tw_tb;

	if (!bound || sockport_tw_connect_bind(tw) || went_out(tw) ||
	    (tb && !sockport_roles_bind(tb)))
		return SOCKPORT_ROLE_OUT;
	return SOCKPORT_ROLE_IN;
}

/**
 * sockport_roles_of - role of a connection that nobody has followed
 * @sk: full socket of TCP, locked, past SYN_SENT
 *
 * Context: BH disabled.
 *
 * Return: enum sockport_role.
 */
u8 sockport_roles_of(const struct sock *sk)
{
	if (sk->sk_userlocks & SOCK_BINDPORT_LOCK ||
	    sockport_sock_connect_bind(sk) || !came_in(sk) || is_odd(sk))
		return SOCKPORT_ROLE_OUT;
	return SOCKPORT_ROLE_IN;
}

/* As sockport_roles_full(), which has the fast part. */
u8 __sockport_roles_full(const struct sock *sk, bool bound)
{
	const struct inet_bind_bucket *tb;

	if (sockport_roles_of(sk) == SOCKPORT_ROLE_OUT)
		return SOCKPORT_ROLE_OUT;
	/* The port may be newer than what is known of ports. */
	tb = bound ? NULL : inet_csk(sk)->icsk_bind_hash;
	return !tb || sockport_roles_bind(tb) ? SOCKPORT_ROLE_IN :
						SOCKPORT_ROLE_OUT;
}

/**
 * sockport_roles_new - make a memory in which there is nothing
 *
 * Context: process context, may sleep.
 *
 * Return: the memory, for sockport_roles_free(), or NULL.
 */
struct sockport_roles *sockport_roles_new(void)
{
	const gfp_t gfp = GFP_KERNEL | __GFP_NOWARN;
	struct sockport_roles *new = kvzalloc(sizeof(*new), gfp);
	unsigned int i;

	if (!new)
		return NULL;
	spin_lock_init(&new->odd_lock);
	for (i = 0; i < BIT(ENDED_BITS); i++)
		spin_lock_init(&new->ended[i].lock);
	return new;
}

/**
 * sockport_roles_use - remember from now on, or nothing any more
 * @use: memory, or NULL
 *
 * Context: process context. Nobody tells anything meanwhile; walks may go on.
 */
void sockport_roles_use(struct sockport_roles *use)
{
	WRITE_ONCE(sockport_roles_odd, 0);
	rcu_assign_pointer(roles, use);
}

/**
 * sockport_roles_free - free a memory that is not used any more
 * @memory: it, or NULL
 *
 * Context: process context. Walks may have it a while still.
 */
void sockport_roles_free(struct sockport_roles *memory)
{
	if (memory)
		kvfree_rcu(memory, rcu);
}
