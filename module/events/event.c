// SPDX-License-Identifier: GPL-2.0
/*
 * Events: from whoever sees them happen to who tells those who listen
 *
 * They happen in any context, under locks that are not ours. So each namespace
 * has a list that takes no lock, and the namespaces that have something are in
 * another. The first to put one there kicks the work that empties them, by way
 * of irq_work, because queue_work() takes locks that a tracepoint may be under.
 *
 * Nobody takes what others need: a namespace may have only so many events
 * waiting as leave room for others, and the work takes some of each namespace
 * in turn, of the initial one every other time.
 *
 * What waits holds no reference on its network namespace. A namespace is marked
 * dead, then a grace period passes, which ends those who did not see the mark,
 * then sockport_events_flush() takes out what they have put in.
 */
#include <linux/irq_work.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>

#include "events/event.h"
#include "net.h"

/* Events that may wait: of the initial namespace, and of all others together. */
#define ROOM_INITIAL	8192
#define ROOM_OTHERS	32768
/* Of what is free each of the others may have this part, so some is left. */
#define SHARE		4

/* Turns before others get the CPU's worker. */
#define TURNS		16

/**
 * struct note - an event that waits
 * @node: in the list of its namespace
 * @event: what happened
 */
struct note {
	struct llist_node	node;
	struct sockport_event	event;
};

const struct sockport_events_ops *sockport_events_ops __read_mostly;

static struct workqueue_struct *drain_queue;
static void kick_fn(struct irq_work *kick);
static struct irq_work kick = IRQ_WORK_INIT(kick_fn);

/* Events are taken. Changes in the hands of who switches history. */
static bool taking;
/* Namespaces that have got events. */
static LLIST_HEAD(busy);
/* Events of all namespaces but the initial one. */
static atomic_t others = ATOMIC_INIT(0);

/* Of all namespaces, see struct sockport_audience. */
static atomic64_t dropped = ATOMIC64_INIT(0);
/* Read for every connection, and hardly ever written. */
unsigned int sockport_events_all __read_mostly;

/* Who takes events out, and tells them. */
static DEFINE_MUTEX(drain_lock);
/* Namespaces whose turn will come, under the mutex. */
static LIST_HEAD(turns);
/* The initial namespace had the last turn. */
static bool initial_last;

/**
 * sockport_events_init - make known who will tell events
 * @ops: who does
 *
 * Context: when the module is loaded, before anything is posted.
 */
void sockport_events_init(const struct sockport_events_ops *ops)
{
	sockport_events_ops = ops;
}

/**
 * sockport_events_everywhere - somebody begins or ceases to listen to all namespaces
 * @more: 1 or -1
 *
 * Context: any; who calls has a lock for it.
 */
void sockport_events_everywhere(int more)
{
	WRITE_ONCE(sockport_events_all, sockport_events_all + more);
}

/**
 * sockport_events_dropped - events of all namespaces for which there was no room
 *
 * Context: any.
 *
 * Return: how many since load.
 */
u64 sockport_events_dropped(void)
{
	return atomic64_read(&dropped);
}

/**
 * sockport_events_wanted - may somebody listen?
 * @net: namespace in which something happened
 *
 * It costs less than making an event does; see sockport_events_heard().
 *
 * Context: any.
 *
 * Return: true when an event should be posted.
 */
bool sockport_events_wanted(struct net *net)
{
	const struct sockport_net *sn;
	bool wanted;

	rcu_read_lock();
	sn = sockport_net(net);
	wanted = READ_ONCE(taking) && sn && sockport_events_heard(sn, net);
	rcu_read_unlock();
	return wanted;
}

static bool room_take(struct net *net, struct sockport_audience *audience)
{
	int mine = atomic_inc_return(&audience->pending), all;

	if (net_eq(net, &init_net)) {
		if (mine <= ROOM_INITIAL)
			return true;
	} else {
		all = atomic_inc_return(&others);
		if (mine <= (ROOM_OTHERS - all) / SHARE)
			return true;
		atomic_dec(&others);
	}
	atomic_dec(&audience->pending);
	return false;
}

static void room_give(struct net *net, struct sockport_audience *audience)
{
	if (!net_eq(net, &init_net))
		atomic_dec(&others);
	atomic_dec(&audience->pending);
}

/*
 * Nothing may wait or wake anybody: the event may have happened under the
 * scheduler's locks.
 */
static struct note *note_new(struct net *net,
			     struct sockport_audience *audience)
{
	struct note *note;

	if (!room_take(net, audience))
		return NULL;
	note = kmalloc(sizeof(*note), __GFP_HIGH | __GFP_NOWARN);
	if (!note)
		room_give(net, audience);
	return note;
}

static void note_free(struct net *net, struct sockport_audience *audience,
		      struct note *note)
{
	kfree(note);
	room_give(net, audience);
}

/**
 * sockport_event_post - hand in what happened
 * @net: where
 * @event: what, is copied
 *
 * When there is no room it is counted as lost. When the namespace is being
 * torn down it is dropped.
 *
 * Context: any but NMI; never sleeps, never sends.
 */
void sockport_event_post(struct net *net, const struct sockport_event *event)
{
	struct sockport_audience *audience;
	struct sockport_net *sn;
	struct note *note;

	rcu_read_lock();
	sn = sockport_net(net);
	/* Pairs with sockport_events_take(). */
	if (!smp_load_acquire(&taking) || !sn || READ_ONCE(sn->dead))
		goto unlock;

	audience = &sn->audience;
	note = note_new(net, audience);
	if (!note) {
		atomic64_inc(&audience->dropped);
		atomic64_inc(&dropped);
		atomic64_inc(&sn->stats.events_lost);
		goto unlock;
	}
	note->event = *event;
	WRITE_ONCE(audience->net, net);
	atomic64_inc(&sn->stats.events_made);
	llist_add(&note->node, &audience->fresh);
	/* Pairs with gather(): either it sees the note, or we see no mark. */
	if (!test_and_set_bit(0, &audience->is_busy)) {
		llist_add(&audience->busy, &busy);
		irq_work_queue(&kick);
	}
unlock:
	rcu_read_unlock();
}

/* Caller has @drain_lock. The namespaces that got something since last time. */
static void gather(void)
{
	struct llist_node *first = llist_reverse_order(llist_del_all(&busy));
	struct sockport_audience *audience, *next;

	llist_for_each_entry_safe(audience, next, first, busy) {
		/* From now on it may be put there again. */
		clear_bit(0, &audience->is_busy);
		smp_mb__after_atomic(); /* see sockport_event_post() */
		if (!audience->in_turn)
			list_add_tail(&audience->turn, &turns);
		audience->in_turn = true;
	}
}

/* The next event of a namespace, first one first. */
static struct note *next_note(struct sockport_audience *audience)
{
	struct llist_node *node;

	if (!audience->ready)
		audience->ready =
			llist_reverse_order(llist_del_all(&audience->fresh));
	node = audience->ready;
	if (!node)
		return NULL;
	audience->ready = node->next;
	return llist_entry(node, struct note, node);
}

/*
 * Whether somebody listens who has not asked shows only now. If nobody does,
 * the namespace is left alone for a while.
 */
static void tell(struct sockport_net *sn, struct net *net,
		 const struct sockport_event **event, unsigned int count)
{
	if (!count)
		return;
	if (sockport_events_ops->tell(net, event, count)) {
		WRITE_ONCE(sn->audience.deaf, false);
	} else {
		WRITE_ONCE(sn->audience.deaf_since, jiffies);
		WRITE_ONCE(sn->audience.deaf, true);
	}
}

/* The next events of a namespace are told, or dropped if it is dead. */
static void tell_some(struct sockport_audience *audience)
{
	struct sockport_net *sn = container_of(audience, struct sockport_net,
					       audience);
	const struct sockport_event *event[SOCKPORT_EVENTS_TURN];
	struct net *net = audience->net;
	unsigned int n = 0;
	struct note *note;

	while (n < SOCKPORT_EVENTS_TURN && (note = next_note(audience)))
		event[n++] = &note->event;
	if (!READ_ONCE(sn->dead))
		tell(sn, net, event, n);
	while (n)
		note_free(net, audience,
			  container_of(event[--n], struct note, event));
}

/* Caller has @drain_lock. */
static void take_turn(struct sockport_audience *audience)
{
	tell_some(audience);
	if (audience->ready || !llist_empty(&audience->fresh)) {
		list_move_tail(&audience->turn, &turns);
		return;
	}
	list_del(&audience->turn);
	audience->in_turn = false;
}

/* Caller has @drain_lock. */
static struct sockport_audience *whose_turn(void)
{
	struct sockport_audience *initial = &sockport_net(&init_net)->audience;

	gather();
	if (list_empty(&turns))
		return NULL;
	initial_last = !initial_last && initial->in_turn;
	return initial_last ? initial :
			      list_first_entry(&turns, struct sockport_audience,
					       turn);
}

static bool drain_one(void)
{
	struct sockport_audience *audience;

	mutex_lock(&drain_lock);
	audience = whose_turn();
	if (audience)
		take_turn(audience);
	mutex_unlock(&drain_lock);
	cond_resched();
	return audience;
}

static void drain_work_fn(struct work_struct *work);
static DECLARE_WORK(drain_work, drain_work_fn);

static void drain_work_fn(struct work_struct *work)
{
	unsigned int n;

	for (n = 0; n < TURNS; n++)
		if (!drain_one())
			return;
	queue_work(drain_queue, &drain_work);
}

static void kick_fn(struct irq_work *unused)
{
	queue_work(drain_queue, &drain_work);
}

/**
 * sockport_events_flush - drop all events of namespaces that are dead
 *
 * Called after a namespace is marked dead and a grace period has passed, and
 * before anything of it is freed: no event of it is left then, and nothing
 * looks at it any more.
 *
 * Context: process context, may sleep.
 */
void sockport_events_flush(void)
{
	struct sockport_audience *audience, *next;

	mutex_lock(&drain_lock);
	gather();
	list_for_each_entry_safe(audience, next, &turns, turn)
		while (audience->in_turn &&
		       READ_ONCE(container_of(audience, struct sockport_net,
					      audience)->dead))
			take_turn(audience);
	mutex_unlock(&drain_lock);
}

/**
 * sockport_events_prepare - get ready to take events
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int sockport_events_prepare(void)
{
	drain_queue = alloc_workqueue("sockport", WQ_UNBOUND, 0);
	return drain_queue ? 0 : -ENOMEM;
}

/**
 * sockport_events_take - take events from now on
 *
 * After sockport_events_prepare(). The netlink family must be registered, and
 * stay so until sockport_events_end(): only it knows the number of the group.
 *
 * Context: any.
 */
void sockport_events_take(void)
{
	/* Pairs with sockport_event_post(): who kicks finds the queue. */
	smp_store_release(&taking, true);
}

/**
 * sockport_events_end - take no events any more
 *
 * Those posted before are told. May be called at any time after
 * sockport_events_prepare(), also while others post; and without it.
 *
 * Context: process context, may sleep.
 */
void sockport_events_end(void)
{
	struct sockport_audience *audience;

	if (!drain_queue)
		return;
	mutex_lock(&drain_lock);
	/*
	 * In this order: no new events; the last who posts is through; they
	 * are told before a namespace that dies can find nothing to flush; no
	 * kick is under way, so nobody queues the work; the work is done, which
	 * needs the lock.
	 */
	WRITE_ONCE(taking, false);
	synchronize_rcu();
	while ((audience = whose_turn()))
		take_turn(audience);
	mutex_unlock(&drain_lock);
	irq_work_sync(&kick);
	destroy_workqueue(drain_queue);
	drain_queue = NULL;
}
