// SPDX-License-Identifier: GPL-2.0
/*
 * Who listens to events, and what each is told
 *
 * The multicast group gets the same message for all, so it has nothing of
 * processes. Who asks for events gets messages made for the socket that asked,
 * with those processes that its /proc shows. netlink tells when such a socket is
 * closed.
 *
 * Events are taken out under a lock of events/, which comes before the one here.
 */
#include <linux/cred.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/pid_namespace.h>
#include <linux/user_namespace.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "events/event.h"
#include "memory/memory.h"
#include "net.h"
#include "netlink/listen.h"
#include "netlink/netlink.h"
#include "netlink/request.h"
#include "owners/asker.h"
#include "owners/reader.h"

/* Sockets of a namespace that may ask for its events. */
#define LISTENERS_MOST	16

/* Who listens, and who tells them something. */
static DEFINE_MUTEX(listen_lock);
static LIST_HEAD(listeners);
/* Of those, who listens to all namespaces. */
static HLIST_HEAD(everywhere);

static struct sockport_audience *audience_of(const struct net *net)
{
	return &sockport_net(net)->audience;
}

/**
 * struct outcome - what became of some events
 * @sent: how many somebody got
 * @done: how many somebody got or did not want
 * @heard: somebody was there
 */
struct outcome {
	unsigned int	sent;
	unsigned int	done;
	bool		heard;
};

static void tell_listeners(struct hlist_head *to, struct net *net,
			   const struct sockport_event **event,
			   unsigned int count, struct outcome *outcome)
{
	struct sockport_listener *listener;
	unsigned int sent, unwanted;

	hlist_for_each_entry(listener, to, node) {
		sent = sockport_tell_listener(listener, net, event, count,
					      &unwanted);
		outcome->sent = max(outcome->sent, sent);
		outcome->done = max(outcome->done, sent + unwanted);
		outcome->heard = true;
	}
}

/* See struct sockport_events_ops. */
static bool tell(struct net *net, const struct sockport_event **event,
		 unsigned int count)
{
	struct sockport_stats *stats = sockport_stats(net);
	struct outcome outcome;

	mutex_lock(&listen_lock);
	outcome.heard = sockport_tell_group(net, event, count, &outcome.sent);
	outcome.done = outcome.sent;
	tell_listeners(&audience_of(net)->listeners, net, event, count,
		       &outcome);
	tell_listeners(&everywhere, net, event, count, &outcome);
	mutex_unlock(&listen_lock);
	atomic64_add(outcome.sent, &stats->events_sent);
	if (outcome.heard)
		atomic64_add(count - outcome.done, &stats->events_lost);
	return outcome.heard;
}

static const struct sockport_events_ops events_ops = {
	.family	= &sockport_family,
	.tell	= tell,
};

/* The socket may be the last that keeps the namespace. */
static void listener_free(struct sockport_listener *listener)
{
	struct sock *sk = listener->sk;

	sockport_filter_exit(&listener->filter, listener->net);
	put_pid_ns(listener->reader.pid_ns);
	put_user_ns(listener->reader.user_ns);
	put_cred(listener->cred);
	sockport_free(listener->net, listener, sizeof(*listener));
	sockport_asker_put(sk);
}

static struct sockport_listener *listener_new(struct sk_buff *skb,
					      struct genl_info *info)
{
	struct net *net = genl_info_net(info);
	struct sockport_listener *listener;

	listener = sockport_alloc(net, sizeof(*listener));
	if (!listener)
		return NULL;
	listener->net = net;
	listener->sk = sockport_asker_get(skb);
	listener->portid = info->snd_portid;
	listener->everywhere = info->attrs[SOCKPORT_A_EVENT_NETNS_ALL];
	listener->cred = get_current_cred();
	sockport_reader_init(&listener->reader, skb, net->user_ns, true);
	get_user_ns(listener->reader.user_ns);
	get_pid_ns(listener->reader.pid_ns);
	return listener;
}

static int listener_filter(struct sockport_listener *listener,
			   struct genl_info *info)
{
	const struct nlattr *nest = info->attrs[SOCKPORT_A_EVENT_FILTER];
	struct sockport_asking asking = {
		.filter		= &listener->filter,
		.account	= listener->net,
		.reader		= &listener->reader,
		.extack		= info->extack,
	};

	return nest ? sockport_request_events(&asking, nest) : 0;
}

static bool is_it(const struct sockport_listener *listener,
		  const struct net *net, u32 portid, bool gone)
{
	return listener->net == net && listener->portid == portid &&
	       sockport_asker_gone(listener->sk) == gone;
}

/* While one socket is being closed, another one may have its number already. */
static struct sockport_listener *listener_find(const struct net *net,
					       u32 portid, bool gone)
{
	struct sockport_listener *listener;

	hlist_for_each_entry(listener, &audience_of(net)->listeners, node)
		if (is_it(listener, net, portid, gone))
			return listener;
	hlist_for_each_entry(listener, &everywhere, node)
		if (is_it(listener, net, portid, gone))
			return listener;
	return NULL;
}

static int listener_may(struct sk_buff *skb, struct genl_info *info)
{
	const struct net *net = genl_info_net(info);

	if (listener_find(net, info->snd_portid, false)) {
		NL_SET_ERR_MSG(info->extack, "this socket listens already");
		return -EALREADY;
	}
	if (audience_of(net)->asked >= LISTENERS_MOST &&
	    !netlink_capable(skb, CAP_SYS_RESOURCE)) {
		NL_SET_ERR_MSG(info->extack,
			       "as many listen here as may");
		return -EUSERS;
	}
	return 0;
}

/* The answer is on its way before any event. */
static void listener_add(struct sockport_listener *listener)
{
	struct sockport_audience *audience = audience_of(listener->net);

	if (listener->everywhere) {
		listener->begin = sockport_events_dropped();
		hlist_add_head(&listener->node, &everywhere);
		sockport_events_everywhere(1);
	} else {
		listener->begin = atomic64_read(&audience->dropped);
		hlist_add_head(&listener->node, &audience->listeners);
	}
	list_add(&listener->all, &listeners);
	WRITE_ONCE(audience->asked, audience->asked + 1);
}

static void listener_remove(struct sockport_listener *listener)
{
	struct sockport_audience *audience = audience_of(listener->net);

	if (listener->everywhere)
		sockport_events_everywhere(-1);
	hlist_del(&listener->node);
	list_del(&listener->all);
	WRITE_ONCE(audience->asked, audience->asked - 1);
	listener_free(listener);
}

static struct sk_buff *answer_new(struct genl_info *info)
{
	struct sk_buff *reply;
	void *hdr;

	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return NULL;
	hdr = genlmsg_put_reply(reply, info, &sockport_family, 0,
				SOCKPORT_CMD_EVENT_LISTEN);
	if (!hdr || nla_put_u64_64bit(reply, SOCKPORT_A_EVENT_TIME,
				      ktime_get_real_ns(),
				      SOCKPORT_A_EVENT_PAD)) {
		nlmsg_free(reply);
		return NULL;
	}
	genlmsg_end(reply, hdr);
	return reply;
}

/* Of all namespaces nobody hears who does not own them. */
static int listener_allowed(struct sk_buff *skb, struct genl_info *info)
{
	const bool all = info->attrs[SOCKPORT_A_EVENT_NETNS_ALL];

	if (netlink_ns_capable(skb, all ? &init_user_ns :
					  genl_info_net(info)->user_ns,
			       CAP_NET_ADMIN))
		return 0;
	if (all)
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[SOCKPORT_A_EVENT_NETNS_ALL],
				    "all namespaces need CAP_NET_ADMIN in the initial user namespace");
	else
		NL_SET_ERR_MSG(info->extack, "events need CAP_NET_ADMIN");
	return -EPERM;
}

int sockport_nl_event_listen_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sockport_listener *listener;
	struct sk_buff *reply;
	int err;

	err = listener_allowed(skb, info);
	if (err)
		return err;
	listener = listener_new(skb, info);
	if (!listener)
		return -ENOMEM;
	err = listener_filter(listener, info);
	if (err)
		goto free_listener;
	err = -ENOMEM;
	reply = answer_new(info);
	if (!reply)
		goto free_listener;
	mutex_lock(&listen_lock);
	err = listener_may(skb, info);
	if (err)
		nlmsg_free(reply);
	else
		err = genlmsg_reply(reply, info);
	if (!err)
		listener_add(listener);
	mutex_unlock(&listen_lock);
	if (!err)
		return 0;
free_listener:
	listener_free(listener);
	return err;
}

static int on_release(struct notifier_block *block, unsigned long action,
		      void *data)
{
	const struct netlink_notify *notify = data;
	struct sockport_listener *listener;

	if (action != NETLINK_URELEASE || notify->protocol != NETLINK_GENERIC ||
	    !READ_ONCE(audience_of(notify->net)->asked))
		return NOTIFY_DONE;
	mutex_lock(&listen_lock);
	listener = listener_find(notify->net, notify->portid, true);
	if (listener)
		listener_remove(listener);
	mutex_unlock(&listen_lock);
	return NOTIFY_DONE;
}

static struct notifier_block release_block = {
	.notifier_call	= on_release,
};

/**
 * sockport_listen_init - be ready for who listens
 *
 * Context: process context, may sleep. Before the family is registered.
 *
 * Return: 0 or a negative errno.
 */
int sockport_listen_init(void)
{
	sockport_events_init(&events_ops);
	return netlink_register_notifier(&release_block);
}

/**
 * sockport_listen_exit - forget who listens
 *
 * Context: process context, may sleep. After the family is unregistered, and
 * no event is told any more.
 */
void sockport_listen_exit(void)
{
	struct sockport_listener *listener, *next;

	netlink_unregister_notifier(&release_block);
	list_for_each_entry_safe(listener, next, &listeners, all)
		listener_remove(listener);
}
