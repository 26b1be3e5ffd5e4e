// SPDX-License-Identifier: GPL-2.0
/*
 * From a request to what answers it, of what is remembered: closed doors, connections
 * that ended, programs
 */
#include <linux/err.h>
#include <linux/netlink.h>
#include <net/net_namespace.h>

#include "history/era.h"
#include "history/last.h"
#include "netlink/query.h"
#include "netlink/request.h"
#include "ports/program-table.h"

/**
 * sockport_query_doors - take in a request for closed doors
 * @request: the request
 *
 * Who knocked is nothing that the kernel tells everyone, it needs CAP_NET_ADMIN
 * over the namespaces asked about.
 *
 * Context: process context of who sends the request, may sleep.
 *
 * Return: the query, for sockport_query_doors_free(); or an ERR_PTR, with a
 * message in @request->extack when the request is at fault.
 */
struct sockport_query *
sockport_query_doors(const struct sockport_request *request)
{
	struct sockport_query *query;
	int err;

	query = sockport_query_new(request, 0, NULL,
				   sockport_request_attr(request,
							 SOCKPORT_A_CLOSED_DOOR_NETNS_FD),
				   sockport_request_attr(request,
							 SOCKPORT_A_CLOSED_DOOR_NETNS_ALL));
	if (IS_ERR(query))
		return query;
	if (!query->reader.net_admin) {
		NL_SET_ERR_MSG(request->extack,
			       "needs CAP_NET_ADMIN over the namespace");
		err = -EPERM;
	} else if (!sockport_era_is_on()) {
		NL_SET_ERR_MSG(request->extack, "history is switched off");
		err = -ENODATA;
	} else {
		return query;
	}
	sockport_query_free(query);
	return ERR_PTR(err);
}

/**
 * sockport_query_doors_free - be done with a request for closed doors
 * @query: what sockport_query_doors() returned
 *
 * Context: process context, may sleep.
 */
void sockport_query_doors_free(struct sockport_query *query)
{
	sockport_query_free(query);
}

static int closed_are_kept(const struct sockport_request *request)
{
	if (sockport_last_wanted())
		return 0;
	if (sockport_era_is_on())
		NL_SET_ERR_MSG(request->extack,
			       "none are kept: last_connections is 0");
	else
		NL_SET_ERR_MSG(request->extack, "history is switched off");
	return -ENODATA;
}

/**
 * sockport_query_closed - take in a request for connections that ended
 * @request: the request
 *
 * Context: process context of who sends the request, may sleep.
 *
 * Return: the query, for sockport_query_closed_free(); or an ERR_PTR, with a
 * message in @request->extack when the request is at fault.
 */
struct sockport_query *
sockport_query_closed(const struct sockport_request *request)
{
	const struct nlattr *filter = sockport_request_attr(request,
						   SOCKPORT_A_EVENT_FILTER);
	struct sockport_asking asking;
	struct sockport_query *query;
	int err;

	query = sockport_query_new(request, SOCKPORT_WANT_OPENER, filter,
				   sockport_request_attr(request, SOCKPORT_A_EVENT_NETNS_FD),
				   sockport_request_attr(request, SOCKPORT_A_EVENT_NETNS_ALL));
	if (IS_ERR(query))
		return query;
	asking = sockport_query_asking(query, request);
	err = filter ? sockport_request_events(&asking, filter) : 0;
	if (!err)
		err = sockport_query_cgroups(query);
	if (!err)
		err = closed_are_kept(request);
	if (err) {
		sockport_query_free(query);
		return ERR_PTR(err);
	}
	return query;
}

/**
 * sockport_query_closed_free - be done with a request for connections that ended
 * @query: what sockport_query_closed() returned
 *
 * Context: process context, may sleep.
 */
void sockport_query_closed_free(struct sockport_query *query)
{
	sockport_query_free(query);
}

/**
 * sockport_query_programs - take in a request for what programs did
 * @request: the request
 *
 * Rights are judged and sums made here, so that nothing depends on who reads the
 * answer.
 *
 * Context: process context of who sends the request, may sleep.
 *
 * Return: the query, for sockport_query_programs_free(); or an ERR_PTR, with a
 * message in @request->extack when the request is at fault.
 */
struct sockport_query *
sockport_query_programs(const struct sockport_request *request)
{
	struct sockport_query *query;
	int err;

	query = sockport_query_new(request, SOCKPORT_WANT_OPENER, NULL,
				   sockport_request_attr(request, SOCKPORT_A_PROGRAM_NETNS_FD),
				   sockport_request_attr(request, SOCKPORT_A_PROGRAM_NETNS_ALL));
	if (IS_ERR(query))
		return query;
	err = sockport_query_cgroups(query);
	if (!err)
		err = sockport_programs_build(&query->programs.all,
					      &query->scope, &query->reader);
	if (err == -ENODATA)
		NL_SET_ERR_MSG(request->extack, "history is switched off");
	if (err) {
		sockport_query_free(query);
		return ERR_PTR(err);
	}
	return query;
}

/**
 * sockport_query_programs_free - be done with a request for what programs did
 * @query: what sockport_query_programs() returned
 *
 * Context: process context, may sleep.
 */
void sockport_query_programs_free(struct sockport_query *query)
{
	sockport_programs_free(&query->programs.all);
	sockport_query_free(query);
}
