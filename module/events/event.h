/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_EVENT_H
#define SOCKPORT_EVENT_H

#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <linux/uidgid.h>

#include <net/genetlink.h>

#include "address.h"
#include "compat.h"
#include "gen/sockport-nl-gen.h"
#include "net.h"

struct net;

/* Events that are handed to who tells them at a time. */
#define SOCKPORT_EVENTS_TURN	64

/* Which members of an event mean something. */
#define SOCKPORT_EVENT_TUPLE	BIT(0)	/* family, local, remote and their ports */
#define SOCKPORT_EVENT_CAUSE	BIT(1)
#define SOCKPORT_EVENT_DURATION	BIT(2)
#define SOCKPORT_EVENT_SUMS	BIT(3)	/* bytes, segments, retransmits */
#define SOCKPORT_EVENT_RTT	BIT(4)
#define SOCKPORT_EVENT_PROCESS	BIT(5)	/* pid, comm */
#define SOCKPORT_EVENT_UID	BIT(6)

/**
 * struct sockport_event - something that happened
 * @has: mask of SOCKPORT_EVENT_*
 * @type: enum sockport_event_type
 * @protocol: enum sockport_protocol, 0 for none
 * @role: enum sockport_role, 0 for none
 * @cause: enum sockport_cause
 * @family: AF_INET or AF_INET6
 * @port: of the row that it belongs to, host order; 0 when it has none yet
 * @local_port: host order
 * @remote_port: host order
 * @time: nanoseconds since 1970
 * @local: address
 * @remote: address
 * @duration: microseconds
 * @bytes_in: payload
 * @bytes_out: payload
 * @rtt: microseconds
 * @retransmits: segments
 * @segments_in: segments
 * @segments_out: segments
 * @ifindex: interface that the socket was bound to, or 0
 * @pid: in the initial pid namespace
 * @uid: owner of the socket
 * @process_since: nanoseconds of the monotonic clock when the process had @pid
 * @comm: name of the process
 */
struct sockport_event {
	u32			has;
	u8			type;
	u8			protocol;
	u8			role;
	u8			cause;
	u8			family;
	u16			port;
	u16			local_port;
	u16			remote_port;
	u64			time;
	union sockport_address	local;
	union sockport_address	remote;
	u64			duration;
	u64			bytes_in;
	u64			bytes_out;
	u32			rtt;
	u32			retransmits;
	u32			segments_in;
	u32			segments_out;
	int			ifindex;
	pid_t			pid;
	kuid_t			uid;
	u64			process_since;
	char			comm[TASK_COMM_LEN];
};

/**
 * struct sockport_events_ops - who tells events to those who listen
 * @family: netlink family, its first group is that of events
 * @tell: tell events of a namespace that is not dead, at most
 *	SOCKPORT_EVENTS_TURN; returns false when nobody was there to hear them.
 *	Called in process context, may sleep.
 */
struct sockport_events_ops {
	const struct genl_family	*family;
	bool (*tell)(struct net *net, const struct sockport_event **event,
		     unsigned int count);
};

extern const struct sockport_events_ops *sockport_events_ops;

/* How many listen to all namespaces. */
extern unsigned int sockport_events_all;

/* Nobody was there just now. */
static inline bool
sockport_events_deaf(const struct sockport_audience *audience)
{
	unsigned long since = READ_ONCE(audience->deaf_since);

	return READ_ONCE(audience->deaf) &&
	       time_in_range(jiffies, since, since + HZ);
}

/*
 * How to use what follows, in the order of a module's life:
 * sockport_events_init() and the netlink family, sockport_events_prepare(),
 * sockport_events_take(), who posts; who posts, sockport_events_end(), the family. Every namespace that
 * dies: marked dead, a grace period, sockport_events_flush().
 */

/**
 * sockport_events_heard - may somebody listen in a namespace?
 * @sn: what we keep of it
 * @net: the namespace
 *
 * It costs less than making an event does. Of who asked it is known. Of who
 * only joined the group the kernel tells no more than whether there is somebody
 * in any namespace: if it is this one shows when events are sent, and where
 * nobody was there, none are made for a second.
 *
 * Context: RCU read-side critical section. A namespace that is not dead in it
 * keeps its genl socket until it ends.
 *
 * Return: true when an event should be posted.
 */
static inline bool sockport_events_heard(const struct sockport_net *sn,
					 struct net *net)
{
	const struct sockport_audience *audience = &sn->audience;

	if (READ_ONCE(audience->asked) || READ_ONCE(sockport_events_all))
		return !READ_ONCE(sn->dead);
	return unlikely(sockport_genl_has_listeners(sockport_events_ops->family,
						    net, SOCKPORT_NLGRP_EVENTS)) &&
	       !sockport_events_deaf(audience) && !READ_ONCE(sn->dead);
}

void sockport_events_init(const struct sockport_events_ops *ops);
void sockport_events_everywhere(int more);
u64 sockport_events_dropped(void);
bool sockport_events_wanted(struct net *net);
void sockport_event_post(struct net *net, const struct sockport_event *event);
int sockport_events_prepare(void);
void sockport_events_take(void);
void sockport_events_end(void);
void sockport_events_flush(void);

#endif /* SOCKPORT_EVENT_H */
