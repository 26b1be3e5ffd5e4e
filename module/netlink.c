// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family, see sockport.yaml
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "compat.h"
#include "filter.h"
#include "memory.h"
#include "net.h"
#include "netlink.h"
#include "port.h"
#include "reply.h"
#include "request.h"
#include "sockport-nl-gen.h"
#include "walk.h"

#define WANT_DEFAULT	(SOCKPORT_WANT_QUEUES | SOCKPORT_WANT_OWNER | \
			 SOCKPORT_WANT_COOKIE | SOCKPORT_WANT_TIMER | \
			 SOCKPORT_WANT_MEMORY)

static struct genl_family sockport_family;

/**
 * struct query - a request under way
 * @net: whose sockets it is about
 * @filter: what it asks for
 * @user_ns: user namespace of who asks
 * @net_admin: who asks has CAP_NET_ADMIN over the network namespace
 * @ports: port table to answer from
 * @at: next row of @ports
 * @walk: or walk to answer from
 */
struct query {
	struct net			*net;
	struct sockport_filter		filter;
	struct user_namespace		*user_ns;
	bool				net_admin;
	union {
		struct {
			struct sockport_ports	ports;
			unsigned int		at;
		};
		struct sockport_walk	walk;
	};
};

/**
 * struct dump - what a dump keeps from one message to the next
 * @query: the request, NULL before the first message
 */
struct dump {
	struct query	*query;
};

static struct dump *dump_of(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct dump) > sizeof(cb->ctx));
	return (struct dump *)cb->ctx;
}

static void query_free(struct query *query)
{
	sockport_free(query->net, query, sizeof(*query));
}

/* Judged by who sent the request and who opened the socket, both. */
static struct query *query_new(struct sk_buff *request, struct net *net)
{
	struct query *query = sockport_alloc(net, sizeof(*query));

	if (!query)
		return NULL;
	query->net = net;
	query->user_ns = sk_user_ns(NETLINK_CB(request).sk);
	query->net_admin = netlink_ns_capable(request, net->user_ns,
					      CAP_NET_ADMIN);
	return query;
}

static struct query *query_ports(struct sk_buff *request, struct net *net,
				 struct nlattr **attrs,
				 struct netlink_ext_ack *extack)
{
	struct query *query = query_new(request, net);
	int err;

	if (!query)
		return ERR_PTR(-ENOMEM);
	err = sockport_request_ports(&query->filter, attrs, query->user_ns,
				     extack);
	if (!err)
		err = sockport_ports_build(&query->ports, net, &query->filter);
	if (err) {
		query_free(query);
		return ERR_PTR(err);
	}
	return query;
}

static void query_ports_free(struct query *query)
{
	sockport_ports_free(&query->ports);
	query_free(query);
}

static struct query *query_sockets(struct sk_buff *request, struct net *net,
				   struct nlattr **attrs,
				   struct netlink_ext_ack *extack)
{
	struct query *query = query_new(request, net);
	u32 want = WANT_DEFAULT;
	int err;

	if (!query)
		return ERR_PTR(-ENOMEM);
	if (attrs && attrs[SOCKPORT_A_SOCKET_WANT])
		want = nla_get_u32(attrs[SOCKPORT_A_SOCKET_WANT]);
	err = sockport_request_sockets(&query->filter, attrs, query->user_ns,
				       extack);
	if (!err)
		err = sockport_walk_init(&query->walk, net, &query->filter,
					 want);
	if (err) {
		query_free(query);
		return ERR_PTR(err);
	}
	return query;
}

static void query_sockets_free(struct query *query)
{
	sockport_walk_exit(&query->walk);
	query_free(query);
}

static int put_port(struct sk_buff *skb, u32 portid, u32 seq, int flags,
		    const struct query *query, const struct sockport_port *port)
{
	void *hdr;

	hdr = genlmsg_put(skb, portid, seq, &sockport_family, flags,
			  SOCKPORT_CMD_PORT_GET);
	if (!hdr)
		return -EMSGSIZE;
	if (sockport_reply_port(skb, port, query->user_ns)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

static int put_socket(struct sk_buff *skb, u32 portid, u32 seq, int flags,
		      const struct query *query,
		      const struct sockport_record *rec)
{
	void *hdr;

	hdr = genlmsg_put(skb, portid, seq, &sockport_family, flags,
			  SOCKPORT_CMD_SOCKET_GET);
	if (!hdr)
		return -EMSGSIZE;
	if (sockport_reply_socket(skb, rec, sockport_walk_info(&query->walk),
				  query->user_ns, query->net_admin)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* A full message is not the end; one that takes nothing at all is. */
static int dump_result(const struct sk_buff *skb, int err)
{
	return err == -EMSGSIZE && skb->len ? skb->len : err;
}

int sockport_nl_port_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	struct dump *dump = dump_of(cb);
	struct query *query = dump->query;
	int err = 0;

	/* Not in .start, which has no extack before 6.12. */
	if (!query) {
		query = query_ports(cb->skb, sock_net(cb->skb->sk),
				    sockport_dump_attrs(cb), cb->extack);
		if (IS_ERR(query))
			return PTR_ERR(query);
		dump->query = query;
	}
	while (query->at < query->ports.count) {
		err = put_port(skb, NETLINK_CB(cb->skb).portid,
			       cb->nlh->nlmsg_seq, NLM_F_MULTI, query,
			       query->ports.row[query->at]);
		if (err)
			return dump_result(skb, err);
		query->at++;
	}
	return query->ports.err && !skb->len ? query->ports.err : skb->len;
}

static int port_get_done(struct netlink_callback *cb)
{
	struct dump *dump = dump_of(cb);

	if (dump->query)
		query_ports_free(dump->query);
	return 0;
}

int sockport_nl_socket_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb)
{
	struct dump *dump = dump_of(cb);
	struct query *query = dump->query;
	struct sockport_record *rec;
	int err;

	/* Not in .start, which has no extack before 6.12. */
	if (!query) {
		query = query_sockets(cb->skb, sock_net(cb->skb->sk),
				      sockport_dump_attrs(cb), cb->extack);
		if (IS_ERR(query))
			return PTR_ERR(query);
		dump->query = query;
	}
	while ((rec = sockport_walk_current(&query->walk))) {
		if (IS_ERR(rec))
			return PTR_ERR(rec);
		err = put_socket(skb, NETLINK_CB(cb->skb).portid,
				 cb->nlh->nlmsg_seq, NLM_F_MULTI, query, rec);
		if (err)
			return dump_result(skb, err);
		sockport_walk_advance(&query->walk);
	}
	return skb->len;
}

static int socket_get_done(struct netlink_callback *cb)
{
	struct dump *dump = dump_of(cb);

	if (dump->query)
		query_sockets_free(dump->query);
	return 0;
}

/* Send a reply that put_port() or put_socket() has filled, or could not. */
static int send_reply(struct sk_buff *reply, int err, struct genl_info *info)
{
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	return genlmsg_reply(reply, info);
}

int sockport_nl_port_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply;
	struct query *query;
	int err;

	query = query_ports(skb, genl_info_net(info), info->attrs,
			    info->extack);
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
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		goto free_query;
	err = put_port(reply, info->snd_portid, info->snd_seq, 0, query,
		       query->ports.row[0]);
	err = send_reply(reply, err, info);
free_query:
	query_ports_free(query);
	return err;
}

/* Fill @reply with the one socket that the query's walk has to offer. */
static int put_only_socket(struct sk_buff *reply, struct genl_info *info,
			   struct query *query)
{
	struct sockport_record *rec;
	int err;

	rec = sockport_walk_current(&query->walk);
	if (IS_ERR(rec))
		return PTR_ERR(rec);
	if (!rec) {
		NL_SET_ERR_MSG(info->extack, "no socket matches");
		return -ENOENT;
	}
	err = put_socket(reply, info->snd_portid, info->snd_seq, 0, query, rec);
	if (err)
		return err;
	sockport_walk_advance(&query->walk);

	rec = sockport_walk_current(&query->walk);
	if (IS_ERR(rec))
		return PTR_ERR(rec);
	if (rec) {
		NL_SET_ERR_MSG(info->extack,
			       "several sockets match, a cookie tells them apart");
		return -ENOTUNIQ;
	}
	return 0;
}

int sockport_nl_socket_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply;
	struct query *query;
	int err;

	query = query_sockets(skb, genl_info_net(info), info->attrs,
			      info->extack);
	if (IS_ERR(query))
		return PTR_ERR(query);

	err = -ENOMEM;
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (reply) {
		err = put_only_socket(reply, info, query);
		err = send_reply(reply, err, info);
	}
	query_sockets_free(query);
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
	return send_reply(reply, err, info);
}

static const struct genl_ops sockport_ops[] = {
	{
		.cmd		= SOCKPORT_CMD_PORT_GET,
		.policy		= sockport_port_get_nl_policy,
		.maxattr	= SOCKPORT_A_PORT_PORT,
		.doit		= sockport_nl_port_get_doit,
		.dumpit		= sockport_nl_port_get_dumpit,
		.done		= port_get_done,
	},
	{
		.cmd		= SOCKPORT_CMD_SOCKET_GET,
		.policy		= sockport_socket_get_nl_policy,
		.maxattr	= SOCKPORT_A_SOCKET_COOKIE,
		.doit		= sockport_nl_socket_get_doit,
		.dumpit		= sockport_nl_socket_get_dumpit,
		.done		= socket_get_done,
	},
	{
		.cmd		= SOCKPORT_CMD_STATS_GET,
		.doit		= sockport_nl_stats_get_doit,
	},
};

static struct genl_family sockport_family __ro_after_init = {
	.name		= SOCKPORT_FAMILY_NAME,
	.version	= SOCKPORT_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.ops		= sockport_ops,
	.n_ops		= ARRAY_SIZE(sockport_ops),
};

/**
 * sockport_netlink_init - register the family
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or a negative errno.
 */
int sockport_netlink_init(void)
{
	return genl_register_family(&sockport_family);
}

/**
 * sockport_netlink_exit - unregister the family
 *
 * Context: process context. A dump under way holds the module, so there is
 * none; waits for requests that are being answered.
 */
void sockport_netlink_exit(void)
{
	genl_unregister_family(&sockport_family);
}
