// SPDX-License-Identifier: GPL-2.0
/*
 * From a request to what answers it: whose namespaces it is about, what the
 * reader may see of them, and a port table or a walk that has it
 */
#include <linux/pid_namespace.h>
#include <linux/netlink.h>
#include <net/net_namespace.h>

#include "history/follow.h"
#include "memory/memory.h"
#include "netlink/query.h"
#include "netlink/request.h"
#include "owners/cgroup.h"
#include "owners/files.h"
#include "owners/listeners.h"

#define WANT_DEFAULT	(SOCKPORT_WANT_QUEUES | SOCKPORT_WANT_OWNER | \
			 SOCKPORT_WANT_COOKIE | SOCKPORT_WANT_TIMER | \
			 SOCKPORT_WANT_MEMORY)

/* What is not for everyone. */
#define WANT_READER	(SOCKPORT_WANT_PROCESSES | SOCKPORT_WANT_CGROUP | \
			 SOCKPORT_WANT_UNLISTED | SOCKPORT_WANT_OPENER | \
			 SOCKPORT_WANT_WORKERS)

/* What can be asked of ports. */
#define WANT_PORTS	(SOCKPORT_WANT_PROCESSES | SOCKPORT_WANT_AGE | \
			 SOCKPORT_WANT_RECALL)

/**
 * sockport_query_free - be done with a request
 * @query: what sockport_query_new() returned, without what answers it
 *
 * Context: process context, may sleep.
 */
void sockport_query_free(struct sockport_query *query)
{
	struct net *account = query->account;

	if (query->cgroups) {
		sockport_cgroups_exit(query->cgroups);
		sockport_free(account, query->cgroups, sizeof(*query->cgroups));
	}
	sockport_filter_exit(&query->filter, query->account);
	sockport_unlisted_exit(&query->unlisted);
	sockport_owners_exit(&query->owners);
	sockport_scope_exit(&query->scope);
	if (query->reader.pid_ns)
		put_pid_ns(query->reader.pid_ns);
	if (query->other)
		put_net(query->other);
	sockport_free(account, query, sizeof(*query));
}

static int query_other(struct sockport_query *query,
		       const struct sockport_request *request,
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

static int query_all(struct sockport_query *query,
		     const struct sockport_request *request,
		     const struct nlattr *all)
{
	if (netlink_capable(request->skb, CAP_NET_ADMIN))
		return sockport_scope_all(&query->scope, query->account);
	NL_SET_ERR_MSG_ATTR(request->extack, all,
			    "needs CAP_NET_ADMIN in the initial user namespace");
	return -EPERM;
}

/* Which namespaces it is about, and who asks. */
static int query_scope(struct sockport_query *query,
		       const struct sockport_request *request,
		       const struct nlattr *filter, const struct nlattr *fd,
		       const struct nlattr *all)
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
			     query->want & WANT_READER || filter);
	/* Who opened a port is told while the answer is made. */
	get_pid_ns(query->reader.pid_ns);
	return 0;
}

/**
 * sockport_query_new - begin to take in a request
 * @request: the request
 * @want: mask of enum sockport_want
 * @filter: attribute of the request, or NULL
 * @fd: likewise, of the namespace asked about
 * @all: likewise, that all are
 *
 * Context: process context of who sends the request, may sleep.
 *
 * Return: the query, for sockport_query_free(); or an ERR_PTR, with a message in
 * @request->extack when the request is at fault.
 */
struct sockport_query *
sockport_query_new(const struct sockport_request *request, u32 want,
		   const struct nlattr *filter, const struct nlattr *fd,
		   const struct nlattr *all)
{
	struct sockport_query *query;
	int err;

	query = sockport_alloc(request->net, sizeof(*query));
	if (!query)
		return ERR_PTR(-ENOMEM);
	query->account = request->net;
	query->want = want;
	sockport_owners_init(&query->owners, query->account, &query->filter);
	sockport_unlisted_init(&query->unlisted, query->account, &query->scope,
			       &query->filter, want);
	err = query_scope(query, request, filter, fd, all);
	if (err) {
		sockport_query_free(query);
		return ERR_PTR(err);
	}
	return query;
}

static bool filter_sees(const struct sockport_filter *filter, kuid_t owner)
{
	const struct sockport_query *query =
		container_of(filter, struct sockport_query, filter);

	return sockport_reader_sees_uid(&query->reader, owner);
}

static const struct sockport_filter_ops filter_ops = {
	.sees		= filter_sees,
	.age		= sockport_follow_age,
	.state_age	= sockport_follow_state_age,
};

/**
 * sockport_query_asking - what is asked of a request's attributes
 * @query: the query that they are for
 * @request: the request
 */
struct sockport_asking
sockport_query_asking(struct sockport_query *query,
		      const struct sockport_request *request)
{
	return (struct sockport_asking) {
		.filter		= &query->filter,
		.account	= query->account,
		.reader		= &query->reader,
		.ops		= &filter_ops,
		.extack		= request->extack,
	};
}

/* Look through the files of processes, when that is asked for. */
static int query_files(struct sockport_query *query)
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

/**
 * sockport_query_cgroups - be ready to tell cgroups, when they are wanted
 * @query: the query
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int sockport_query_cgroups(struct sockport_query *query)
{
	if (!(query->want & (SOCKPORT_WANT_CGROUP | SOCKPORT_WANT_OPENER)))
		return 0;
	query->cgroups = sockport_alloc(query->account,
					sizeof(*query->cgroups));
	if (!query->cgroups)
		return -ENOMEM;
	sockport_cgroups_init(query->cgroups, query->account);
	return 0;
}

/**
 * sockport_query_end - was all told that there is to tell?
 * @query: the query, of which nothing is left
 *
 * Return: 0, or -ENOMEM when cgroups are missing in the answer.
 */
int sockport_query_end(const struct sockport_query *query)
{
	return query->cgroups && query->cgroups->failed ? -ENOMEM : 0;
}

static int query_table(struct sockport_query *query)
{
	const struct sockport_ports_ask ask = {
		.scope	= &query->scope,
		.filter	= &query->filter,
		.owners	= query->want & SOCKPORT_WANT_PROCESSES ?
			  &query->owners : NULL,
		.reader	= &query->reader,
		.want	= query->want,
	};

	return sockport_ports_build(&query->ports, &ask);
}

/**
 * sockport_query_ports - take in a request for ports
 * @request: the request
 *
 * Rights are judged and the port table is built here, so that nothing depends
 * on who reads the answer.
 *
 * Context: process context of who sends the request, may sleep.
 *
 * Return: the query with its port table, for sockport_query_ports_free(); or
 * an ERR_PTR, with a message in @request->extack when the request is at fault.
 */
struct sockport_query *
sockport_query_ports(const struct sockport_request *request)
{
	const struct nlattr *want = sockport_request_attr(request, SOCKPORT_A_PORT_WANT);
	struct sockport_asking asking;
	struct sockport_query *query;
	int err;

	query = sockport_query_new(request, want ? nla_get_u32(want) & WANT_PORTS : 0,
				   sockport_request_attr(request, SOCKPORT_A_PORT_FILTER),
				   sockport_request_attr(request, SOCKPORT_A_PORT_NETNS_FD),
				   sockport_request_attr(request, SOCKPORT_A_PORT_NETNS_ALL));
	if (IS_ERR(query))
		return query;
	asking = sockport_query_asking(query, request);
	err = sockport_request_ports(&asking, request->attrs);
	if (!err)
		err = query_files(query);
	if (!err)
		err = sockport_query_cgroups(query);
	if (!err)
		err = query_table(query);
	if (err) {
		sockport_query_free(query);
		return ERR_PTR(err);
	}
	return query;
}

/**
 * sockport_query_ports_free - be done with a request for ports
 * @query: what sockport_query_ports() returned
 *
 * Context: process context, may sleep.
 */
void sockport_query_ports_free(struct sockport_query *query)
{
	sockport_ports_free(&query->ports);
	sockport_query_free(query);
}

static int query_walk(struct sockport_query *query)
{
	int err;

	err = sockport_walk_init(&query->walk, &query->scope, &query->filter,
				 query->want, NULL);
	if (err)
		return err;
	if (query->want & SOCKPORT_WANT_PROCESSES)
		query->walk.waiting = &query->owners.waiting;
	if (query->want & SOCKPORT_WANT_AGE)
		query->walk.age = sockport_follow_state_age;
	if (query->want & SOCKPORT_WANT_UNLISTED)
		query->walk.unlisted = &query->unlisted;
	return 0;
}

/* Whose sockets they are is known only when that is wanted. */
static int query_pids(const struct sockport_query *query,
		      const struct sockport_request *request)
{
	if (!query->filter.pids || query->want & SOCKPORT_WANT_PROCESSES)
		return 0;
	NL_SET_ERR_MSG_ATTR(request->extack,
			    request->attrs[SOCKPORT_A_SOCKET_FILTER],
			    "processes can be asked for when they are wanted");
	return -EINVAL;
}

/**
 * sockport_query_wants - is a socket one that is asked for?
 * @query: the request
 * @rec: a socket of its walk
 *
 * Context: process context, may sleep.
 *
 * Return: false when it is none of the processes' that are asked for.
 */
bool sockport_query_wants(const struct sockport_query *query,
			  const struct sockport_record *rec)
{
	struct sockport_port_opener opener;
	struct sockport_owner owner;

	if (!query->filter.pids)
		return true;
	owner = sockport_owner_of(&query->owners, rec);
	if (owner.held)
		return owner.held->first;
	return !owner.kernel &&
	       sockport_port_remembers(rec, &query->reader, &opener) &&
	       sockport_filter_pid(&query->filter, opener.pid);
}

/**
 * sockport_query_sockets - take in a request for sockets
 * @request: the request
 *
 * Rights are judged and file tables are looked through here; the walk is made
 * while the answer is.
 *
 * Context: process context of who sends the request, may sleep.
 *
 * Return: the query with its walk, for sockport_query_sockets_free(); or an
 * ERR_PTR, with a message in @request->extack when the request is at fault.
 */
struct sockport_query *
sockport_query_sockets(const struct sockport_request *request)
{
	const struct nlattr *want = sockport_request_attr(request,
							  SOCKPORT_A_SOCKET_WANT);
	struct sockport_asking asking;
	struct sockport_query *query;
	int err;

	query = sockport_query_new(request, want ? nla_get_u32(want) : WANT_DEFAULT,
				   sockport_request_attr(request, SOCKPORT_A_SOCKET_FILTER),
				   sockport_request_attr(request, SOCKPORT_A_SOCKET_NETNS_FD),
				   sockport_request_attr(request, SOCKPORT_A_SOCKET_NETNS_ALL));
	if (IS_ERR(query))
		return query;
	asking = sockport_query_asking(query, request);
	err = sockport_request_sockets(&asking, request->attrs);
	if (!err)
		err = query_pids(query, request);
	if (!err)
		err = sockport_query_cgroups(query);
	if (!err)
		err = query_files(query);
	if (!err)
		err = query_walk(query);
	if (err) {
		sockport_query_free(query);
		return ERR_PTR(err);
	}
	return query;
}

/**
 * sockport_query_sockets_free - be done with a request for sockets
 * @query: what sockport_query_sockets() returned
 *
 * Context: process context, may sleep.
 */
void sockport_query_sockets_free(struct sockport_query *query)
{
	sockport_walk_exit(&query->walk);
	sockport_query_free(query);
}
