// SPDX-License-Identifier: GPL-2.0
/*
 * Events as messages, each made for who gets it
 */
#include <linux/cred.h>
#include <linux/user_namespace.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "events/event.h"
#include "net.h"
#include "netlink/listen.h"
#include "netlink/netlink.h"
#include "netlink/reply.h"
#include "netlink/tell-process.h"
#include "owners/asker.h"
#include "owners/reader.h"
#include "walk/filter.h"
#include "walk/record.h"

/**
 * struct message - on its way to a listener, or to the group
 * @net: namespace of the events
 * @to: listener, or NULL for the group
 * @skb: the message, or NULL
 * @events: how many it has
 * @losses: losses that it tells of
 * @sent: events of messages that somebody got
 * @heard: somebody of the group was there
 */
struct message {
	struct net		*net;
	struct sockport_listener *to;
	struct sk_buff		*skb;
	unsigned int		events;
	u64			losses;
	unsigned int		sent;
	bool			heard;
};

/* The message under way to the group has found somebody. */
static bool group_heard;

/*
 * netlink does not tell whether nobody listens or nobody had room. But before a
 * message is given to a first listener it is orphaned, with a reference more;
 * without one this is called when it is freed.
 */
static void note_listener(struct sk_buff *skb)
{
	if (skb_shared(skb))
		group_heard = true;
}

static void send_to_group(struct message *message)
{
	int err;

	group_heard = false;
	message->skb->destructor = note_listener;
	err = genlmsg_multicast_netns(&sockport_family, message->net,
				      message->skb, 0, SOCKPORT_NLGRP_EVENTS,
				      GFP_KERNEL);
	message->heard |= group_heard || !err;
	if (!err)
		message->sent += message->events;
	/* What nobody is there to hear need not be told again. */
	if (!err || !group_heard)
		sockport_net(message->net)->audience.told += message->losses;
}

static void send_to_listener(struct message *message)
{
	struct sockport_listener *to = message->to;

	if (sockport_asker_gone(to->sk)) {
		nlmsg_free(message->skb);
	} else if (sockport_asker_queue(to->sk, message->skb)) {
		to->missed += message->events;
	} else {
		message->sent += message->events;
		to->told += message->losses;
	}
}

static void message_send(struct message *message)
{
	if (!message->skb)
		return;
	if (message->to)
		send_to_listener(message);
	else
		send_to_group(message);
	message->skb = NULL;
	message->events = 0;
	message->losses = 0;
	cond_resched();
}

static int message_put(struct message *message,
		       const struct sockport_event *event,
		       const struct sockport_telling *telling)
{
	void *hdr;

	hdr = genlmsg_put(message->skb, 0, 0, &sockport_family, 0,
			  SOCKPORT_CMD_EVENT);
	if (!hdr)
		return -EMSGSIZE;
	if (sockport_reply_event(message->skb, event, telling)) {
		genlmsg_cancel(message->skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(message->skb, hdr);
	return 0;
}

static u64 losses_of(const struct message *message)
{
	const struct sockport_net *sn = sockport_net(message->net);
	const struct sockport_listener *to = message->to;

	if (!to)
		return atomic64_read(&sn->stats.events_lost) -
		       sn->audience.told;
	return (to->everywhere ? sockport_events_dropped() :
				 atomic64_read(&sn->audience.dropped)) -
	       to->begin + to->missed - to->told;
}

/* A message begins with what could not be told before it. */
static int message_begin(struct message *message)
{
	const struct sockport_event event = {
		.type = SOCKPORT_EVENT_TYPE_LOST,
		.time = ktime_get_real_ns(),
	};
	struct sockport_telling telling = { };

	if (!message->to || !message->to->everywhere)
		telling.netns = message->net->ns.inum;
	message->skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!message->skb)
		return -ENOMEM;
	telling.lost = losses_of(message);
	if (telling.lost && !message_put(message, &event, &telling))
		message->losses = telling.lost;
	return 0;
}

static void message_add(struct message *message,
			const struct sockport_event *event,
			const struct sockport_telling *telling)
{
	if (message->skb && message_put(message, event, telling))
		message_send(message);
	else if (message->skb)
		goto added;
	if (message_begin(message) || message_put(message, event, telling)) {
		if (message->to)
			message->to->missed++;
		return;
	}
added:
	message->events++;
}

/* What is about no port is for everyone. */
static bool wants(const struct sockport_listener *to,
		  const struct sockport_event *event)
{
	struct sockport_record rec;

	if (!to->filter.count || event->type == SOCKPORT_EVENT_TYPE_RESET)
		return true;
	rec = sockport_event_record(event);
	return sockport_filter_match(&to->filter, &rec, NULL);
}

/**
 * sockport_tell_listener - tell events to a socket that asked for them
 * @to: the socket
 * @net: namespace of the events
 * @event: the events
 * @count: how many
 * @unwanted: how many of them its filter has left out
 *
 * Context: process context, may sleep. Nobody else tells anything meanwhile.
 *
 * Return: how many it got.
 */
unsigned int sockport_tell_listener(struct sockport_listener *to,
				    struct net *net,
				    const struct sockport_event **event,
				    unsigned int count, unsigned int *unwanted)
{
	const struct cred *own = override_creds(to->cred);
	struct message message = { .net = net, .to = to };
	struct sockport_telling telling = {
		.user_ns	= to->reader.user_ns,
		.netns		= net->ns.inum,
	};
	unsigned int i;

	*unwanted = 0;
	for (i = 0; i < count; i++) {
		if (!wants(to, event[i])) {
			(*unwanted)++;
			continue;
		}
		sockport_tell_process(&telling, &to->reader, event[i]);
		message_add(&message, event[i], &telling);
	}
	revert_creds(own);
	message_send(&message);
	return message.sent;
}

/**
 * sockport_tell_group - tell events to those who joined the multicast group
 * @net: namespace of the events
 * @event: the events
 * @count: how many
 * @sent: how many of them somebody got
 *
 * Context: process context, may sleep. Nobody else tells anything meanwhile.
 *
 * Return: false when nobody was there.
 */
bool sockport_tell_group(struct net *net, const struct sockport_event **event,
			 unsigned int count, unsigned int *sent)
{
	const struct sockport_telling telling = {
		.user_ns	= net->user_ns,
		.netns		= net->ns.inum,
	};
	struct message message = { .net = net };
	unsigned int i;

	if (genl_has_listeners(&sockport_family, net,
			       SOCKPORT_NLGRP_EVENTS) <= 0) {
		sockport_net(net)->audience.told =
			atomic64_read(&sockport_stats(net)->events_lost);
		*sent = 0;
		return false;
	}
	for (i = 0; i < count; i++)
		message_add(&message, event[i], &telling);
	message_send(&message);
	*sent = message.sent;
	return message.heard;
}
