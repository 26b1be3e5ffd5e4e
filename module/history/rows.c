// SPDX-License-Identifier: GPL-2.0
/*
 * What each port did: a row of counters for each (namespace, protocol, role,
 * port) that is made once and stays as long as its namespace.
 *
 * Counters are split over a few shards, not over all CPUs: a row that a probe
 * needs is made on the spot by kmalloc(), which per-cpu memory would not allow.
 * They only grow. A reset notes what they were, and that is taken off.
 */
#include <linux/hash.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <net/sock.h>

#include "compat.h"
#include "history/rows.h"
#include "net.h"
#include "owners/cgroup.h"

#define ROW_BITS	12
#define ROW_BUCKETS	BIT(ROW_BITS)
/* Rows that a namespace may have for each one that is free. */
#define SHARE		4
/* Rows that are freed in one hold of the lock. */
#define FORGET_ONCE	64

unsigned int sockport_shard_mask __read_mostly;

/**
 * struct sockport_rows - the hash table of all rows of an era
 * @seed: of the hash
 * @room: rows that there may be
 * @count: rows that there are
 * @lock: guards @count, the chains and the lists of the namespaces against
 *	other writers; taken with BH disabled
 * @bucket: chains, read under RCU
 */
struct sockport_rows {
	u64			seed;
	unsigned int		room;
	unsigned int		count;
	spinlock_t		lock; /* see above */
	struct hlist_head	bucket[ROW_BUCKETS];
};

/* What probes count in. Changes only while none is registered. */
static struct sockport_rows *rows;

static u32 row_key(u8 protocol, u8 role, u16 port)
{
	return port | protocol << 16 | role << 24;
}

static __always_inline struct hlist_head *
row_bucket(struct sockport_rows *in, const struct net *net, u32 key)
{
	return &in->bucket[hash_64(in->seed ^ (uintptr_t)net ^ key, ROW_BITS)];
}

static __always_inline struct sockport_history *
row_find(struct sockport_rows *in, const struct net *net, u32 key)
{
	struct sockport_history *row;

	hlist_for_each_entry_rcu(row, row_bucket(in, net, key), node)
		if (row->key == key && row->net == net)
			return row;
	return NULL;
}

/**
 * sockport_rows_find - the row of a port, for readers
 * @in: rows of an era
 * @net: network namespace
 * @protocol: enum sockport_protocol
 * @role: enum sockport_role
 * @port: host order
 *
 * Context: any, in an RCU read-side critical section.
 *
 * Return: the row until the end of the critical section, or NULL.
 */
struct sockport_history *sockport_rows_find(struct sockport_rows *in,
					    const struct net *net, u8 protocol,
					    u8 role, u16 port)
{
	return row_find(in, net, row_key(protocol, role, port));
}

/**
 * sockport_history_find - the row of a port, for probes
 * @net: network namespace
 * @protocol: enum sockport_protocol
 * @role: enum sockport_role
 * @port: host order
 *
 * Context: any, in an RCU read-side critical section, while a probe is
 * registered.
 *
 * Return: the row until the end of the critical section, or NULL.
 */
struct sockport_history *sockport_history_find(const struct net *net,
					       u8 protocol, u8 role, u16 port)
{
	return row_find(rows, net, row_key(protocol, role, port));
}

static struct sockport_history *row_new(struct net *net, u8 protocol, u8 role,
					u16 port)
{
	const gfp_t gfp = GFP_ATOMIC | __GFP_NOWARN | __GFP_ZERO;
	struct sockport_history *row;

	row = kmalloc(struct_size(row, shard, sockport_shard_mask + 1), gfp);
	if (!row)
		return NULL;
	if (protocol == SOCKPORT_PROTOCOL_TCP) {
		row->spread = kmalloc(sizeof(*row->spread), gfp);
		if (!row->spread) {
			kfree(row);
			return NULL;
		}
	}
	row->net = net;
	row->rows = rows;
	row->key = row_key(protocol, role, port);
	row->sn = sockport_net(net);
	row->protocol = protocol;
	row->role = role;
	row->port = port;
	spin_lock_init(&row->lock);
	return row;
}

static void row_free_rcu(struct rcu_head *rcu)
{
	struct sockport_history *row = container_of(rcu,
						    struct sockport_history,
						    rcu);

	put_pid(row->opener.pid);
	kfree(row->spread);
	kfree(row);
}

/*
 * A namespace may have so many times as many rows as are free: who scans all
 * ports, be it in a container, leaves room for the others.
 */
static bool has_room(struct sockport_net *sn)
{
	const u64 count = READ_ONCE(rows->count);
	const u64 room = READ_ONCE(rows->room);

	return count < room && atomic64_read(&sn->stats.history_rows) <
			       SHARE * (room - count);
}

/* Returns NULL when there is no room for one more. */
static struct sockport_history *row_insert(struct net *net, u8 protocol,
					   u8 role, u16 port)
{
	struct sockport_net *sn = sockport_net(net);
	struct sockport_history *row;

	lockdep_assert_held(&rows->lock);
	row = sockport_history_find(net, protocol, role, port);
	if (row)
		return row;
	if (!has_room(sn))
		return NULL;
	row = row_new(net, protocol, role, port);
	if (!row)
		return NULL;
	WRITE_ONCE(rows->count, rows->count + 1);
	atomic64_inc(&sn->stats.history_rows);
	list_add_tail_rcu(&row->of_net, &sn->history);
	hlist_add_head_rcu(&row->node, row_bucket(rows, net, row->key));
	return row;
}

/**
 * __sockport_history_row - make the row of a port
 * @net: network namespace
 * @protocol: enum sockport_protocol
 * @role: enum sockport_role
 * @port: host order
 *
 * As sockport_history_row(), for a port that may have none.
 */
struct sockport_history *__sockport_history_row(struct net *net, u8 protocol,
						u8 role, u16 port)
{
	struct sockport_net *sn = sockport_net(net);
	struct sockport_history *row = NULL;

	if (READ_ONCE(sn->dead) || !port)
		return NULL;
	if (has_room(sn)) {
		spin_lock_bh(&rows->lock);
		row = row_insert(net, protocol, role, port);
		spin_unlock_bh(&rows->lock);
	}
	if (!row)
		atomic64_inc(&sn->stats.history_rows_lost);
	return row;
}

/**
 * __sockport_history_touch - note the time of what happens at a port
 * @row: row
 *
 * Context: any but NMI.
 */
void __sockport_history_touch(struct sockport_history *row)
{
	u64 now = sockport_history_now();

	WRITE_ONCE(row->touched, jiffies);
	atomic64_set(&row->last, now);
	if (!atomic64_read(&row->first))
		atomic64_cmpxchg(&row->first, 0, now);
}

/**
 * sockport_history_touched - note the time of what has happened at a port
 * @row: row
 * @ago: milliseconds since then
 *
 * Context: any but NMI.
 */
void sockport_history_touched(struct sockport_history *row, unsigned int ago)
{
	s64 then = sockport_history_now() - ago;
	s64 last = atomic64_read(&row->last);

	while (then > last && !atomic64_try_cmpxchg(&row->last, &last, then))
		;
	if (!atomic64_read(&row->first))
		atomic64_cmpxchg(&row->first, 0, then);
}

/**
 * sockport_history_comm - the name that goes with the number of a process
 * @comm: where to put the current one's, its first thread's; zeros follow it
 *
 * Context: process. The lock that guards names must not be taken under ours,
 * which softirqs take too: who is named anew meanwhile gets a mixture.
 */
void sockport_history_comm(char comm[TASK_COMM_LEN])
{
	strscpy_pad(comm, current->group_leader->comm, TASK_COMM_LEN);
}

static bool same_comm(const char *a, const char *b)
{
	BUILD_BUG_ON(TASK_COMM_LEN != 2 * sizeof(u64));
	return get_unaligned((const u64 *)a) == get_unaligned((const u64 *)b) &&
	       get_unaligned((const u64 *)a + 1) ==
	       get_unaligned((const u64 *)b + 1);
}

/**
 * sockport_history_open - remember who opens a port, or connects to it
 * @row: row
 * @sk: the listener or connection, locked by who opens it
 *
 * Context: the process that calls listen() or connect(). What is compared
 * without the lock is only compared.
 */
void sockport_history_open(struct sockport_history *row, const struct sock *sk)
{
	struct sockport_opener *opener = &row->opener;
	struct pid *pid, *old = NULL;
	struct sockport_rights by;
	char comm[TASK_COMM_LEN];

	if (!in_task())
		return;
	pid = task_tgid(current);
	sockport_rights_note(&by, row->net);
	sockport_history_comm(comm);
	/* A process that is referred to is no other one. */
	if (READ_ONCE(opener->pid) == pid &&
	    uid_eq(opener->uid, sockport_sock_uid(sk)) &&
	    !memcmp(&opener->by, &by, sizeof(by)) &&
	    opener->cgroup == sockport_cgroup_of(sk) &&
	    same_comm(opener->comm, comm))
		return;
	spin_lock_bh(&row->lock);
	if (opener->pid != pid) {
		old = opener->pid;
		WRITE_ONCE(opener->pid, get_pid(pid));
	}
	opener->uid = sockport_sock_uid(sk);
	opener->by = by;
	opener->cgroup = sockport_cgroup_of(sk);
	memcpy(opener->comm, comm, sizeof(opener->comm));
	spin_unlock_bh(&row->lock);
	put_pid(old);
}

static struct sockport_history *next_of_any(struct list_head *head,
					    struct sockport_history *row)
{
	struct list_head *next;

	next = rcu_dereference_check(list_next_rcu(row ? &row->of_net : head),
				     true);
	return next == head ? NULL :
	       list_entry(next, struct sockport_history, of_net);
}

/**
 * sockport_history_next - go through the rows of a namespace
 * @in: rows of an era that the caller is a user of
 * @net: namespace, with a reference
 * @row: row before, or NULL to begin
 *
 * Rows are only added meanwhile, at the end.
 *
 * Context: process context, may sleep in between.
 *
 * Return: the next row, or NULL at the end.
 */
struct sockport_history *sockport_history_next(const struct sockport_rows *in,
					       struct net *net,
					       struct sockport_history *row)
{
	struct list_head *head = &sockport_net(net)->history;

	/* When it has ended, others are in the list, and those may go. */
	rcu_read_lock();
	do
		row = next_of_any(head, row);
	while (row && row->rows != in);
	rcu_read_unlock();
	return row;
}

static u64 row_count(const struct sockport_history *row, unsigned int counter)
{
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i <= sockport_shard_mask; i++)
		sum += atomic64_read(&row->shard[i].count[counter]);
	return sum;
}

/**
 * sockport_history_totals - read a row
 * @row: row
 * @totals: where to put what it says
 *
 * No value decreases from one call to the next, but for a reset between them
 * and for the number of connections.
 *
 * Context: process context.
 */
void sockport_history_totals(struct sockport_history *row,
			     struct sockport_totals *totals)
{
	unsigned int i;

	/* Against a reset. */
	spin_lock_bh(&row->lock);
	for (i = SOCKPORT_A_HISTORY_OPENED; i < SOCKPORT_COUNTERS; i++)
		totals->value[i] = row_count(row, i) - row->base[i];
	totals->value[SOCKPORT_A_HISTORY_BACKLOG_HIGH] =
		atomic_read(&row->backlog_high);
	totals->value[SOCKPORT_A_HISTORY_CONNECTIONS] =
		atomic_read(&row->connections);
	totals->value[SOCKPORT_A_HISTORY_CONNECTIONS_HIGH] =
		atomic_read(&row->connections_high);
	totals->value[SOCKPORT_A_HISTORY_FIRST_ACTIVE] =
		atomic64_read(&row->first);
	totals->value[SOCKPORT_A_HISTORY_LAST_ACTIVE] =
		atomic64_read(&row->last);
	spin_unlock_bh(&row->lock);
}

/*
 * Connections alive are those opened, accepted and taken in less those that
 * ended. So that it stays so whatever the probes count meanwhile, the new base
 * takes in those that are left of the old; ends are read before beginnings, or
 * there could be less than none.
 */
static void rebase(struct sockport_history *row)
{
	unsigned int i, j;

	lockdep_assert_held(&row->lock);
	for (i = SOCKPORT_COUNTERS - 1; i >= SOCKPORT_A_HISTORY_OPENED; i--) {
		row->base[i] = row_count(row, i);
		smp_rmb(); /* a connection begins and ends under locks */
	}
	row->base[SOCKPORT_A_HISTORY_TAKEN_IN] =
		row->base[SOCKPORT_A_HISTORY_CLOSED] +
		row->base[SOCKPORT_A_HISTORY_CLOSED_BY_PEER] +
		row->base[SOCKPORT_A_HISTORY_BROKEN] -
		row->base[SOCKPORT_A_HISTORY_OPENED] -
		row->base[SOCKPORT_A_HISTORY_ACCEPTED];
	atomic_set(&row->backlog_high, 0);
	atomic_set(&row->connections_high, 0);
	smp_mb(); /* who counts one more meanwhile raises it, or is read here */
	sockport_raise(&row->connections_high, atomic_read(&row->connections));
	atomic64_set(&row->first, 0);
	atomic64_set(&row->last, 0);
	for (i = 1; row->spread && i < SOCKPORT_SPREADS; i++) {
		atomic64_set(&row->spread->sum[i], 0);
		for (j = 0; j < SOCKPORT_BUCKETS; j++)
			atomic64_set(&row->spread->bucket[i][j], 0);
	}
}

/**
 * sockport_history_rebase - begin the history of a namespace anew
 * @in: rows of an era that the caller is a user of
 * @net: namespace, with a reference
 *
 * Context: process context, may sleep.
 */
void sockport_history_rebase(const struct sockport_rows *in, struct net *net)
{
	struct sockport_history *row = NULL;

	while ((row = sockport_history_next(in, net, row))) {
		spin_lock_bh(&row->lock);
		rebase(row);
		spin_unlock_bh(&row->lock);
		cond_resched();
	}
}

/* History is not kept of it any more. Who is at it finds the next ones still. */
static void row_unlist(struct sockport_rows *in, struct sockport_history *row)
{
	lockdep_assert_held(&in->lock);
	list_del_rcu(&row->of_net);
	WRITE_ONCE(in->count, in->count - 1);
	atomic64_dec(&row->sn->stats.history_rows);
}

static void forget_some(struct sockport_rows *in, struct sockport_net *sn)
{
	struct sockport_history *row, *next;
	unsigned int n = 0;

	list_for_each_entry_safe(row, next, &sn->history, of_net) {
		hlist_del_rcu(&row->node);
		row_unlist(in, row);
		call_rcu(&row->rcu, row_free_rcu);
		if (++n == FORGET_ONCE)
			return;
	}
}

/**
 * sockport_history_forget - free the rows of a namespace
 * @in: table of the era that has not ended
 * @net: namespace that is dead, so that nobody reads them
 *
 * Context: process context, may sleep. No socket of the namespace is followed
 * any more.
 */
void sockport_history_forget(struct sockport_rows *in, struct net *net)
{
	struct sockport_net *sn = sockport_net(net);
	bool more = true;

	while (more) {
		spin_lock_bh(&in->lock);
		forget_some(in, sn);
		more = !list_empty(&sn->history);
		spin_unlock_bh(&in->lock);
		cond_resched();
	}
}

/**
 * sockport_rows_new - make an empty table of rows
 * @room: rows that there may be
 *
 * Context: process context, may sleep.
 *
 * Return: the table, for sockport_rows_free(), or NULL.
 */
struct sockport_rows *sockport_rows_new(unsigned int room)
{
	unsigned int shards = min_t(unsigned int, nr_cpu_ids,
				    SOCKPORT_SHARDS_MAX);
	struct sockport_rows *new;

	new = kvzalloc(sizeof(*new), GFP_KERNEL);
	if (!new)
		return NULL;
	sockport_shard_mask = roundup_pow_of_two(shards) - 1;
	new->seed = get_random_u64();
	new->room = room;
	spin_lock_init(&new->lock);
	return new;
}

/**
 * sockport_rows_use - let probes count in a table
 * @use: table, or NULL for none
 *
 * Context: process context; no probe is registered.
 */
void sockport_rows_use(struct sockport_rows *use)
{
	rows = use;
}

/**
 * sockport_rows_resize - have room for more rows, or for fewer
 * @in: table
 * @room: rows that there may be; those that are more stay
 *
 * Context: any.
 */
void sockport_rows_resize(struct sockport_rows *in, unsigned int room)
{
	WRITE_ONCE(in->room, room);
}

/**
 * sockport_rows_end - rows are for those to read who do so already
 * @in: table
 *
 * They stay in it, but not among those of their namespaces.
 *
 * Context: process context, may sleep. No probe counts in it any more, no
 * socket is followed.
 */
void sockport_rows_end(struct sockport_rows *in)
{
	struct sockport_history *row;
	unsigned int i;

	for (i = 0; i < ROW_BUCKETS; i++) {
		spin_lock_bh(&in->lock);
		hlist_for_each_entry(row, &in->bucket[i], node)
			row_unlist(in, row);
		spin_unlock_bh(&in->lock);
		cond_resched();
	}
}

/**
 * sockport_rows_free - free a table, and all its rows
 * @in: table that is empty or has ended, or NULL
 *
 * Context: process context, may sleep. Nobody uses it.
 */
void sockport_rows_free(struct sockport_rows *in)
{
	struct sockport_history *row;
	struct hlist_node *next;
	unsigned int i;

	for (i = 0; in && i < ROW_BUCKETS; i++) {
		hlist_for_each_entry_safe(row, next, &in->bucket[i], node)
			row_free_rcu(&row->rcu);
		cond_resched();
	}
	kvfree(in);
}
