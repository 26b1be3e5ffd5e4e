/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_HISTORY_H
#define SOCKPORT_HISTORY_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/cache.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/uidgid.h>
#include <uapi/linux/sockport.h>

struct net;
struct pid;
struct sockport_scope;

/* Counters are numbered as their attributes are. */
#define SOCKPORT_COUNTERS	(SOCKPORT_A_HISTORY_RECEIVE_DROPS + 1)
#define SOCKPORT_SPREADS	(SOCKPORT_DISTRIBUTION_KIND_MAX + 1)
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
 * struct sockport_spread - the distributions of a row, for some of the CPUs
 * @sum: of all values, indexed by enum sockport_distribution_kind
 * @bucket: how many values there were of each magnitude
 */
struct sockport_spread {
	atomic64_t	sum[SOCKPORT_SPREADS];
	atomic64_t	bucket[SOCKPORT_SPREADS][SOCKPORT_BUCKETS];
} ____cacheline_aligned_in_smp;

/**
 * struct sockport_opener - who opened a port, or connected to it
 * @pid: the process, with a reference, or NULL
 * @uid: owner of the socket
 * @cgroup: id of its cgroup, 0 when unknown
 * @comm: its name
 */
struct sockport_opener {
	struct pid	*pid;
	kuid_t		uid;
	u64		cgroup;
	char		comm[TASK_COMM_LEN];
};

/**
 * struct sockport_history - what a port did
 * @node: in the hash table, changes under its lock, read under RCU
 * @of_net: among all rows of the namespace
 * @rcu: to free it
 * @net: network namespace; a row never outlives it
 * @port: local or remote, host order
 * @protocol: enum sockport_protocol
 * @role: enum sockport_role
 * @connections: alive now
 * @connections_high: most of them
 * @backlog_high: most connections that waited at one listener
 * @first: milliseconds since 1970, 0 before anything happened
 * @last: likewise
 * @checked: jiffies when a UDP port's role was looked up last
 * @listeners: followed listeners, changes under @lock, read under RCU
 * @lock: guards @opener and @listeners, taken with BH disabled
 * @opener: who opened it last
 * @spread: distributions, one for each shard, or NULL
 * @shard: counters
 */
struct sockport_history {
	struct hlist_node	node;
	struct list_head	of_net;
	struct rcu_head		rcu;
	struct net		*net;
	u16			port;
	u8			protocol;
	u8			role;
	atomic_t		connections;
	atomic_t		connections_high;
	atomic_t		backlog_high;
	atomic64_t		first;
	atomic64_t		last;
	unsigned long		checked;
	struct hlist_head	listeners;
	spinlock_t		lock; /* see above */
	struct sockport_opener	opener;
	struct sockport_spread	*spread;
	struct sockport_shard	shard[];
};

extern unsigned int sockport_shard_mask;

struct sockport_history *sockport_history_find(const struct net *net,
					       u8 protocol, u8 role, u16 port);
struct sockport_history *sockport_history_row(struct net *net, u8 protocol,
					      u8 role, u16 port);
void sockport_history_touch(struct sockport_history *row);
void sockport_history_reset(struct net *net);
u64 sockport_history_total(const struct sockport_history *row,
			   unsigned int counter);

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
	unsigned int shard = raw_smp_processor_id() & sockport_shard_mask;

	atomic64_add(n, &row->shard[shard].count[counter]);
}

/**
 * sockport_bucket - the magnitude of a value
 * @value: value
 *
 * Return: 0 for 0, n for 2^(n-1) to 2^n - 1, the last one for all beyond.
 */
static inline unsigned int sockport_bucket(u64 value)
{
	return min_t(unsigned int, fls64(value), SOCKPORT_BUCKETS - 1);
}

#endif /* SOCKPORT_HISTORY_H */
