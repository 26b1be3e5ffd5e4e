// SPDX-License-Identifier: GPL-2.0
/*
 * Events: from whoever sees them happen to who listens
 *
 * They happen in any context, under locks that are not ours. So each CPU has a
 * ring of fixed size: one producer, the CPU with its interrupts off, and one
 * consumer, who has @drain_lock. Producers take no lock. The first to fill a
 * ring after it was emptied kicks the work that empties it, by way of irq_work,
 * because queue_work() takes locks that a tracepoint may be under.
 *
 * What is in a ring holds no reference on its network namespace. A namespace is
 * marked dead, then a grace period passes, which ends those who did not see the
 * mark, then sockport_events_flush() takes out what they have put in.
 */
#include <linux/irq_work.h>
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "compat.h"
#include "events/event.h"
#include "gen/sockport-nl-gen.h"
#include "net.h"
#include "netlink/netlink.h"
#include "netlink/reply.h"

/* Places of a ring, and bytes that all rings may take before there are less. */
#define PLACES_MOST	512
#define PLACES_LEAST	64
#define BYTES_MOST	(8UL << 20)

/**
 * struct entry - a place in a ring
 * @net: where it happened, without a reference
 * @event: what happened
 */
struct entry {
	struct net		*net;
	struct sockport_event	event;
};

/**
 * struct ring - what one CPU has to tell
 * @head: events put in so far, written by the CPU with interrupts off
 * @kicked: somebody is on the way to empty it
 * @kick: gets him on the way
 * @tail: events taken out so far, written by who has @drain_lock
 * @end: @head as the drain under way found it
 * @busy: among the rings that the drain under way has to empty
 * @entry: events
 */
struct ring {
	unsigned int		head;
	bool			kicked;
	struct irq_work		kick;
	unsigned int		tail ____cacheline_aligned_in_smp;
	unsigned int		end;
	struct list_head	busy;
	struct entry		entry[];
};

/**
 * struct rings - all rings
 * @mask: places of a ring, less 1
 * @ring: indexed by CPU
 */
struct rings {
	unsigned int	mask;
	struct ring	*ring[];
};

/**
 * struct batch - a message to the listeners of one namespace
 * @net: the namespace
 * @skb: the message, or NULL
 * @events: how many it has
 * @told: losses that it tells of
 */
struct batch {
	struct net	*net;
	struct sk_buff	*skb;
	unsigned int	events;
	u64		told;
};

static struct rings __rcu *rings;
static struct workqueue_struct *drain_queue;
static DEFINE_MUTEX(drain_lock); /* who takes out of rings; @rings, @listened */
/* The message under way has found a listener. */
static bool listened;

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
	wanted = rcu_access_pointer(rings) && sn &&
		 sockport_events_heard(sn, net);
	rcu_read_unlock();
	return wanted;
}

/* Interrupts are off. Returns false when the ring is full. */
static bool ring_put(struct ring *ring, unsigned int mask, struct net *net,
		     const struct sockport_event *event)
{
	unsigned int head = ring->head;
	struct entry *entry = &ring->entry[head & mask];

	/* Pairs with the release in drain(): the place has been read. */
	if (head - smp_load_acquire(&ring->tail) > mask)
		return false;
	entry->net = net;
	entry->event = *event;
	/* Pairs with the acquire in gather(). */
	smp_store_release(&ring->head, head + 1);
	return true;
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
	struct sockport_net *sn;
	unsigned long flags;
	struct rings *all;
	struct ring *ring;

	rcu_read_lock();
	all = rcu_dereference(rings);
	sn = sockport_net(net);
	if (!all || !sn || READ_ONCE(sn->dead))
		goto unlock;

	local_irq_save(flags);
	ring = all->ring[smp_processor_id()];
	if (!ring_put(ring, all->mask, net, event))
		atomic64_inc(&sn->stats.events_lost);
	/* Pairs with gather(): either it sees @head, or we see that it ran. */
	smp_mb();
	if (!READ_ONCE(ring->kicked)) {
		WRITE_ONCE(ring->kicked, true);
		irq_work_queue(&ring->kick);
	}
	local_irq_restore(flags);
unlock:
	rcu_read_unlock();
}

/*
 * netlink does not tell whether nobody listens or nobody had room. But before a
 * message is given to a first listener it is orphaned, with a reference more;
 * without one this is called when it is freed.
 */
static void note_listener(struct sk_buff *skb)
{
	if (skb_shared(skb))
		listened = true;
}

static void batch_send(struct batch *batch)
{
	struct sockport_net *sn;
	int err;

	if (!batch->skb)
		return;
	sn = sockport_net(batch->net);
	listened = false;
	batch->skb->destructor = note_listener;
	err = genlmsg_multicast_netns(&sockport_family, batch->net, batch->skb,
				      0, SOCKPORT_NLGRP_EVENTS, GFP_KERNEL);
	if (!err)
		atomic64_add(batch->events, &sn->stats.events_sent);
	else if (listened)
		atomic64_add(batch->events, &sn->stats.events_lost);
	/* What nobody is there to hear need not be told again. */
	if (!err || !listened)
		sn->events_told += batch->told;
	batch->skb = NULL;
	batch->events = 0;
	batch->told = 0;
	cond_resched();
}

static int batch_put(struct batch *batch, const struct sockport_event *event,
		     u64 lost)
{
	void *hdr;

	hdr = genlmsg_put(batch->skb, 0, 0, &sockport_family, 0,
			  SOCKPORT_CMD_EVENT);
	if (!hdr)
		return -EMSGSIZE;
	if (sockport_reply_event(batch->skb, batch->net, event, lost)) {
		genlmsg_cancel(batch->skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(batch->skb, hdr);
	return 0;
}

/* A message begins with what could not be told before it. */
static int batch_begin(struct batch *batch)
{
	const struct sockport_event event = {
		.type = SOCKPORT_EVENT_TYPE_LOST,
		.time = ktime_get_real_ns(),
	};
	struct sockport_net *sn = sockport_net(batch->net);
	u64 lost;

	batch->skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!batch->skb)
		return -ENOMEM;
	lost = atomic64_read(&sn->stats.events_lost) - sn->events_told;
	if (lost && !batch_put(batch, &event, lost))
		batch->told = lost;
	return 0;
}

static void batch_add(struct batch *batch, struct net *net,
		      const struct sockport_event *event)
{
	struct sockport_net *sn = sockport_net(net);

	/* Nobody is left to listen there. */
	if (READ_ONCE(sn->dead))
		return;
	if (batch->net != net) {
		batch_send(batch);
		batch->net = net;
	}
	if (batch->skb && batch_put(batch, event, 0))
		batch_send(batch);
	else if (batch->skb)
		goto added;
	if (batch_begin(batch) || batch_put(batch, event, 0)) {
		atomic64_inc(&sn->stats.events_lost);
		return;
	}
added:
	batch->events++;
}

/* The rings that have something, up to what they have now. */
static void gather(struct rings *all, struct list_head *busy)
{
	struct ring *ring;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		ring = all->ring[cpu];
		WRITE_ONCE(ring->kicked, false);
		/* Pairs with sockport_event_post(). */
		smp_mb();
		/* Pairs with the release in ring_put(). */
		ring->end = smp_load_acquire(&ring->head);
		if (ring->tail != ring->end)
			list_add_tail(&ring->busy, busy);
	}
}

static const struct entry *oldest_of(const struct ring *ring,
				     unsigned int mask)
{
	return &ring->entry[ring->tail & mask];
}

static struct ring *with_oldest(const struct list_head *busy, unsigned int mask)
{
	struct ring *ring, *oldest = NULL;
	u64 time = 0;

	list_for_each_entry(ring, busy, busy) {
		if (oldest && oldest_of(ring, mask)->event.time >= time)
			continue;
		oldest = ring;
		time = oldest_of(ring, mask)->event.time;
	}
	return oldest;
}

/* Caller has @drain_lock. The events of a CPU stay in their order. */
static void drain(struct rings *all)
{
	const struct entry *entry;
	struct batch batch = { };
	struct ring *ring;
	LIST_HEAD(busy);

	gather(all, &busy);
	while ((ring = with_oldest(&busy, all->mask))) {
		entry = oldest_of(ring, all->mask);
		batch_add(&batch, entry->net, &entry->event);
		/* Pairs with the acquire in ring_put(). */
		smp_store_release(&ring->tail, ring->tail + 1);
		if (ring->tail == ring->end)
			list_del(&ring->busy);
	}
	batch_send(&batch);
}

static void drain_work_fn(struct work_struct *work)
{
	sockport_events_flush();
}

static DECLARE_WORK(drain_work, drain_work_fn);

static void kick_fn(struct irq_work *kick)
{
	queue_work(drain_queue, &drain_work);
}

/**
 * sockport_events_flush - take out all events there are, and send them
 *
 * Called after a namespace is marked dead and a grace period has passed, and
 * before anything of it is freed: no event of it is left then, and nothing
 * looks at it any more.
 *
 * Context: process context, may sleep.
 */
void sockport_events_flush(void)
{
	struct rings *all;

	mutex_lock(&drain_lock);
	all = rcu_dereference_protected(rings, lockdep_is_held(&drain_lock));
	if (all)
		drain(all);
	mutex_unlock(&drain_lock);
}

static void rings_free(struct rings *all)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		kvfree(all->ring[cpu]);
	kfree(all);
}

static unsigned int places(void)
{
	unsigned long room;

	room = BYTES_MOST / num_possible_cpus() / sizeof(struct entry);
	return rounddown_pow_of_two(clamp(room, 0UL + PLACES_LEAST,
					  0UL + PLACES_MOST));
}

static struct rings *rings_new(void)
{
	unsigned int cpu, room = places();
	struct rings *all;
	struct ring *ring;

	all = kzalloc(struct_size(all, ring, nr_cpu_ids), GFP_KERNEL);
	if (!all)
		return NULL;
	all->mask = room - 1;
	for_each_possible_cpu(cpu) {
		ring = kvzalloc_node(struct_size(ring, entry, room),
				     GFP_KERNEL, cpu_to_node(cpu));
		if (!ring) {
			rings_free(all);
			return NULL;
		}
		init_irq_work(&ring->kick, kick_fn);
		all->ring[cpu] = ring;
	}
	return all;
}

/**
 * sockport_events_start - take events from now on
 *
 * The netlink family must be registered, and stay so until
 * sockport_events_stop(): only it knows the number of the group.
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int sockport_events_start(void)
{
	struct rings *all;

	all = rings_new();
	if (!all)
		return -ENOMEM;
	drain_queue = alloc_workqueue("sockport", WQ_UNBOUND, 0);
	if (!drain_queue) {
		rings_free(all);
		return -ENOMEM;
	}
	rcu_assign_pointer(rings, all);
	return 0;
}

/**
 * sockport_events_stop - take no events any more
 *
 * Those posted before are sent. May be called at any time after
 * sockport_events_start(), also while others post; and without it.
 *
 * Context: process context, may sleep.
 */
void sockport_events_stop(void)
{
	struct rings *all;
	unsigned int cpu;

	mutex_lock(&drain_lock);
	all = rcu_dereference_protected(rings, lockdep_is_held(&drain_lock));
	if (!all) {
		mutex_unlock(&drain_lock);
		return;
	}
	/*
	 * In this order: no new producer; the last one is through, so the rings
	 * change no more; they are emptied before a namespace that dies can
	 * find nothing to flush; no kick is under way, so nobody queues the
	 * work; the work is done, which needs the lock; nobody is left.
	 */
	RCU_INIT_POINTER(rings, NULL);
	synchronize_rcu();
	drain(all);
	mutex_unlock(&drain_lock);
	for_each_possible_cpu(cpu)
		irq_work_sync(&all->ring[cpu]->kick);
	destroy_workqueue(drain_queue);
	rings_free(all);
}
