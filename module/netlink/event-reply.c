// SPDX-License-Identifier: GPL-2.0
/*
 * Events and closed doors as attributes
 */
#include <linux/skbuff.h>
#include <linux/uidgid.h>
#include <net/netlink.h>

#include "events/event.h"
#include "history/doors.h"
#include "netlink/reply.h"
#include "walk/record.h"

static int put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, SOCKPORT_A_EVENT_PAD);
}

static int put_address(struct sk_buff *skb, int attr, u8 family,
		       const union sockport_address *address)
{
	return nla_put(skb, attr, family == AF_INET6 ? sizeof(address->v6) :
						       sizeof(address->v4),
		       address);
}

/* What happened, when, and to which row of the port table. */
static int put_kind(struct sk_buff *skb, const struct sockport_event *event,
		    u64 lost)
{
	if (nla_put_u8(skb, SOCKPORT_A_EVENT_TYPE, event->type) ||
	    put_u64(skb, SOCKPORT_A_EVENT_TIME, event->time) ||
	    (lost && put_u64(skb, SOCKPORT_A_EVENT_LOST, lost)))
		return -EMSGSIZE;
	if (event->protocol &&
	    nla_put_u8(skb, SOCKPORT_A_EVENT_PROTOCOL, event->protocol))
		return -EMSGSIZE;
	if (event->port &&
	    nla_put_u32(skb, SOCKPORT_A_EVENT_PORT, event->port))
		return -EMSGSIZE;
	if (event->role &&
	    nla_put_u8(skb, SOCKPORT_A_EVENT_ROLE, event->role))
		return -EMSGSIZE;
	return 0;
}

static int put_tuple(struct sk_buff *skb, const struct sockport_event *event)
{
	if (!(event->has & SOCKPORT_EVENT_TUPLE))
		return 0;
	if (put_address(skb, SOCKPORT_A_EVENT_LOCAL_ADDRESS, event->family,
			&event->local) ||
	    nla_put_u32(skb, SOCKPORT_A_EVENT_LOCAL_PORT, event->local_port) ||
	    put_address(skb, SOCKPORT_A_EVENT_REMOTE_ADDRESS, event->family,
			&event->remote) ||
	    nla_put_u32(skb, SOCKPORT_A_EVENT_REMOTE_PORT, event->remote_port))
		return -EMSGSIZE;
	if (event->ifindex &&
	    nla_put_u32(skb, SOCKPORT_A_EVENT_IFINDEX, event->ifindex))
		return -EMSGSIZE;
	return 0;
}

/* What became of a connection. */
static int put_end(struct sk_buff *skb, const struct sockport_event *event)
{
	if (event->has & SOCKPORT_EVENT_CAUSE &&
	    nla_put_u8(skb, SOCKPORT_A_EVENT_CAUSE, event->cause))
		return -EMSGSIZE;
	if (event->has & SOCKPORT_EVENT_DURATION &&
	    put_u64(skb, SOCKPORT_A_EVENT_DURATION, event->duration))
		return -EMSGSIZE;
	if (event->has & SOCKPORT_EVENT_SUMS &&
	    (put_u64(skb, SOCKPORT_A_EVENT_BYTES_IN, event->bytes_in) ||
	     put_u64(skb, SOCKPORT_A_EVENT_BYTES_OUT, event->bytes_out) ||
	     nla_put_u32(skb, SOCKPORT_A_EVENT_RETRANSMITS,
			 event->retransmits) ||
	     nla_put_u32(skb, SOCKPORT_A_EVENT_SEGMENTS_IN,
			 event->segments_in) ||
	     nla_put_u32(skb, SOCKPORT_A_EVENT_SEGMENTS_OUT,
			 event->segments_out)))
		return -EMSGSIZE;
	if (event->has & SOCKPORT_EVENT_RTT &&
	    nla_put_u32(skb, SOCKPORT_A_EVENT_RTT, event->rtt))
		return -EMSGSIZE;
	return 0;
}

static int put_owner(struct sk_buff *skb, const struct sockport_event *event,
		     const struct sockport_telling *telling)
{
	if (event->has & SOCKPORT_EVENT_UID &&
	    nla_put_u32(skb, SOCKPORT_A_EVENT_UID,
			from_kuid_munged(telling->user_ns, event->uid)))
		return -EMSGSIZE;
	if (telling->netns &&
	    nla_put_u32(skb, SOCKPORT_A_EVENT_NETNS, telling->netns))
		return -EMSGSIZE;
	if (telling->cgroup && strlen(telling->cgroup) <= SOCKPORT_REPLY_PATH &&
	    nla_put_string(skb, SOCKPORT_A_EVENT_CGROUP, telling->cgroup))
		return -EMSGSIZE;
	if (!telling->pid)
		return 0;
	if (nla_put_u32(skb, SOCKPORT_A_EVENT_PID, telling->pid) ||
	    nla_put_string(skb, SOCKPORT_A_EVENT_COMM, telling->comm))
		return -EMSGSIZE;
	return 0;
}

/**
 * sockport_event_record - what an event is about, as far as a filter asks
 * @event: what happened
 *
 * Return: a record of that.
 */
struct sockport_record
sockport_event_record(const struct sockport_event *event)
{
	struct sockport_record rec = {
		.protocol	= event->protocol,
		.role		= event->role,
		.local_port	= event->local_port,
		.remote_port	= event->remote_port,
		.local		= event->local,
		.remote		= event->remote,
		.ifindex	= event->ifindex,
		.uid		= event->uid,
	};

	if (event->has & SOCKPORT_EVENT_TUPLE) {
		rec.family = event->family;
		rec.has = SOCKPORT_HAS_PORTS | SOCKPORT_HAS_ADDRESS;
	}
	if (event->has & SOCKPORT_EVENT_UID)
		rec.has |= SOCKPORT_HAS_UID;
	return rec;
}

/**
 * sockport_reply_event - put an event into a message
 * @skb: message
 * @event: what happened
 * @telling: what of it is told
 *
 * Return: 0, or -EMSGSIZE, after which the message has to be cancelled.
 */
int sockport_reply_event(struct sk_buff *skb,
			 const struct sockport_event *event,
			 const struct sockport_telling *telling)
{
	if (put_kind(skb, event, telling->lost) || put_tuple(skb, event) ||
	    put_end(skb, event) || put_owner(skb, event, telling))
		return -EMSGSIZE;
	return 0;
}

/**
 * sockport_reply_door - put a closed door into a message
 * @skb: message
 * @door: the door
 * @netns: inode of its namespace
 *
 * Return: 0, or -EMSGSIZE, after which the message has to be cancelled.
 */
int sockport_reply_door(struct sk_buff *skb, const struct sockport_door *door,
			u32 netns)
{
	if (nla_put_u8(skb, SOCKPORT_A_CLOSED_DOOR_PROTOCOL, door->protocol) ||
	    nla_put_u32(skb, SOCKPORT_A_CLOSED_DOOR_PORT, door->port) ||
	    nla_put_u32(skb, SOCKPORT_A_CLOSED_DOOR_NETNS, netns) ||
	    nla_put_u64_64bit(skb, SOCKPORT_A_CLOSED_DOOR_ATTEMPTS,
			      door->attempts, SOCKPORT_A_CLOSED_DOOR_PAD) ||
	    nla_put_u64_64bit(skb, SOCKPORT_A_CLOSED_DOOR_FIRST, door->first,
			      SOCKPORT_A_CLOSED_DOOR_PAD) ||
	    nla_put_u64_64bit(skb, SOCKPORT_A_CLOSED_DOOR_LAST, door->last,
			      SOCKPORT_A_CLOSED_DOOR_PAD) ||
	    put_address(skb, SOCKPORT_A_CLOSED_DOOR_SOURCE, door->family,
			&door->source) ||
	    put_address(skb, SOCKPORT_A_CLOSED_DOOR_ADDRESS, door->family,
			&door->address))
		return -EMSGSIZE;
	return 0;
}
