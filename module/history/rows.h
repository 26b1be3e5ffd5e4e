/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_HISTORY_H
#define SOCKPORT_HISTORY_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/uidgid.h>
#include <uapi/linux/sockport.h>

#include "owners/rights.h"

struct net;
struct sock;
struct sockport_net;
struct sockport_rows;
struct sockport_workers;

/* Counters are numbered as their attributes are; some of those are no counters. */
#define SOCKPORT_COUNTERS	(SOCKPORT_A_HISTORY_MAX + 1)
/*
 * Distributions that are kept: numbered as their kinds are, but that of what is
 * alive is made when it is asked for, and another one has its number.
 */
#define SOCKPORT_SPREAD_ACCEPT	(SOCKPORT_DISTRIBUTION_KIND_HANDSHAKE + 1)
#define SOCKPORT_SPREADS	(SOCKPORT_SPREAD_ACCEPT + 1)
#define SOCKPORT_BUCKETS	40
#define SOCKPORT_SHARDS_MAX	8

/**
 * struct sockport_shard - the counters of a row, for some of the CPUs
 * @count: indexed by SOCKPORT_A_HISTORY_*
 */
struct sockport_shard {
	atomic64_t	count[SOCKPORT_COUNTERS];
} ____cacheline_aligned_in_smp;

/**
 * struct sockport_spread - the distributions of a row
 * @sum: of all values, indexed by number of the distribution
 * @bucket: how many values there were of each magnitude
 */
struct sockport_spread {
	atomic64_t	sum[SOCKPORT_SPREADS];
	atomic64_t	bucket[SOCKPORT_SPREADS][SOCKPORT_BUCKETS];
};

/**
 * struct sockport_distribution - a distribution as it was at one time
 * @sum: of all values
 * @bucket: how many values there are of each magnitude
 */
struct sockport_distribution {
	u64	sum;
	u64	bucket[SOCKPORT_BUCKETS];
};

/**
 * struct sockport_program - a program, and who may see it
 * @comm: name of the process, of its first thread; empty when unknown
 * @cgroup: id of the socket's cgroup, 0 when unknown
 * @uid: owner of the socket
 * @pid_ns: inode of the process's own pid namespace
 * @by: who may see the process, the socket may have been passed to it
 * @ns_started: when the first process of its pid namespace was; all before it
 *	tells one program from another, in whole words
 */
struct sockport_program {
	char		comm[TASK_COMM_LEN];
	u64		cgroup;
	kuid_t		uid;
	u32		pid_ns;
	struct sockport_rights by;
	u64		ns_started;
};

/**
 * struct sockport_opener - who opened a port, or connected to it
 * @pid: of the process, in the initial pid namespace, or 0
 * @own: likewise, in its own pid namespace
 * @started: when the process was
 * @program: what it is
 */
struct sockport_opener {
	pid_t		pid;
	pid_t		own;
	u64		started;
	struct sockport_program program;
};

/* Counters that datagrams have. */
#define SOCKPORT_TOLD	6

/**
 * struct sockport_history - what a port did, or a program
 * @node: in the hash table, changes under its lock, read under RCU
 * @net: network namespace
 * @key: @port, @protocol and @role as one number, or a hash of the program
 * @sn: what we keep of the namespace
 * @rows: table that it is in
 * @of_net: among all rows of the namespace, but for those of the rest,
 *	until its era has ended
 * @idle: in the list of its account, while @listed
 * @listed: it is there; changes under the lock of the table
 * @is_rest: it is the sum of those that were given back
 * @gone: the namespace has been forgotten, guarded by the lock of the table
 * @pool: enum sockport_pool_kind, once it has been given back
 * @queued: jiffies when it came into @idle
 * @users: followed sockets that hold it; below 0 when it has been given back
 * @rest: what it is added to, once it may be given back
 * @folds: of the rest: rows that were added, guarded by @lock
 * @folded: number of this row among them, 0 before
 * @rcu: to free it
 * @port: local or remote, host order
 * @protocol: enum sockport_protocol
 * @role: enum sockport_role, or SOCKPORT_ROLE_PROGRAM
 * @connections: alive now, of ports only
 * @connections_high: most of them
 * @backlog_high: most connections that waited at one listener
 * @first: milliseconds since 1970, 0 before anything happened
 * @last: likewise
 * @touched: jiffies of @last
 * @checked: jiffies when a UDP port's role was looked up last
 * @listeners: followed listeners, changes under @lock, read under RCU
 * @owner: the program of all of them, kept by them; NULL when there are several
 *	programs, or no listener; likewise
 * @lock: guards @opener, @workers, @listeners, @owner, @base and @told, and who
 *	reads the row against who resets it; taken with BH disabled
 * @opener: who opened it last; of a program's row the program
 * @workers: processes that accept its connections, or NULL
 * @told: of what datagrams count, how much programs have been told of
 * @base: what is taken off each counter since the last reset
 * @spread: distributions, or NULL
 * @shard: counters
 */
struct sockport_history {
	struct hlist_node	node;
	struct net		*net;
	u32			key;
	u16			port;
	u8			protocol;
	u8			role;
	struct sockport_net	*sn;
	struct sockport_rows	*rows;
	struct list_head	of_net;
	struct list_head	idle;
	bool			listed;
	bool			is_rest;
	bool			gone;
	u8			pool;
	unsigned long		queued;
	atomic_t		users;
	struct sockport_history	*rest;
	u64			folds;
	u64			folded;
	struct rcu_head		rcu;
	atomic_t		connections;
	atomic_t		connections_high;
	atomic_t		backlog_high;
	atomic64_t		first;
	atomic64_t		last;
	unsigned long		touched;
	unsigned long		checked;
	struct hlist_head	listeners;
	struct sockport_history	*owner;
	spinlock_t		lock; /* see above */
	struct sockport_opener	opener;
	struct sockport_workers	*workers;
	u64			told[SOCKPORT_TOLD];
	u64			base[SOCKPORT_COUNTERS];
	struct sockport_spread	*spread;
	struct sockport_shard	shard[];
};

/**
 * struct sockport_totals - what a port did, for an encoder
 * @value: indexed by SOCKPORT_A_HISTORY_*, all of them
 */
struct sockport_totals {
	u64	value[SOCKPORT_A_HISTORY_MAX + 1];
};

/* What rows of programs do not have. */
#define SOCKPORT_COUNTERS_PORT \
	(BIT_ULL(SOCKPORT_A_HISTORY_BACKLOG_HIGH) | \
	 BIT_ULL(SOCKPORT_A_HISTORY_CONNECTIONS_HIGH))

/* What rows of UDP have. */
#define SOCKPORT_COUNTERS_UDP \
	(BIT_ULL(SOCKPORT_A_HISTORY_BYTES_IN) | \
	 BIT_ULL(SOCKPORT_A_HISTORY_BYTES_OUT) | \
	 BIT_ULL(SOCKPORT_A_HISTORY_SEGMENTS_IN) | \
	 BIT_ULL(SOCKPORT_A_HISTORY_SEGMENTS_OUT) | \
	 BIT_ULL(SOCKPORT_A_HISTORY_RECEIVE_DROPS) | \
	 BIT_ULL(SOCKPORT_A_HISTORY_ACCOUNTED_DROPS))

/* Whether the kernel counts retransmission timeouts. */
extern const bool sockport_timeouts_counted;

/**
 * sockport_totals_know - does a value mean something?
 * @totals: what a port did
 * @protocol: of the port, enum sockport_protocol; 0 of a program, which may have any
 * @value: SOCKPORT_A_HISTORY_*
 *
 * Return: false for a time before anything happened, and for what ports of
 * this protocol do not count. Those of UDP may only have been opened, while
 * datagrams were not counted; but for those that sockets had no room for, which
 * always are.
 */
static inline bool sockport_totals_know(const struct sockport_totals *totals,
					u8 protocol, unsigned int value)
{
	if (value == SOCKPORT_A_HISTORY_FIRST_ACTIVE ||
	    value == SOCKPORT_A_HISTORY_LAST_ACTIVE)
		return totals->value[value];
	if (value == SOCKPORT_A_HISTORY_TIMEOUTS && !sockport_timeouts_counted)
		return false;
	if (!protocol)
		return true;
	if (protocol == SOCKPORT_PROTOCOL_TCP)
		return value != SOCKPORT_A_HISTORY_ACCOUNTED_DROPS;
	return value == SOCKPORT_A_HISTORY_RECEIVE_DROPS ||
	       (BIT_ULL(value) & SOCKPORT_COUNTERS_UDP &&
		totals->value[SOCKPORT_A_HISTORY_FIRST_ACTIVE]);
}

extern unsigned int sockport_shard_mask;

struct sockport_rows *sockport_rows_new(unsigned int ports,
					unsigned int programs);
void sockport_rows_use(struct sockport_rows *use);
void sockport_rows_resize(struct sockport_rows *in, unsigned int ports,
			  unsigned int programs);
void sockport_rows_end(struct sockport_rows *in);
void sockport_rows_free(struct sockport_rows *in);
struct sockport_history *sockport_rows_find(struct sockport_rows *in,
					    const struct net *net, u8 protocol,
					    u8 role, u16 port);
void sockport_history_forget(struct sockport_rows *in, struct net *net);
void sockport_history_give_back(struct sockport_rows *in, struct net *net);
struct sockport_history *sockport_history_find(const struct net *net,
					       u8 protocol, u8 role, u16 port);
struct sockport_history *__sockport_history_row(struct net *net, u8 protocol,
						u8 role, u16 port);
void __sockport_history_put(struct sockport_history *row);
void __sockport_history_touch(struct sockport_history *row);
void sockport_history_touched(struct sockport_history *row, s64 then);

/**
 * sockport_history_row - the row of a port, made when there is none
 * @net: network namespace
 * @protocol: enum sockport_protocol
 * @role: enum sockport_role
 * @port: host order
 *
 * Context: process or BH, in an RCU read-side critical section, while a probe
 * is registered.
 *
 * Return: the row until the end of the critical section; that of the rest when
 * there is no room for one more; NULL, and then that is counted, when there is
 * none for that either; NULL when the namespace is about to go, and for port 0.
 */
static inline struct sockport_history *
sockport_history_row(struct net *net, u8 protocol, u8 role, u16 port)
{
	struct sockport_history *row;

	row = sockport_history_find(net, protocol, role, port);
	return likely(row) ? row :
			     __sockport_history_row(net, protocol, role, port);
}

/**
 * sockport_program_same - are two programs one?
 * @a: a program
 * @b: another one
 */
static inline bool sockport_program_same(const struct sockport_program *a,
					 const struct sockport_program *b)
{
	const u64 *x = (const u64 *)a, *y = (const u64 *)b;

	/* Without a loop: it is done at each connect(). */
	BUILD_BUG_ON(offsetof(struct sockport_program, ns_started) !=
		     7 * sizeof(u64));
	return !((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) |
		 (x[3] ^ y[3]) | (x[4] ^ y[4]) | (x[5] ^ y[5]) |
		 (x[6] ^ y[6]));
}

/**
 * sockport_history_hold - keep a row
 * @row: row
 *
 * Context: any, in an RCU read-side critical section.
 *
 * Return: @row; or that of the rest, when @row has just been given back; until
 * sockport_history_put(), or until the namespace is forgotten.
 */
static inline struct sockport_history *
sockport_history_hold(struct sockport_history *row)
{
	if (unlikely(!atomic_inc_unless_negative(&row->users))) {
		smp_rmb(); /* it was set before */
		row = row->rest;
		atomic_inc(&row->users);
	}
	return row;
}

/**
 * sockport_history_put - keep a row no more
 * @row: what sockport_history_hold() returned
 *
 * Context: BH disabled, in an RCU read-side critical section.
 */
static inline void sockport_history_put(struct sockport_history *row)
{
	/* A barrier; pairs with that of who takes it out of its list. */
	if (!atomic_dec_return(&row->users) &&
	    unlikely(!READ_ONCE(row->listed)))
		__sockport_history_put(row);
}

/**
 * sockport_history_shard - where to count for a while
 * @row: row
 *
 * Context: any; it does no harm to be on another CPU meanwhile.
 *
 * Return: counters of this CPU and of some others.
 */
static inline struct sockport_shard *
sockport_history_shard(struct sockport_history *row)
{
	return &row->shard[raw_smp_processor_id() & sockport_shard_mask];
}

/**
 * sockport_history_add - count something
 * @row: row
 * @counter: SOCKPORT_A_HISTORY_*
 * @n: how much
 *
 * Context: any, @row is kept by RCU or by a followed socket.
 */
static inline void sockport_history_add(struct sockport_history *row,
					unsigned int counter, u64 n)
{
	atomic64_add(n, &sockport_history_shard(row)->count[counter]);
}

/**
 * sockport_history_now - the time as history has it
 *
 * Context: any but NMI.
 *
 * Return: milliseconds since 1970, as of the last tick.
 */
static inline u64 sockport_history_now(void)
{
	struct timespec64 now;

	ktime_get_coarse_real_ts64(&now);
	return now.tv_sec * MSEC_PER_SEC + now.tv_nsec / NSEC_PER_MSEC;
}

/**
 * sockport_history_touch - something happens at a port now
 * @row: row
 *
 * Context: any.
 */
static inline void sockport_history_touch(struct sockport_history *row)
{
	const unsigned long tick = jiffies;

	if (READ_ONCE(row->touched) != tick || !atomic64_read(&row->first))
		__sockport_history_touch(row);
}

/**
 * sockport_bucket - which magnitude does a value have?
 * @value: value
 *
 * Return: number of its bucket.
 */
static inline unsigned int sockport_bucket(u64 value)
{
	return min_t(unsigned int, fls64(value), SOCKPORT_BUCKETS - 1);
}

/**
 * sockport_history_spread - add a value to a distribution
 * @row: row of TCP
 * @kind: number of the distribution
 * @value: in the distribution's unit
 *
 * Context: any.
 */
static inline void sockport_history_spread(struct sockport_history *row,
					   unsigned int kind, u64 value)
{
	struct sockport_spread *spread = row->spread;
	unsigned int bucket = sockport_bucket(value);

	atomic64_add(value, &spread->sum[kind]);
	atomic64_inc(&spread->bucket[kind][bucket]);
}

/**
 * sockport_raise - note the highest value seen
 * @high: highest so far
 * @value: another one
 *
 * Context: any.
 */
static inline void sockport_raise(atomic_t *high, int value)
{
	int old = atomic_read(high);

	while (value > old && !atomic_try_cmpxchg(high, &old, value))
		;
}

#endif /* SOCKPORT_HISTORY_H */
