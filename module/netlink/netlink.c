// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family, see sockport.yaml
 */
#include <linux/module.h>
#include <net/genetlink.h>

#include "compat.h"
#include "events/event.h"
#include "gen/sockport-nl-gen.h"
#include "history/doors.h"
#include "history/era.h"
#include "net.h"
#include "netlink/closed.h"
#include "netlink/dump.h"
#include "netlink/listen.h"
#include "netlink/netlink.h"
#include "netlink/programs.h"
#include "netlink/query.h"
#include "netlink/reply.h"
#include "netlink/sockets.h"
#include "owners/owners.h"
#include "ports/port.h"

static int put_port(struct sk_buff *skb, u32 portid, u32 seq, int flags,
		    const struct sockport_query *query,
		    const struct sockport_port *port)
{
	void *hdr;

	hdr = genlmsg_put(skb, portid, seq, &sockport_family, flags,
			  SOCKPORT_CMD_PORT_GET);
	if (!hdr)
		return -EMSGSIZE;
	if (sockport_reply_port(skb, port, query->reader.user_ns,
				&query->owners, query->cgroups)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

static int put_door(struct sk_buff *skb, struct netlink_callback *cb,
		    const struct sockport_door *door, u32 netns)
{
	void *hdr;

	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			  &sockport_family, NLM_F_MULTI,
			  SOCKPORT_CMD_CLOSED_DOOR_GET);
	if (!hdr)
		return -EMSGSIZE;
	if (sockport_reply_door(skb, door, netns)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* With all its workers, or distributions, a row may be too long for a page. */
static size_t port_size(const struct sockport_query *query)
{
	return query->want & (SOCKPORT_WANT_WORKERS |
			      SOCKPORT_WANT_DISTRIBUTIONS) ?
	       genlmsg_msg_size(2 * NLMSG_DEFAULT_SIZE) : GENLMSG_DEFAULT_SIZE;
}

static int port_get_start(struct netlink_callback *cb)
{
	const struct sockport_dump *dump = sockport_dump_of(cb);
	int err;

	err = sockport_dump_start(cb, sockport_query_ports);
	if (!err && dump->query)
		cb->min_dump_alloc = port_size(dump->query);
	return err;
}

static int port_get_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct sockport_dump *dump = sockport_dump_of(cb);
	struct sockport_query *query = dump->query;
	int err;

	if (!query)
		return sockport_dump_failed(dump, cb);
	while (query->at < query->ports.count) {
		err = put_port(skb, NETLINK_CB(cb->skb).portid,
			       cb->nlh->nlmsg_seq, NLM_F_MULTI, query,
			       query->ports.row[query->at]);
		if (err)
			return sockport_dump_result(skb, err);
		query->at++;
	}
	return skb->len ?: query->ports.err ?: sockport_query_end(query);
}

int sockport_nl_port_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	return sockport_dump_paid(skb, cb, port_get_dump);
}

static int port_get_done(struct netlink_callback *cb)
{
	return sockport_dump_done(cb, sockport_query_ports_free);
}

static int closed_door_get_start(struct netlink_callback *cb)
{
	return sockport_dump_start(cb, sockport_query_doors);
}

/* None when history was switched off meanwhile. */
static void read_doors(struct sockport_some_doors *doors)
{
	struct sockport_era *era = sockport_era_get();

	doors->at = 0;
	doors->count = 0;
	if (!era)
		return;
	doors->count = sockport_doors_read(era->doors, &doors->place,
					   doors->door,
					   ARRAY_SIZE(doors->door));
	sockport_era_put(era);
}

/* The next door, which stays the next until it is told. */
static const struct sockport_door *next_door(struct sockport_some_doors *doors)
{
	if (doors->at == doors->count)
		read_doors(doors);
	return doors->count ? &doors->door[doors->at] : NULL;
}

static int closed_door_get_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct sockport_dump *dump = sockport_dump_of(cb);
	struct sockport_query *query = dump->query;
	const struct sockport_door *door;
	struct sockport_space *space;
	int err;

	if (!query)
		return sockport_dump_failed(dump, cb);
	while ((door = next_door(&query->doors))) {
		/* The scope's namespaces live; one that died is not found. */
		space = sockport_scope_find(&query->scope, door->net);
		err = space ? put_door(skb, cb, door, space->inode) : 0;
		if (err)
			return sockport_dump_result(skb, err);
		query->doors.at++;
	}
	return skb->len;
}

int sockport_nl_closed_door_get_dumpit(struct sk_buff *skb,
				       struct netlink_callback *cb)
{
	return sockport_dump_paid(skb, cb, closed_door_get_dump);
}

static int closed_door_get_done(struct netlink_callback *cb)
{
	return sockport_dump_done(cb, sockport_query_doors_free);
}

int sockport_nl_port_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct sockport_request request = sockport_do_request(skb, info);
	struct sk_buff *reply;
	struct sockport_query *query;
	int err;

	query = sockport_query_ports(&request);
	if (IS_ERR(query))
		return PTR_ERR(query);

	err = query->ports.err;
	if (err) {
		NL_SET_ERR_MSG(info->extack, "sockets had to be left out");
		goto free_query;
	}
	err = -ENOENT;
	if (!query->ports.count) {
		NL_SET_ERR_MSG(info->extack, "no port matches");
		goto free_query;
	}
	err = -ENOTUNIQ;
	if (query->ports.count > 1) {
		NL_SET_ERR_MSG(info->extack, "several ports match");
		goto free_query;
	}
	err = -ENOMEM;
	reply = genlmsg_new(port_size(query), GFP_KERNEL);
	if (!reply)
		goto free_query;
	err = put_port(reply, info->snd_portid, info->snd_seq, 0, query,
		       query->ports.row[0]);
	err = sockport_send_reply(reply, err ?: sockport_query_end(query), info);
free_query:
	sockport_query_ports_free(query);
	return err;
}

int sockport_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply;
	void *hdr;
	int err;

	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	err = -EMSGSIZE;
	hdr = genlmsg_put_reply(reply, info, &sockport_family, 0,
				SOCKPORT_CMD_STATS_GET);
	if (hdr)
		err = sockport_reply_stats(reply,
					   sockport_stats(genl_info_net(info)));
	if (!err)
		genlmsg_end(reply, hdr);
	return sockport_send_reply(reply, err, info);
}

int sockport_nl_history_reset_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct sockport_event event = {
		.type = SOCKPORT_EVENT_TYPE_RESET,
		.time = ktime_get_real_ns(),
	};
	struct net *net = genl_info_net(info);
	int err;

	if (!netlink_ns_capable(skb, net->user_ns, CAP_NET_ADMIN)) {
		NL_SET_ERR_MSG(info->extack,
			       "needs CAP_NET_ADMIN over this namespace");
		return -EPERM;
	}
	err = sockport_era_reset(net);
	if (err) {
		NL_SET_ERR_MSG(info->extack, "history is switched off");
		return err;
	}
	if (sockport_events_wanted(net))
		sockport_event_post(net, &event);
	return 0;
}

static const struct genl_ops sockport_ops[] = {
	{
		.cmd		= SOCKPORT_CMD_PORT_GET,
		.policy		= sockport_port_get_nl_policy,
		.maxattr	= SOCKPORT_A_PORT_NETNS_ALL,
		.doit		= sockport_nl_port_get_doit,
		.start		= port_get_start,
		.dumpit		= sockport_nl_port_get_dumpit,
		.done		= port_get_done,
	},
	{
		.cmd		= SOCKPORT_CMD_SOCKET_GET,
		.policy		= sockport_socket_get_nl_policy,
		.maxattr	= SOCKPORT_A_SOCKET_NETNS_ALL,
		.doit		= sockport_nl_socket_get_doit,
		.start		= sockport_sockets_start,
		.dumpit		= sockport_nl_socket_get_dumpit,
		.done		= sockport_sockets_done,
	},
	{
		.cmd		= SOCKPORT_CMD_STATS_GET,
		.doit		= sockport_nl_stats_get_doit,
	},
	{
		.cmd		= SOCKPORT_CMD_CLOSED_DOOR_GET,
		.policy		= sockport_closed_door_get_nl_policy,
		.maxattr	= SOCKPORT_A_CLOSED_DOOR_NETNS_ALL,
		.start		= closed_door_get_start,
		.dumpit		= sockport_nl_closed_door_get_dumpit,
		.done		= closed_door_get_done,
	},
	{
		.cmd		= SOCKPORT_CMD_HISTORY_RESET,
		.doit		= sockport_nl_history_reset_doit,
	},
	{
		.cmd		= SOCKPORT_CMD_EVENT_LISTEN,
		.policy		= sockport_event_listen_nl_policy,
		.maxattr	= SOCKPORT_A_EVENT_NETNS_ALL,
		.doit		= sockport_nl_event_listen_doit,
	},
	{
		.cmd		= SOCKPORT_CMD_CLOSED_GET,
		.policy		= sockport_closed_get_nl_policy,
		.maxattr	= SOCKPORT_A_EVENT_NETNS_ALL,
		.start		= sockport_closed_start,
		.dumpit		= sockport_nl_closed_get_dumpit,
		.done		= sockport_closed_done,
	},
	{
		.cmd		= SOCKPORT_CMD_PROGRAM_GET,
		.policy		= sockport_program_get_nl_policy,
		.maxattr	= SOCKPORT_A_PROGRAM_NETNS_ALL,
		.start		= sockport_programs_start,
		.dumpit		= sockport_nl_program_get_dumpit,
		.done		= sockport_programs_done,
	},
};

static const struct genl_multicast_group sockport_groups[] = {
	[SOCKPORT_NLGRP_EVENTS] = {
		.name	= SOCKPORT_MCGRP_EVENTS,
		.flags	= GENL_MCAST_CAP_NET_ADMIN,
	},
};

struct genl_family sockport_family __ro_after_init = {
	.name		= SOCKPORT_FAMILY_NAME,
	.version	= SOCKPORT_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.ops		= sockport_ops,
	.n_ops		= ARRAY_SIZE(sockport_ops),
	.mcgrps		= sockport_groups,
	.n_mcgrps	= ARRAY_SIZE(sockport_groups),
};

/**
 * sockport_netlink_init - register the family
 *
 * Nobody is told events before sockport_events_take().
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or a negative errno.
 */
int sockport_netlink_init(void)
{
	int err;

	err = sockport_listen_init();
	if (err)
		return err;
	err = genl_register_family(&sockport_family);
	if (err)
		sockport_listen_exit();
	return err;
}

/**
 * sockport_netlink_exit - unregister the family
 *
 * After sockport_lifecycle_end(): the number of its group may be another
 * family's as soon as it is gone.
 *
 * Context: process context. A dump under way holds the module, so there is
 * none; waits for requests that are being answered.
 */
void sockport_netlink_exit(void)
{
	genl_unregister_family(&sockport_family);
	sockport_listen_exit();
}
