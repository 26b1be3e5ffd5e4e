// SPDX-License-Identifier: GPL-2.0
/*
 * What each port did: a row of counters for each (namespace, protocol, role,
 * port), as long as somebody holds it or there is room. Who needs room gives back
 * a row that is idle, see quota.c; it is added to a row of the rest, see sums.c.
 *
 * Counters are split over a few shards, not over all CPUs: a row that a probe
 * needs is made on the spot by kmalloc(), which per-cpu memory would not allow.
 * They only grow. A reset notes what they were, and that is taken off.
 */
#include <linux/hash.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "history/quota.h"
#include "history/rows.h"
#include "history/rows-table.h"
#include "history/sums.h"
#include "net.h"

/* In keys of the rest, which no port has. */
#define REST		BIT(31)
/* Rows that are freed in one hold of the lock. */
#define FORGET_ONCE	64

unsigned int sockport_shard_mask __read_mostly;

/* What probes count in. Changes only while none is registered. */
static struct sockport_rows *rows;

static u32 row_key(u8 protocol, u8 role, u16 port)
{
	return port | protocol << 16 | role << 24;
}

static __always_inline struct hlist_head *
row_bucket(struct sockport_rows *in, const struct net *net, u32 key)
{
	return &in->bucket[hash_64(in->seed ^ (uintptr_t)net ^ key,
				   SOCKPORT_ROW_BITS)];
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

static struct sockport_history *row_new(struct sockport_rows *in,
					struct net *net, u32 key, u8 protocol,
					u8 role, u16 port)
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
	row->rows = in;
	row->key = key;
	row->sn = sockport_net(net);
	row->protocol = protocol;
	row->role = role;
	row->port = port;
	row->touched = jiffies;
	spin_lock_init(&row->lock);
	return row;
}

/**
 * sockport_row_free - free a row at once
 * @row: row that nobody sees
 */
void sockport_row_free(struct sockport_history *row)
{
	kfree(row->spread);
	kfree(row);
}

static void row_free_rcu(struct rcu_head *rcu)
{
	sockport_row_free(container_of(rcu, struct sockport_history, rcu));
}

/**
 * sockport_rest_get - the row of the rest, made when there is none
 * @in: table of an era that has not ended
 * @net: network namespace
 * @protocol: enum sockport_protocol
 * @role: enum sockport_role
 *
 * Context: lock of the table held.
 *
 * Return: the row, or NULL when there is no room for it.
 */
struct sockport_history *sockport_rest_get(struct sockport_rows *in,
					   struct net *net, u8 protocol,
					   u8 role)
{
	const u32 key = row_key(protocol, role, 0) | REST;
	struct sockport_net *sn = sockport_net(net);
	struct sockport_history **rest, *row;
	struct sockport_pool *pool;

	lockdep_assert_held(&in->lock);
	rest = &sn->rest[sockport_rest_index(protocol, role)];
	if (*rest)
		return *rest;
	pool = sockport_quota_pool(&in->quota, sn, role);
	if (!sockport_pool_has_room_for_rest(pool))
		return NULL;
	row = row_new(in, net, key, protocol, role, 0);
	if (!row)
		return NULL;
	row->is_rest = true;
	row->listed = true;
	pool->rests++;
	atomic64_inc(&sn->stats.history_rows);
	hlist_add_head_rcu(&row->node, row_bucket(in, net, key));
	smp_store_release(rest, row); /* pairs with address dependencies */
	return row;
}

/**
 * sockport_row_uncount - history is not kept of a row any more
 * @row: row
 *
 * Context: lock of the table held.
 */
void sockport_row_uncount(struct sockport_history *row)
{
	lockdep_assert_held(&row->rows->lock);
	atomic64_dec(&row->sn->stats.history_rows);
	if (row->is_rest)
		sockport_row_pool(row)->rests--;
	else
		sockport_pool_remove(sockport_row_pool(row), sockport_row_account(row), row);
}

/* rows->lock held. Returns NULL when there is no room for one more. */
static struct sockport_history *row_insert(struct net *net, u8 protocol,
					   u8 role, u16 port)
{
	struct sockport_net *sn = sockport_net(net);
	struct sockport_account *account = &sn->account[role];
	struct sockport_history *row;
	struct sockport_pool *pool;

	row = sockport_history_find(net, protocol, role, port);
	if (row)
		return row;
	pool = sockport_quota_pool(&rows->quota, sn, role);
	if (!sockport_make_room(pool, account)) {
		WRITE_ONCE(account->full, jiffies);
		return NULL;
	}
	row = row_new(rows, net, row_key(protocol, role, port), protocol, role,
		      port);
	if (!row)
		return NULL;
	sockport_pool_add(pool, account, row);
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
	const unsigned long now = jiffies;
	struct sockport_history *row;

	if (READ_ONCE(sn->dead) || !port)
		return NULL;
	row = READ_ONCE(sn->rest[sockport_rest_index(protocol, role)]);
	/* Who has just been told that there is no room does not ask again. */
	if (row && READ_ONCE(sn->account[role].full) == now)
		return row;
	spin_lock_bh(&rows->lock);
	row = row_insert(net, protocol, role, port);
	if (!row)
		row = sockport_rest_get(rows, net, protocol, role);
	spin_unlock_bh(&rows->lock);
	if (!row)
		atomic64_inc(&sn->stats.history_rows_lost);
	return row;
}

/**
 * __sockport_history_put - a row may be given back
 * @row: row that somebody held, and that is in no list
 *
 * Context: BH disabled, in an RCU read-side critical section.
 */
void __sockport_history_put(struct sockport_history *row)
{
	spin_lock(&row->rows->lock);
	if (!row->listed && !atomic_read(&row->users))
		sockport_account_idle(sockport_row_account(row), row);
	spin_unlock(&row->rows->lock);
}

static void rest_unlist(struct sockport_history *rest)
{
	unsigned int i = sockport_rest_index(rest->protocol, rest->role);

	sockport_row_uncount(rest);
	WRITE_ONCE(rest->sn->rest[i], NULL);
}

static void row_unlist(struct sockport_history *row)
{
	if (row->is_rest) {
		rest_unlist(row);
		return;
	}
	sockport_row_uncount(row);
	/* Who is at it finds the next ones still. */
	list_del_rcu(&row->of_net);
}

static void row_forget(struct sockport_history *row)
{
	if (atomic_read(&row->users) < 0) {
		/* It is on its way already. */
		row->gone = true;
		list_del_rcu(&row->of_net);
		return;
	}
	row_unlist(row);
	hlist_del_rcu(&row->node);
	call_rcu(&row->rcu, row_free_rcu);
}

static void forget_some(struct sockport_net *sn)
{
	struct sockport_history *row, *next;
	unsigned int n = 0;

	list_for_each_entry_safe(row, next, &sn->history, of_net) {
		row_forget(row);
		if (++n == FORGET_ONCE)
			return;
	}
}

static void forget_rests(struct sockport_net *sn)
{
	unsigned int i;

	for (i = 0; i < SOCKPORT_RESTS; i++)
		if (sn->rest[i])
			row_forget(sn->rest[i]);
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
		forget_some(sn);
		more = !list_empty(&sn->history);
		if (!more)
			forget_rests(sn);
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
	sockport_quota_init(&new->quota, room);
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
 * @room: rows that there may be; those that are more stay until others need
 *	room
 *
 * Context: any.
 */
void sockport_rows_resize(struct sockport_rows *in, unsigned int room)
{
	spin_lock_bh(&in->lock);
	sockport_quota_resize(&in->quota, room);
	spin_unlock_bh(&in->lock);
}

/**
 * sockport_rows_end - rows are for those to read who do so already
 * @in: table
 *
 * They stay in it, but not among those of their namespaces. Those that have been
 * given back are waited for, and with them who goes through rows just now: who
 * does allocates nothing meanwhile.
 *
 * Context: process context, may sleep. No probe counts in it any more, no
 * socket is followed.
 */
void sockport_rows_end(struct sockport_rows *in)
{
	struct sockport_history *row;
	unsigned int i;

	spin_lock_bh(&in->lock);
	in->ended = true;
	spin_unlock_bh(&in->lock);
	sockport_history_wait();
	for (i = 0; i < SOCKPORT_ROW_BUCKETS; i++) {
		spin_lock_bh(&in->lock);
		hlist_for_each_entry(row, &in->bucket[i], node)
			row_unlist(row);
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

	for (i = 0; in && i < SOCKPORT_ROW_BUCKETS; i++) {
		hlist_for_each_entry_safe(row, next, &in->bucket[i], node)
			sockport_row_free(row);
		cond_resched();
	}
	kvfree(in);
}
