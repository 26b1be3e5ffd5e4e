// SPDX-License-Identifier: GPL-2.0
/*
 * Closed doors: ports where nobody listens, and who knocked
 *
 * A hash table of fixed size: a port has its bucket, and a bucket 8 places. When
 * they are taken, the newcomer gets one of those who have most of them: first of
 * all tenants, who are namespaces, then of the sources that knock at one. Of a
 * crowd of doors that one source knocked at the newest goes, so somebody who tries
 * every port there is, however often, drives out his own, and of those the ones he
 * has just tried. Where no source has several, who knocked least goes.
 *
 * Packets are dropped in any context, so buckets have raw spinlocks, held with
 * interrupts off for a look at 8 places. A place holds no reference on its
 * network namespace, see sockport_doors_forget(). The namespace's count of doors
 * is written after the last of them, so who reads 0 finds nobody there any more.
 */
#include <linux/jhash.h>
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/user_namespace.h>
#include <net/net_namespace.h>
#include <net/netns/hash.h>

#include "compat.h"
#include "events/event.h"
#include "history/doors.h"
#include "history/headers.h"
#include "history/traffic.h"
#include "net.h"

#define PLACES		8
#define BUCKETS_MOST	BIT(17)

/**
 * struct bucket - doors whose hashes are alike
 * @lock: guards @place, taken with interrupts off
 * @place: doors, in no order; those that are there stay where they are
 */
struct bucket {
	raw_spinlock_t		lock; /* see above */
	struct sockport_door	place[PLACES];
} ____cacheline_aligned_in_smp;

/**
 * struct sockport_doors - all doors of an era
 * @mask: buckets, less 1
 * @seed: of the hash
 * @bucket: buckets
 */
struct sockport_doors {
	unsigned int	mask;
	u32		seed;
	struct bucket	bucket[];
};

/* Where knocks are counted, or NULL. Changes only while no probe is registered. */
static struct sockport_doors *doors;

static struct bucket *bucket_of(struct sockport_doors *table, const struct net *net,
				const struct sockport_headers *headers)
{
	u32 hash = jhash_3words(headers->local_port, headers->protocol,
				net_hash_mix(net), table->seed);

	return &table->bucket[hash & table->mask];
}

/* Caller has the lock of the bucket. */
static void place_clear(struct sockport_door *door)
{
	struct sockport_stats *stats = sockport_stats(door->net);

	door->attempts = 0;
	door->net = NULL;
	/* A full barrier: nothing of the namespace is looked at after it. */
	atomic64_dec_return(&stats->closed_doors);
}

/*
 * Namespaces of one user are one tenant: who may make one may make many. But those
 * that root has others use are told apart.
 */
static u64 tenant_of(const struct net *net)
{
	const struct user_namespace *ns = net->user_ns;

	if (ns == &init_user_ns)
		return (uintptr_t)net;
	while (ns->parent != &init_user_ns)
		ns = ns->parent;
	return uid_eq(ns->owner, GLOBAL_ROOT_UID) ? (uintptr_t)ns :
						    __kuid_val(ns->owner);
}

/* Who has one of these addresses has the others as well. */
static u64 neighbourhood_of(const struct sockport_headers *headers)
{
	const union sockport_address *source = &headers->remote;

	if (headers->family == AF_INET6)
		return get_unaligned_be64(&source->v6);
	return ntohl(source->v4) >> (ipv4_is_loopback(source->v4) ? 24 : 8);
}

/* Caller has the lock. */
static struct sockport_door *
bucket_find(struct bucket *bucket, const struct net *net,
	    const struct sockport_headers *headers)
{
	struct sockport_door *door;
	unsigned int i;

	lockdep_assert_held(&bucket->lock);
	for (i = 0; i < PLACES; i++) {
		door = &bucket->place[i];
		if (door->attempts && door->net == net &&
		    door->port == headers->local_port &&
		    door->protocol == headers->protocol)
			return door;
	}
	return NULL;
}

/*
 * How many places the tenant, and in it the source, would have with the newcomer,
 * as a number to compare; 0 for an empty place.
 */
static unsigned int crowd_of(const struct bucket *bucket,
			     const struct sockport_door *door,
			     const struct sockport_door *newcomer)
{
	unsigned int i, tenant = 0, source = 0;
	const struct sockport_door *other;

	for (i = 0; i <= PLACES; i++) {
		other = i < PLACES ? &bucket->place[i] : newcomer;
		if (!other->attempts || other->tenant != door->tenant)
			continue;
		tenant++;
		source += other->neighbourhood == door->neighbourhood;
	}
	return tenant * (PLACES + 2) + source;
}

/* Of two of the same crowd: is the first the one to go? */
static bool goes_first(const struct sockport_door *door,
		       const struct sockport_door *other, bool several)
{
	if (several)
		return door->first > other->first;
	return door->attempts < other->attempts ||
	       (door->attempts == other->attempts && door->last < other->last);
}

/* Caller has the lock. A place, empty or that of the door that has to go. */
static struct sockport_door *bucket_place(struct bucket *bucket,
					  const struct sockport_door *newcomer)
{
	unsigned int i, crowd, most = 0;
	struct sockport_door *best = NULL, *door;

	for (i = 0; i < PLACES; i++) {
		door = &bucket->place[i];
		if (!door->attempts)
			return door;
		crowd = crowd_of(bucket, door, newcomer);
		if (crowd > most ||
		    (crowd == most &&
		     goes_first(door, best, crowd % (PLACES + 2) > 1))) {
			most = crowd;
			best = door;
		}
	}
	return best;
}

/* Caller has the lock. */
static struct sockport_door *
bucket_add(struct bucket *bucket, struct net *net,
	   const struct sockport_headers *headers, u64 now)
{
	const struct sockport_door newcomer = {
		.net		= net,
		.tenant		= tenant_of(net),
		.neighbourhood	= neighbourhood_of(headers),
		.protocol	= headers->protocol,
		.port		= headers->local_port,
		.first		= now,
		.attempts	= 1,
	};
	struct sockport_door *door = bucket_place(bucket, &newcomer);

	if (door->attempts) {
		atomic64_add(door->attempts,
			     &sockport_stats(door->net)->closed_doors_lost);
		place_clear(door);
	}
	*door = newcomer;
	atomic64_inc(&sockport_stats(net)->closed_doors);
	return door;
}

/* Caller has the lock. */
static void bucket_count(struct bucket *bucket, struct net *net,
			 const struct sockport_headers *headers, u64 now)
{
	struct sockport_door *door = bucket_find(bucket, net, headers);

	if (door)
		door->attempts++;
	else
		door = bucket_add(bucket, net, headers, now);
	door->neighbourhood = neighbourhood_of(headers);
	door->last = now;
	door->family = headers->family;
	door->source = headers->remote;
	door->address = headers->local;
}

static void tell(struct net *net, const struct sockport_headers *headers)
{
	const struct sockport_event event = {
		.has		= SOCKPORT_EVENT_TUPLE,
		.type		= SOCKPORT_EVENT_TYPE_CLOSED_DOOR,
		.protocol	= headers->protocol,
		.role		= SOCKPORT_ROLE_IN,
		.family		= headers->family,
		.port		= headers->local_port,
		.local_port	= headers->local_port,
		.remote_port	= headers->remote_port,
		.time		= ktime_get_real_ns(),
		.local		= headers->local,
		.remote		= headers->remote,
	};

	sockport_event_post(net, &event);
}

static bool knocks(const struct sockport_headers *headers)
{
	return headers->protocol != SOCKPORT_PROTOCOL_TCP || headers->syn;
}

/**
 * sockport_doors_knock - a packet was dropped, for it there is no socket
 * @net: namespace that it came to
 * @skb: the packet
 *
 * SYNs and datagrams count, other TCP segments are nobody's knock.
 *
 * Context: any but NMI.
 */
void sockport_doors_knock(struct net *net, const struct sk_buff *skb)
{
	const struct sockport_net *sn;
	struct sockport_headers headers;
	struct bucket *bucket;
	unsigned long flags;
	u64 now;

	rcu_read_lock();
	sn = sockport_net(net);
	if (!sn || READ_ONCE(sn->dead))
		goto unlock;
	if (!sockport_headers_read(&headers, skb) || !knocks(&headers))
		goto unlock;
	if (headers.protocol != SOCKPORT_PROTOCOL_TCP)
		sockport_traffic_closed(net, headers.protocol,
					headers.local_port);

	if (!doors)
		goto unlock;
	now = div_u64(ktime_get_coarse_real_ns(), NSEC_PER_MSEC);
	bucket = bucket_of(doors, net, &headers);
	raw_spin_lock_irqsave(&bucket->lock, flags);
	bucket_count(bucket, net, &headers, now);
	raw_spin_unlock_irqrestore(&bucket->lock, flags);

	if (sockport_events_wanted(net))
		tell(net, &headers);
unlock:
	rcu_read_unlock();
}

static unsigned int bucket_copy(struct bucket *bucket,
				struct sockport_door *door)
{
	unsigned int i, count = 0;

	raw_spin_lock_irq(&bucket->lock);
	for (i = 0; i < PLACES; i++)
		if (bucket->place[i].attempts)
			door[count++] = bucket->place[i];
	raw_spin_unlock_irq(&bucket->lock);
	return count;
}

/**
 * sockport_doors_read - go through all doors
 * @in: doors of an era that the caller is a user of, or NULL
 * @place: where to go on, 0 at the beginning; changed
 * @door: copies go here
 * @room: how many there is room for, at least 8
 *
 * A door that stays is read exactly once.
 *
 * Context: process context, may sleep.
 *
 * Return: how many were copied, 0 at the end.
 */
unsigned int sockport_doors_read(struct sockport_doors *in, unsigned int *place,
				 struct sockport_door *door, unsigned int room)
{
	unsigned int count = 0;

	while (in && *place <= in->mask && room - count >= PLACES) {
		count += bucket_copy(&in->bucket[(*place)++], door + count);
		cond_resched();
	}
	return count;
}

static void bucket_forget(struct bucket *bucket, const struct net *net)
{
	unsigned int i;

	raw_spin_lock_irq(&bucket->lock);
	for (i = 0; i < PLACES; i++)
		if (bucket->place[i].attempts &&
		    (!net || bucket->place[i].net == net))
			place_clear(&bucket->place[i]);
	raw_spin_unlock_irq(&bucket->lock);
}

/**
 * sockport_doors_forget - forget the doors of a namespace
 * @in: doors of an era, or NULL
 * @net: namespace that is reset; or one that dies, is marked dead, and a grace
 *	period has passed: then it has no doors any more, and gets no new ones;
 *	NULL for all namespaces, when no probe is registered any more
 *
 * Context: process context, may sleep.
 */
void sockport_doors_forget(struct sockport_doors *in, const struct net *net)
{
	unsigned int i;

	for (i = 0; in && i <= in->mask; i++) {
		/* Pairs with place_clear(). */
		if (net &&
		    !atomic64_read_acquire(&sockport_stats(net)->closed_doors))
			return;
		bucket_forget(&in->bucket[i], net);
		cond_resched();
	}
}

/**
 * sockport_doors_new - make a table of doors
 * @room: how many, made more as it fits; not 0
 *
 * Context: process context, may sleep.
 *
 * Return: the table, for sockport_doors_free(), or NULL.
 */
struct sockport_doors *sockport_doors_new(unsigned int room)
{
	struct sockport_doors *new;
	unsigned int i, buckets;

	room = min_t(unsigned int, room, BUCKETS_MOST * PLACES);
	buckets = DIV_ROUND_UP(room, PLACES);
	buckets = roundup_pow_of_two(buckets);
	new = kvzalloc(struct_size(new, bucket, buckets),
		       GFP_KERNEL | __GFP_NOWARN);
	if (!new)
		return NULL;
	new->mask = buckets - 1;
	new->seed = get_random_u32();
	for (i = 0; i < buckets; i++)
		raw_spin_lock_init(&new->bucket[i].lock);
	return new;
}

/**
 * sockport_doors_use - let knocks be counted in a table
 * @use: table, or NULL for none
 *
 * Context: process context; no probe is registered.
 */
void sockport_doors_use(struct sockport_doors *use)
{
	doors = use;
}

/**
 * sockport_doors_free - free a table of doors
 * @in: table, or NULL; sockport_doors_forget() has forgotten all of them
 *
 * Context: process context, may sleep. Nobody uses it.
 */
void sockport_doors_free(struct sockport_doors *in)
{
	kvfree(in);
}
