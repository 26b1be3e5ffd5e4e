/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_QUERY_H
#define SOCKPORT_QUERY_H

#include <linux/types.h>

#include "history/doors.h"
#include "history/last.h"
#include "kinds/unlisted.h"
#include "owners/owners.h"
#include "owners/reader.h"
#include "ports/port.h"
#include "ports/program-table.h"
#include "walk/filter.h"
#include "walk/scope.h"
#include "walk/walk.h"

struct net;
struct netlink_ext_ack;
struct nlattr;
struct sk_buff;
struct sockport_asking;
struct sockport_cgroups;

/**
 * struct sockport_request - a request as it comes in
 * @skb: its message
 * @net: namespace that it came from
 * @attrs: attributes, checked against the policy, or NULL
 * @extack: where to say what is wrong, may be NULL
 */
struct sockport_request {
	struct sk_buff		*skb;
	struct net		*net;
	struct nlattr		**attrs;
	struct netlink_ext_ack	*extack;
};

/**
 * struct sockport_some_doors - closed doors on their way to the reader
 * @place: where to go on with sockport_doors_read()
 * @count: how many of @door there are
 * @at: next of them
 * @door: closed doors of all namespaces
 */
struct sockport_some_doors {
	unsigned int		place;
	unsigned int		count;
	unsigned int		at;
	struct sockport_door	door[32];
};

/**
 * struct sockport_some_ended - connections that ended on their way to the reader
 * @space: index of their namespace in the scope
 * @place: where to go on with sockport_last_read()
 * @count: how many of @ended there are
 * @at: next of them
 * @ended: connections
 */
struct sockport_some_ended {
	unsigned int		space;
	struct sockport_last_place place;
	unsigned int		count;
	unsigned int		at;
	struct sockport_ended	ended[16];
};

/**
 * struct sockport_some_programs - programs on their way to the reader
 * @all: they
 * @at: next of them
 */
struct sockport_some_programs {
	struct sockport_programs	all;
	unsigned int			at;
};

/**
 * struct sockport_query - a request under way
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
 * @doors: or closed doors
 * @ended: or connections that ended
 * @programs: or what programs did
 */
struct sockport_query {
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
		struct sockport_some_doors doors;
		struct sockport_some_ended ended;
		struct sockport_some_programs programs;
	};
};

/**
 * sockport_request_attr - an attribute of a request
 * @request: the request
 * @attr: its number
 *
 * Return: the attribute, or NULL.
 */
static inline const struct nlattr *
sockport_request_attr(const struct sockport_request *request, int attr)
{
	return request->attrs ? request->attrs[attr] : NULL;
}

/* For the files that begin with query only. */
struct sockport_query *
sockport_query_new(const struct sockport_request *request, u32 want,
		   const struct nlattr *filter, const struct nlattr *fd,
		   const struct nlattr *all);
void sockport_query_free(struct sockport_query *query);
int sockport_query_cgroups(struct sockport_query *query);
int sockport_query_end(const struct sockport_query *query);
struct sockport_asking
sockport_query_asking(struct sockport_query *query,
		      const struct sockport_request *request);

struct sockport_query *
sockport_query_ports(const struct sockport_request *request);
void sockport_query_ports_free(struct sockport_query *query);
struct sockport_query *
sockport_query_sockets(const struct sockport_request *request);
void sockport_query_sockets_free(struct sockport_query *query);
bool sockport_query_wants(const struct sockport_query *query,
			  const struct sockport_record *rec);
struct sockport_query *
sockport_query_doors(const struct sockport_request *request);
void sockport_query_doors_free(struct sockport_query *query);
struct sockport_query *
sockport_query_closed(const struct sockport_request *request);
void sockport_query_closed_free(struct sockport_query *query);
struct sockport_query *
sockport_query_programs(const struct sockport_request *request);
void sockport_query_programs_free(struct sockport_query *query);

#endif /* SOCKPORT_QUERY_H */
