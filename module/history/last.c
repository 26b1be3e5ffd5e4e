// SPDX-License-Identifier: GPL-2.0
/*
 * The connections that ended or failed last, kept though nobody listens
 *
 * Records are allocated when history begins, for each kind of namespace its own:
 * nothing is when a connection ends. A namespace has a list of them, in their
 * order, and may have so many; then its oldest is written over. When none is free
 * who has more than its share gives its oldest.
 *
 * A reader goes from the newest to the oldest, and knows the record that it saw
 * last by its number. When that one was written over, so were all older ones.
 */
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "history/follow.h"
#include "history/last.h"
#include "history/opener.h"
#include "net.h"
#include "socket.h"

/* Namespaces for which there are records, when each has as many as it may. */
#define OF_MANY		4
/* Namespaces that are looked at for one that has more than its share. */
#define LOOK		8
/* Records that are freed in one hold of a lock. */
#define FORGET_ONCE	64

/**
 * struct record - a connection that ended
 * @node: among those of its namespace, or those that are free
 * @net: the namespace, NULL when it is free
 * @ended: what is known of it
 */
struct record {
	struct list_head	node;
	struct net		*net;
	struct sockport_ended	ended;
};

/**
 * struct pool - records of namespaces of one kind
 * @lock: guards all of it and what its namespaces have; taken with BH disabled
 * @room: records
 * @number: of the record that was made last
 * @nets: namespaces that have some
 * @free: records that are nobody's
 * @net: those namespaces; who has given one for another is the last
 * @record: the records
 */
struct pool {
	spinlock_t		lock; /* see above */
	unsigned int		room;
	u64			number;
	unsigned int		nets;
	struct list_head	free;
	struct list_head	net;
	struct record		*record;
};

/**
 * struct sockport_lasts - what is kept of all namespaces
 * @each: most that is kept of one
 * @generation: tells it from others
 * @pool: records, by enum sockport_pool_kind
 */
struct sockport_lasts {
	unsigned int	each;
	u64		generation;
	struct pool	pool[SOCKPORT_POOLS];
};

/* For probes and readers, under RCU. Changes under the mutex. */
struct sockport_lasts __rcu *sockport_lasts_now;

/*
 * Who begins, ends or forgets. Nothing is allocated under it that may wait, and
 * the end of a namespace may come here.
 */
static DEFINE_MUTEX(last_mutex);

static struct pool *pool_of(struct sockport_lasts *lasts, const struct net *net)
{
	return &lasts->pool[sockport_net(net)->pool];
}

/* Counts change under the lock of the pool only. */
static void count(atomic64_t *counter, s64 more)
{
	atomic64_set(counter, atomic64_read(counter) + more);
}

static struct sockport_stats *stats_of(struct sockport_last_of *of)
{
	return &container_of(of, struct sockport_net, last)->stats;
}

/* Lock of the pool held. The oldest record of a namespace becomes nobody's. */
static struct record *take_oldest(struct pool *pool,
				  struct sockport_last_of *of)
{
	struct record *record = list_entry(of->oldest, struct record, node);

	of->oldest = record->node.next;
	list_del(&record->node);
	if (of->count == 1) {
		list_del(&of->of_pool);
		pool->nets--;
	}
	record->net = NULL;
	of->count--;
	count(&stats_of(of)->last_connections, -1);
	return record;
}

/* Lock of the pool held. Somebody who has more than the share, or @of. */
static struct sockport_last_of *find_giver(struct pool *pool,
					   struct sockport_last_of *of)
{
	unsigned int n = 0, share = pool->room / (pool->nets + !of->count);
	struct sockport_last_of *other;

	if (of->count > share)
		return of;
	list_for_each_entry(other, &pool->net, of_pool) {
		if (n++ == LOOK) {
			list_rotate_to_front(&other->of_pool, &pool->net);
			break;
		}
		if (other->count <= share)
			continue;
		list_move_tail(&other->of_pool, &pool->net);
		return other;
	}
	return of->count ? of : NULL;
}

/* Lock of the pool held. One that is nobody's, or becomes so. */
static struct record *find_free(struct pool *pool, struct sockport_last_of *of)
{
	struct sockport_last_of *giver;
	struct record *record;

	record = list_first_entry_or_null(&pool->free, struct record, node);
	if (record) {
		list_del(&record->node);
		return record;
	}
	giver = find_giver(pool, of);
	if (!giver)
		return NULL;
	count(&stats_of(giver)->last_connections_lost, 1);
	return take_oldest(pool, giver);
}

/* Lock of the pool held. The newest record of a namespace, to be written. */
static noinline struct record *one_more(struct pool *pool, struct net *net,
					struct sockport_last_of *of)
{
	struct record *record = find_free(pool, of);

	if (!record) {
		count(&stats_of(of)->last_connections_lost, 1);
		return NULL;
	}
	record->net = net;
	if (of->count) {
		list_add_tail(&record->node, of->oldest);
	} else {
		INIT_LIST_HEAD(&record->node);
		of->oldest = &record->node;
		list_add_tail(&of->of_pool, &pool->net);
		pool->nets++;
	}
	of->count++;
	count(&stats_of(of)->last_connections, 1);
	return record;
}

/* Likewise; most often it is the oldest. */
static struct record *make_newest(struct sockport_lasts *lasts,
				  struct pool *pool, struct net *net,
				  struct sockport_last_of *of)
{
	struct list_head *oldest = of->oldest;

	if (of->count < lasts->each)
		return one_more(pool, net, of);
	count(&stats_of(of)->last_connections_lost, 1);
	of->oldest = oldest->next;
	return list_entry(oldest, struct record, node);
}

/*
 * Is it the one that the row remembers? Who connected since may be another.
 */
static void note_opener(struct sockport_ended *ended,
			struct sockport_history *row)
{
	ended->has_opener = false;
	if (!row || !(ended->event.has & SOCKPORT_EVENT_PROCESS) ||
	    READ_ONCE(row->opener.pid) != ended->event.pid)
		return;
	spin_lock(&row->lock);
	if (row->opener.pid == ended->event.pid) {
		ended->has_opener = true;
		ended->opener = row->opener;
	}
	spin_unlock(&row->lock);
}

/**
 * sockport_last_add - keep that a connection has ended or failed
 * @follow: the socket
 * @what: what has happened
 *
 * Context: BH disabled, in an RCU read-side critical section.
 */
void sockport_last_add(const struct sockport_follow *follow,
		       const struct sockport_happening *what)
{
	const struct sockport_follow *process;
	struct sockport_net *sn = follow->sn;
	struct sockport_lasts *lasts;
	struct sockport_ended *ended;
	struct record *record;
	struct pool *pool;

	lasts = rcu_dereference_bh(sockport_lasts_now);
	if (!lasts || READ_ONCE(sn->dead))
		return;
	/* All others who close wait for the lock. */
	process = sockport_follow_process(follow);
	pool = &lasts->pool[sn->pool];
	spin_lock(&pool->lock);
	record = make_newest(lasts, pool, sn->net, &sn->last);
	if (record) {
		ended = &record->ended;
		ended->number = ++pool->number;
		ended->cgroup = sockport_cgroup_of(follow->sk);
		sockport_follow_describe(&ended->event, follow, process, what);
		note_opener(ended, follow->row);
	}
	spin_unlock(&pool->lock);
}

/* Lock of the pool held. The record to go on with, NULL at the end. */
static struct list_head *find_place(const struct sockport_lasts *lasts,
				    struct pool *pool, struct net *net,
				    const struct sockport_last_place *place)
{
	const struct sockport_last_of *of = &sockport_net(net)->last;
	struct record *record;

	if (!of->count)
		return NULL;
	if (!place->number)
		return of->oldest->prev;
	if (place->generation != lasts->generation)
		return NULL;
	record = &pool->record[place->index];
	if (record->net != net || record->ended.number != place->number ||
	    &record->node == of->oldest)
		return NULL;
	return record->node.prev;
}

/* Lock of the pool held. */
static unsigned int copy_some(struct sockport_lasts *lasts, struct pool *pool,
			      struct net *net,
			      struct sockport_last_place *place,
			      struct sockport_ended *to, unsigned int room)
{
	const struct list_head *oldest = sockport_net(net)->last.oldest;
	struct list_head *at = find_place(lasts, pool, net, place);
	struct record *record;
	unsigned int n = 0;

	while (at && n < room) {
		record = list_entry(at, struct record, node);
		to[n++] = record->ended;
		place->index = record - pool->record;
		place->number = record->ended.number;
		place->generation = lasts->generation;
		at = at == oldest ? NULL : at->prev;
	}
	return n;
}

/**
 * sockport_last_read - go through what is kept of a namespace, newest first
 * @net: the namespace, with a reference
 * @place: where to go on, zeroed at the beginning; changed
 * @to: copies go here
 * @room: how many there is room for
 *
 * Context: process context.
 *
 * Return: how many were copied, 0 at the end.
 */
unsigned int sockport_last_read(struct net *net,
				struct sockport_last_place *place,
				struct sockport_ended *to, unsigned int room)
{
	struct sockport_lasts *lasts;
	struct pool *pool;
	unsigned int n = 0;

	rcu_read_lock();
	lasts = rcu_dereference(sockport_lasts_now);
	if (lasts) {
		pool = pool_of(lasts, net);
		spin_lock_bh(&pool->lock);
		n = copy_some(lasts, pool, net, place, to, room);
		spin_unlock_bh(&pool->lock);
	}
	rcu_read_unlock();
	return n;
}

/* Returns whether there may be more. */
static bool forget_some(struct pool *pool, struct sockport_last_of *of)
{
	unsigned int n;
	bool more;

	spin_lock_bh(&pool->lock);
	if (!of)
		of = list_first_entry_or_null(&pool->net,
					      struct sockport_last_of, of_pool);
	more = of;
	for (n = 0; n < FORGET_ONCE && of && of->count; n++)
		list_add(&take_oldest(pool, of)->node, &pool->free);
	spin_unlock_bh(&pool->lock);
	cond_resched();
	return more && n;
}

/**
 * sockport_last_forget - forget what is kept of a namespace
 * @net: namespace that is reset; or one that dies, is marked dead, and a grace
 *	period has passed: then it has nothing any more, and gets nothing new
 *
 * Context: process context, may sleep.
 */
void sockport_last_forget(struct net *net)
{
	struct sockport_last_of *of = &sockport_net(net)->last;
	unsigned int n, count = READ_ONCE(of->count);
	struct sockport_lasts *lasts;

	mutex_lock(&last_mutex);
	lasts = rcu_dereference_protected(sockport_lasts_now,
					  lockdep_is_held(&last_mutex));
	/* While it lives, more come. */
	for (n = 0; lasts && n <= count; n += FORGET_ONCE)
		if (!forget_some(pool_of(lasts, net), of))
			break;
	mutex_unlock(&last_mutex);
}

static void lasts_free(struct sockport_lasts *lasts)
{
	unsigned int i;

	for (i = 0; lasts && i < SOCKPORT_POOLS; i++)
		kvfree(lasts->pool[i].record);
	kfree(lasts);
}

static int pool_init(struct pool *pool, unsigned int room)
{
	unsigned int i;

	spin_lock_init(&pool->lock);
	INIT_LIST_HEAD(&pool->free);
	INIT_LIST_HEAD(&pool->net);
	pool->room = room;
	pool->record = kvcalloc(room, sizeof(*pool->record),
				GFP_KERNEL | __GFP_NOWARN);
	if (!pool->record)
		return -ENOMEM;
	for (i = 0; i < room; i++) {
		list_add_tail(&pool->record[i].node, &pool->free);
		cond_resched();
	}
	return 0;
}

static struct sockport_lasts *lasts_new(unsigned int each)
{
	static atomic64_t generation;
	struct sockport_lasts *lasts;
	unsigned int i;

	lasts = kzalloc(sizeof(*lasts), GFP_KERNEL);
	if (!lasts)
		return NULL;
	lasts->each = each;
	lasts->generation = atomic64_inc_return(&generation);
	for (i = 0; i < SOCKPORT_POOLS; i++)
		if (pool_init(&lasts->pool[i], i == SOCKPORT_POOL_HOST ?
			      lasts->each : OF_MANY * lasts->each)) {
			lasts_free(lasts);
			return NULL;
		}
	return lasts;
}

static struct sockport_lasts *withdraw(void)
{
	struct sockport_lasts *old;
	unsigned int i;

	old = rcu_replace_pointer(sockport_lasts_now, NULL,
				  lockdep_is_held(&last_mutex));
	if (!old)
		return NULL;
	synchronize_rcu();
	for (i = 0; i < SOCKPORT_POOLS; i++)
		while (forget_some(&old->pool[i], NULL))
			;
	return old;
}

/**
 * sockport_last_begin - begin to remember how connections end
 * @each: most that is kept of a namespace, 0 for nothing
 *
 * What was kept before is forgotten.
 *
 * Context: process context, may sleep; who switches history.
 *
 * Return: 0, or -ENOMEM and all is as before.
 */
int sockport_last_begin(unsigned int each)
{
	struct sockport_lasts *old, *new = NULL;

	if (each) {
		new = lasts_new(each);
		if (!new)
			return -ENOMEM;
	}
	mutex_lock(&last_mutex);
	old = withdraw();
	rcu_assign_pointer(sockport_lasts_now, new);
	mutex_unlock(&last_mutex);
	lasts_free(old);
	return 0;
}

/**
 * sockport_last_end - forget how connections ended, and remember it no more
 *
 * Context: process context, may sleep; who switches history.
 */
void sockport_last_end(void)
{
	sockport_last_begin(0);
}
