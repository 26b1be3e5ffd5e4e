/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_LAST_H
#define SOCKPORT_LAST_H

#include <linux/types.h>
#include <uapi/linux/sockport.h>

#include "events/event.h"
#include "history/rows.h"

/* So many may be kept of a namespace. */
#define SOCKPORT_LAST_MOST	65536

struct net;
struct sockport_follow;
struct sockport_happening;
struct sockport_lasts;

/**
 * struct sockport_ended - a connection that ended, or failed
 * @number: of all that did of a kind of namespace, in their order
 * @cgroup: id of the socket's cgroup, 0 when unknown
 * @event: what happened
 * @has_opener: it is known for certain
 * @opener: who opened it, or the listener
 */
struct sockport_ended {
	u64			number;
	u64			cgroup;
	struct sockport_event	event;
	bool			has_opener;
	struct sockport_opener	opener;
};

/**
 * struct sockport_last_place - where a reader is in what a namespace keeps
 * @index: of the record that was read last
 * @number: of it, 0 at the beginning
 * @generation: of the memory that it is in
 */
struct sockport_last_place {
	unsigned int	index;
	u64		number;
	u64		generation;
};

extern struct sockport_lasts __rcu *sockport_lasts_now;

/**
 * sockport_last_wanted - is it remembered how connections ended?
 *
 * Context: any.
 *
 * Return: false when it is not.
 */
static inline bool sockport_last_wanted(void)
{
	return rcu_access_pointer(sockport_lasts_now);
}

static inline bool sockport_last_is_end(u8 type)
{
	return type == SOCKPORT_EVENT_TYPE_CLOSE ||
	       type == SOCKPORT_EVENT_TYPE_FAIL;
}

int sockport_last_begin(unsigned int each);
void sockport_last_end(void);
void sockport_last_forget(struct net *net);
void sockport_last_add(const struct sockport_follow *follow,
		       const struct sockport_happening *what);
unsigned int sockport_last_read(struct net *net,
				struct sockport_last_place *place,
				struct sockport_ended *to, unsigned int room);

#endif /* SOCKPORT_LAST_H */
