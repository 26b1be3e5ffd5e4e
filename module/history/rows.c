// SPDX-License-Identifier: GPL-2.0
/*
 * What each port did, and each program: a row of counters for each (namespace,
 * protocol, role, port), and for each (namespace, program), see program.c; as long
 * as somebody holds it or there is room. Who needs room gives back
 * a row that is idle, see quota.c; it is added to a row of the rest, see sums.c.
 *
 * Counters are split over a few shards, not over all CPUs: a row that a probe
 * needs is made on the spot by kmalloc(), which per-cpu memory would not allow.
 * They only grow. A reset notes what they were, and that is taken off.
 */
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

/* Rows that are freed in one hold of the lock. */
#define FORGET_ONCE	64

unsigned int sockport_shard_mask __read_mostly;

/* What probes count in. Changes only while none is registered. */
struct sockport_rows *sockport_rows_all;

static u32 row_key(u8 protocol, u8 role, u16 port)
{
	return port | protocol << 16 | role << 24;
}

static __always_inline struct sockport_history *
row_find(struct sockport_rows *in, const struct net *net, u32 number)
{
	const struct sockport_row_key key = { .number = number };

	return sockport_row_search(in, net, &key);
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
	return row_find(sockport_rows_all, net, row_key(protocol, role, port));
}

static struct sockport_history *row_new(struct sockport_rows *in,
					struct net *net,
					const struct sockport_row_key *key)
{
	const gfp_t gfp = GFP_ATOMIC | __GFP_NOWARN | __GFP_ZERO;
	struct sockport_history *row;

	row = kmalloc(struct_size(row, shard, sockport_shard_mask + 1), gfp);
	if (!row)
		return NULL;
	if (key->protocol == SOCKPORT_PROTOCOL_TCP) {
		row->spread = kmalloc(sizeof(*row->spread), gfp);
		if (!row->spread) {
			kfree(row);
			return NULL;
		}
	}
	row->net = net;
	row->rows = in;
	row->key = key->number;
	row->sn = sockport_net(net);
	row->protocol = key->protocol;
	row->role = key->role;
	row->port = key->port;
	row->touched = jiffies;
	if (key->program)
		row->opener.program = *key->program;
	spin_lock_init(&row->lock);
	return row;
}

/**
 * sockport_row_free - free a row at once
 * @row: row that nobody sees
 */
void sockport_row_free(struct sockport_history *row)
{
	kfree(row->workers);
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
 * @role: enum sockport_role, or SOCKPORT_ROLE_PROGRAM
 *
 * Context: lock of the table held.
 *
 * Return: the row, or NULL when there is no room for it.
 */
struct sockport_history *sockport_rest_get(struct sockport_rows *in,
					   struct net *net, u8 protocol,
					   u8 role)
{
	const struct sockport_row_key key = {
		.number		= row_key(protocol, role, 0) | SOCKPORT_ROW_REST,
		.protocol	= protocol,
		.role		= role,
	};
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
	row = row_new(in, net, &key);
	if (!row)
		return NULL;
	row->is_rest = true;
	row->listed = true;
	pool->rests++;
	atomic64_inc(&sockport_row_stats(sn, role)->rows);
	hlist_add_head_rcu(&row->node,
			   sockport_row_bucket(in, net, row->key));
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
	atomic64_dec(&sockport_row_stats(row->sn, row->role)->rows);
	if (row->is_rest)
		sockport_row_pool(row)->rests--;
	else
		sockport_pool_remove(sockport_row_pool(row), sockport_row_account(row), row);
}

/* Lock of the table held. Returns NULL when there is no room for one more. */
static struct sockport_history *row_insert(struct sockport_rows *in,
					   struct net *net,
					   const struct sockport_row_key *key)
{
	struct sockport_net *sn = sockport_net(net);
	struct sockport_account *account = &sn->account[key->role];
	struct sockport_history *row;
	struct sockport_pool *pool;

	row = sockport_row_search(in, net, key);
	if (row)
		return row;
	pool = sockport_quota_pool(&in->quota, sn, key->role);
	if (!sockport_make_room(pool, account)) {
		WRITE_ONCE(account->full, jiffies);
		return NULL;
	}
	row = row_new(in, net, key);
	if (!row)
		return NULL;
	sockport_pool_add(pool, account, row);
	atomic64_inc(&sockport_row_stats(sn, key->role)->rows);
	list_add_tail_rcu(&row->of_net, key->program ? &sn->programs :
						       &sn->history);
	hlist_add_head_rcu(&row->node, sockport_row_bucket(in, net, row->key));
	return row;
}

/**
 * sockport_row_make - make a row that there may be none of
 * @in: table
 * @net: network namespace
 * @key: what it is of
 *
 * Context: process or BH, in an RCU read-side critical section.
 *
 * Return: the row until the end of the critical section; that of the rest when
 * there is no room for one more; NULL, and then that is counted, when there is
 * none for that either, or when the era has ended; NULL when the namespace is
 * about to go.
 */
struct sockport_history *sockport_row_make(struct sockport_rows *in,
					   struct net *net,
					   const struct sockport_row_key *key)
{
	struct sockport_net *sn = sockport_net(net);
	const unsigned long now = jiffies;
	struct sockport_history *row;

	if (READ_ONCE(sn->dead))
		return NULL;
	/* When it has ended, the rest may be another one's, which may be freed. */
	row = READ_ONCE(in->ended) ? NULL :
	      READ_ONCE(sn->rest[sockport_rest_index(key->protocol, key->role)]);
	/* Who has just been told that there is no room does not ask again. */
	if (row && row->rows == in &&
	    READ_ONCE(sn->account[key->role].full) == now)
		return row;
	row = NULL;
	spin_lock_bh(&in->lock);
	if (!in->ended)
		row = row_insert(in, net, key) ?:
		      sockport_rest_get(in, net, key->protocol, key->role);
	spin_unlock_bh(&in->lock);
	if (!row)
		atomic64_inc(&sockport_row_stats(sn, key->role)->lost);
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
	const struct sockport_row_key key = {
		.number		= row_key(protocol, role, port),
		.port		= port,
		.protocol	= protocol,
		.role		= role,
	};

	return port ? sockport_row_make(sockport_rows_all, net, &key) : NULL;
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

/* Returns whether there may be more. */
static bool forget_some(struct list_head *rows)
{
	struct sockport_history *row, *next;
	unsigned int n = 0;

	list_for_each_entry_safe(row, next, rows, of_net) {
		row_forget(row);
		if (++n == FORGET_ONCE)
			return true;
	}
	return false;
}

static void forget_rests(struct sockport_net *sn)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sn->rest); i++)
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
		more = forget_some(&sn->history) || forget_some(&sn->programs);
		if (!more)
			forget_rests(sn);
		spin_unlock_bh(&in->lock);
		cond_resched();
	}
}

/**
 * sockport_rows_new - make an empty table of rows
 * @ports: rows of ports that there may be
 * @programs: rows of programs
 *
 * Context: process context, may sleep.
 *
 * Return: the table, for sockport_rows_free(), or NULL.
 */
struct sockport_rows *sockport_rows_new(unsigned int ports,
					unsigned int programs)
{
	unsigned int shards = min_t(unsigned int, nr_cpu_ids,
				    SOCKPORT_SHARDS_MAX);
	struct sockport_rows *new;

	new = kvzalloc(sizeof(*new), GFP_KERNEL | __GFP_NOWARN);
	if (!new)
		return NULL;
	sockport_shard_mask = roundup_pow_of_two(shards) - 1;
	new->seed = get_random_u64();
	get_random_bytes(new->mix, sizeof(new->mix));
	sockport_quota_init(&new->quota, ports, programs);
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
	sockport_rows_all = use;
}

/**
 * sockport_rows_resize - have room for more rows, or for fewer
 * @in: table
 * @ports: rows of ports that there may be; those that are more stay until others
 *	need room
 * @programs: likewise, of programs
 *
 * Context: any.
 */
void sockport_rows_resize(struct sockport_rows *in, unsigned int ports,
			  unsigned int programs)
{
	spin_lock_bh(&in->lock);
	sockport_quota_resize(&in->quota, ports, programs);
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
	WRITE_ONCE(in->ended, true);
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
