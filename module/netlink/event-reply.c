// SPDX-License-Identifier: GPL-2.0
/*
 * Events and closed doors as attributes
 */
#include <linux/skbuff.h>
#include <linux/uidgid.h>
#include <net/net_namespace.h>
#include <net/netlink.h>

#include "events/event.h"
#include "history/doors.h"
#include "netlink/reply.h"

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
			 event->retransmits)))
		return -EMSGSIZE;
	if (event->has & SOCKPORT_EVENT_RTT &&
	    nla_put_u32(skb, SOCKPORT_A_EVENT_RTT, event->rtt))
		return -EMSGSIZE;
	return 0;
}

/*
 * All listeners get the same message, so they see what the namespace's owner
 * may see. Pids are those of the initial pid namespace: nothing for a namespace
 * that somebody made in a user namespace of their own.
 */
static int put_owner(struct sk_buff *skb, const struct net *net,
		     const struct sockport_event *event)
{
	if (event->has & SOCKPORT_EVENT_UID &&
	    nla_put_u32(skb, SOCKPORT_A_EVENT_UID,
			from_kuid_munged(net->user_ns, event->uid)))
		return -EMSGSIZE;
	if (!(event->has & SOCKPORT_EVENT_PROCESS) ||
	    net->user_ns != &init_user_ns)
		return 0;
	if (nla_put_u32(skb, SOCKPORT_A_EVENT_PID, event->pid) ||
	    nla_put_string(skb, SOCKPORT_A_EVENT_COMM, event->comm))
		return -EMSGSIZE;
	return 0;
}

/**
 * sockport_reply_event - put an event into a message
 * @skb: message
 * @net: where it happened
 * @event: what happened
 * @lost: how many events an event of type lost stands for, otherwise 0
 *
 * Return: 0, or -EMSGSIZE, after which the message has to be cancelled.
 */
int sockport_reply_event(struct sk_buff *skb, const struct net *net,
			 const struct sockport_event *event, u64 lost)
{
	if (put_kind(skb, event, lost) || put_tuple(skb, event) ||
	    put_end(skb, event) || put_owner(skb, net, event))
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
			&door->source))
		return -EMSGSIZE;
	return 0;
}
