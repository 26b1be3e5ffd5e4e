// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family, see sockport.yaml
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "cgroup.h"
#include "compat.h"
#include "files.h"
#include "filter.h"
#include "memory.h"
#include "net.h"
#include "netlink.h"
#include "other.h"
#include "owners.h"
#include "port.h"
#include "reader.h"
#include "reply.h"
#include "request.h"
#include "scope.h"
#include "sockport-nl-gen.h"
#include "walk.h"

#define WANT_DEFAULT	(SOCKPORT_WANT_QUEUES | SOCKPORT_WANT_OWNER | \
			 SOCKPORT_WANT_COOKIE | SOCKPORT_WANT_TIMER | \
			 SOCKPORT_WANT_MEMORY)

/* What is not for everyone. */
#define WANT_READER	(SOCKPORT_WANT_PROCESSES | SOCKPORT_WANT_CGROUP | \
			 SOCKPORT_WANT_UNLISTED)

static struct genl_family sockport_family;

/**
 * struct query - a request under way
 * @account: namespace of who asks, whose account it goes to
 * @other: namespace asked about instead, with a reference, or NULL
 * @scope: namespaces asked about
 * @filter: what it asks for
 * @reader: who asks
 * @want: mask of enum sockport_want
 * @owners: who has sockets open, when that is asked for
 * @unlisted: sockets that are in no table, likewise
 * @cgroups: paths of cgroups, likewise, or NULL
 * @ports: port table to answer from
 * @at: next row of @ports
 * @walk: or walk to answer from
 */
struct query {
	struct net			*account;
	struct net			*other;
	struct sockport_scope		scope;
	struct sockport_filter		filter;
	struct sockport_reader		reader;
	u32				want;
	struct sockport_owners		owners;
	struct sockport_unlisted	unlisted;
	struct sockport_cgroups		*cgroups;
	union {
		struct {
			struct sockport_ports	ports;
			unsigned int		at;
		};
		struct sockport_walk	walk;
	};
};

/**
 * struct failure - why a dump cannot begin
 * @err: negative errno
 * @extack: what goes with it
 */
struct failure {
	int			err;
	struct netlink_ext_ack	extack;
};

/**
 * struct dump - what a dump keeps from one message to the next
 * @query: the request, or NULL
 * @failure: then this
 */
struct dump {
	struct query	*query;
	struct failure	*failure;
};

/**
 * struct request - a request as it comes in
 * @skb: its message
 * @net: namespace that it came from
 * @attrs: attributes, checked against the policy, or NULL
 * @extack: where to say what is wrong, may be NULL
 */
struct request {
	struct sk_buff		*skb;
	struct net		*net;
	struct nlattr		**attrs;
	struct netlink_ext_ack	*extack;
};

static struct dump *dump_of(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct dump) > sizeof(cb->ctx));
	return (struct dump *)cb->ctx;
}

static struct request do_request(struct sk_buff *skb, struct genl_info *info)
{
	return (struct request) {
		.skb	= skb,
		.net	= genl_info_net(info),
		.attrs	= info->attrs,
		.extack	= info->extack,
	};
}

static const struct nlattr *request_attr(const struct request *request,
					 int attr)
{
	return request->attrs ? request->attrs[attr] : NULL;
}

static void query_free(struct query *query)
{
	struct net *account = query->account;

	if (query->cgroups) {
		sockport_cgroups_exit(query->cgroups);
		sockport_free(account, query->cgroups, sizeof(*query->cgroups));
	}
	sockport_unlisted_exit(&query->unlisted);
	sockport_owners_exit(&query->owners);
	sockport_scope_exit(&query->scope);
	if (query->other)
		put_net(query->other);
	sockport_free(account, query, sizeof(*query));
}

static int query_other(struct query *query, const struct request *request,
		       const struct nlattr *fd)
{
	struct net *net;

	net = get_net_ns_by_fd(nla_get_u32(fd));
	if (IS_ERR(net)) {
		NL_SET_ERR_MSG_ATTR(request->extack, fd,
				    "descriptor is no network namespace");
		return PTR_ERR(net);
	}
	query->other = net;
	sockport_scope_one(&query->scope, query->account, net);
	if (netlink_ns_capable(request->skb, net->user_ns, CAP_NET_ADMIN))
		return 0;
	NL_SET_ERR_MSG_ATTR(request->extack, fd,
			    "needs CAP_NET_ADMIN over that namespace");
	return -EPERM;
}

static int query_all(struct query *query, const struct request *request,
		     const struct nlattr *all)
{
	if (netlink_capable(request->skb, CAP_NET_ADMIN))
		return sockport_scope_all(&query->scope, query->account);
	NL_SET_ERR_MSG_ATTR(request->extack, all,
			    "needs CAP_NET_ADMIN in the initial user namespace");
	return -EPERM;
}

/* Which namespaces it is about, and who asks. */
static int query_scope(struct query *query, const struct request *request,
		       const struct nlattr *fd, const struct nlattr *all)
{
	struct user_namespace *user_ns = request->net->user_ns;
	int err = 0;

	sockport_scope_one(&query->scope, query->account, request->net);
	if (fd && all) {
		NL_SET_ERR_MSG_ATTR(request->extack, all,
				    "one namespace or all of them");
		return -EINVAL;
	}
	if (fd)
		err = query_other(query, request, fd);
	else if (all)
		err = query_all(query, request, all);
	if (err) {
		sockport_scope_one(&query->scope, query->account, request->net);
		return err;
	}
	if (all)
		user_ns = &init_user_ns;
	else if (fd)
		user_ns = query->other->user_ns;
	sockport_reader_init(&query->reader, request->skb, user_ns,
			     query->want & WANT_READER);
	return 0;
}

static struct query *query_new(const struct request *request, u32 want,
			       const struct nlattr *fd,
			       const struct nlattr *all)
{
	struct query *query = sockport_alloc(request->net, sizeof(*query));
	int err;

	if (!query)
		return ERR_PTR(-ENOMEM);
	query->account = request->net;
	query->want = want;
	sockport_owners_init(&query->owners, query->account);
	sockport_unlisted_init(&query->unlisted, query->account, &query->scope,
			       &query->filter, want);
	err = query_scope(query, request, fd, all);
	if (err) {
		query_free(query);
		return ERR_PTR(err);
	}
	return query;
}

/* Look through the files of processes, when that is asked for. */
static int query_files(struct query *query)
{
	const struct sockport_files files = {
		.net		= query->account,
		.reader		= &query->reader,
		.owners		= &query->owners,
		.unlisted	= query->want & SOCKPORT_WANT_UNLISTED ?
				  &query->unlisted : NULL,
	};

	if (!(query->want &
	      (SOCKPORT_WANT_PROCESSES | SOCKPORT_WANT_UNLISTED)))
		return 0;
	return sockport_files_walk(&files);
}

static struct query *query_ports(const struct request *request)
{
	const struct nlattr *want = request_attr(request, SOCKPORT_A_PORT_WANT);
	struct query *query;
	int err;

	query = query_new(request, want ? nla_get_u32(want) &
				   SOCKPORT_WANT_PROCESSES : 0,
			  request_attr(request, SOCKPORT_A_PORT_NETNS_FD),
			  request_attr(request, SOCKPORT_A_PORT_NETNS_ALL));
	if (IS_ERR(query))
		return query;
	err = sockport_request_ports(&query->filter, request->attrs,
				     query->reader.user_ns, request->extack);
	if (!err)
		err = query_files(query);
	if (!err)
		err = sockport_ports_build(&query->ports, &query->scope,
					   &query->filter,
					   query->want ? &query->owners : NULL);
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

static int query_cgroups(struct query *query)
{
	if (!(query->want & SOCKPORT_WANT_CGROUP))
		return 0;
	query->cgroups = sockport_alloc(query->account,
					sizeof(*query->cgroups));
	if (!query->cgroups)
		return -ENOMEM;
	sockport_cgroups_init(query->cgroups, query->account);
	return 0;
}

static int query_walk(struct query *query)
{
	int err;

	err = sockport_walk_init(&query->walk, &query->scope, &query->filter,
				 query->want);
	if (err)
		return err;
	if (query->want & SOCKPORT_WANT_PROCESSES)
		query->walk.owners = &query->owners;
	if (query->want & SOCKPORT_WANT_UNLISTED)
		query->walk.unlisted = &query->unlisted;
	return 0;
}

static struct query *query_sockets(const struct request *request)
{
	const struct nlattr *want = request_attr(request,
						 SOCKPORT_A_SOCKET_WANT);
	struct query *query;
	int err;

	query = query_new(request, want ? nla_get_u32(want) : WANT_DEFAULT,
			  request_attr(request, SOCKPORT_A_SOCKET_NETNS_FD),
			  request_attr(request, SOCKPORT_A_SOCKET_NETNS_ALL));
	if (IS_ERR(query))
		return query;
	err = sockport_request_sockets(&query->filter, request->attrs,
				       query->reader.user_ns, request->extack);
	if (!err)
		err = query_cgroups(query);
	if (!err)
		err = query_files(query);
	if (!err)
		err = query_walk(query);
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
	if (sockport_reply_port(skb, port, query->reader.user_ns,
				&query->owners)) {
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
	const struct sockport_answer answer = {
		.want		= query->want,
		.netns		= query->other || query->scope.slots,
		.reader		= &query->reader,
		.info		= sockport_walk_info(&query->walk),
		.owners		= &query->owners,
		.cgroups	= query->cgroups,
	};
	void *hdr;

	hdr = genlmsg_put(skb, portid, seq, &sockport_family, flags,
			  SOCKPORT_CMD_SOCKET_GET);
	if (!hdr)
		return -EMSGSIZE;
	if (sockport_reply_socket(skb, rec, &answer)) {
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

/*
 * Who sends the request is known here only: the first message may be made when
 * somebody else reads from the socket. There is no extack before 6.12, so what
 * is wrong is told with the first message.
 */
static int dump_start(struct netlink_callback *cb,
		      struct query *(*begin)(const struct request *request))
{
	struct dump *dump = dump_of(cb);
	struct failure *failure;
	struct request request;
	struct query *query;

	failure = kzalloc(sizeof(*failure), GFP_KERNEL);
	if (!failure)
		return -ENOMEM;
	request = (struct request) {
		.skb	= cb->skb,
		.net	= sock_net(cb->skb->sk),
		.attrs	= sockport_dump_attrs(cb),
		.extack	= &failure->extack,
	};
	query = begin(&request);
	if (IS_ERR(query)) {
		failure->err = PTR_ERR(query);
		dump->failure = failure;
		return 0;
	}
	dump->query = query;
	kfree(failure);
	return 0;
}

static int dump_failed(const struct dump *dump, struct netlink_callback *cb)
{
	if (cb->extack)
		*cb->extack = dump->failure->extack;
	return dump->failure->err;
}

static int port_get_start(struct netlink_callback *cb)
{
	return dump_start(cb, query_ports);
}

int sockport_nl_port_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	struct dump *dump = dump_of(cb);
	struct query *query = dump->query;
	int err;

	if (!query)
		return dump_failed(dump, cb);
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
	kfree(dump->failure);
	return 0;
}

static int socket_get_start(struct netlink_callback *cb)
{
	return dump_start(cb, query_sockets);
}

int sockport_nl_socket_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb)
{
	struct dump *dump = dump_of(cb);
	struct query *query = dump->query;
	struct sockport_record *rec;
	int err;

	if (!query)
		return dump_failed(dump, cb);
	while ((rec = sockport_walk_current(&query->walk))) {
		if (IS_ERR(rec))
			return PTR_ERR(rec);
		err = put_socket(skb, NETLINK_CB(cb->skb).portid,
				 cb->nlh->nlmsg_seq, NLM_F_MULTI, query, rec);
		if (err && skb->len)
			return skb->len;
		/* It fits no message: the reader is told at the end. */
		if (err)
			sockport_walk_miss(&query->walk);
		sockport_walk_advance(&query->walk);
	}
	return skb->len;
}

static int socket_get_done(struct netlink_callback *cb)
{
	struct dump *dump = dump_of(cb);

	if (dump->query)
		query_sockets_free(dump->query);
	kfree(dump->failure);
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
	const struct request request = do_request(skb, info);
	struct sk_buff *reply;
	struct query *query;
	int err;

	query = query_ports(&request);
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
	const struct request request = do_request(skb, info);
	struct sk_buff *reply;
	struct query *query;
	int err;

	query = query_sockets(&request);
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
		.start		= socket_get_start,
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
