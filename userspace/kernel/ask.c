// SPDX-License-Identifier: GPL-2.0
/* The questions that the kernel module can be asked. */
#include "kernel/client.h"

#include <libmnl/libmnl.h>
#include <string.h>

#include "kernel/decode.h"
#include "kernel/exchange.h"
#include "kernel/request.h"

/* What a request for ports may ask for; with 0 it suits older modules too. */
#define PORT_WANTS	(SOCKPORT_WANT_PROCESSES | SOCKPORT_WANT_HISTORY | \
			 SOCKPORT_WANT_DISTRIBUTIONS | SOCKPORT_WANT_OPENER | \
			 SOCKPORT_WANT_AGE | SOCKPORT_WANT_WORKERS)

static int take_port(const struct nlmsghdr *message, struct exchange *exchange)
{
	struct port_row row;

	if (!decode_port(message, &row))
		return exchange_bad_answer(exchange->failure);
	row.time = exchange->time;
	return exchange->function.port(&row, exchange->data);
}

/* Older modules know neither of these, so they are said only if need be. */
static void put_netns(const struct client *client, struct nlmsghdr *request, uint16_t fd,
		      uint16_t all)
{
	if (client->netns >= 0 && !client->everywhere)
		mnl_attr_put_u32(request, fd, client->netns);
	if (client->netns_all || client->everywhere)
		mnl_attr_put(request, all, 0, NULL);
}

/* The sockets of some processes, and of whom to ask for them. */
struct process_sockets {
	struct client *client;
	const struct filter *filter;
	struct failure *failure;
	uint64_t *inodes;
	unsigned int room;
	unsigned int count;
};

static int take_inode(const struct socket_row *row, void *data)
{
	struct process_sockets *sockets = data;

	if (!row_knows(row, SOCKPORT_A_SOCKET_INODE))
		return 0;
	if (sockets->count < sockets->room)
		sockets->inodes[sockets->count] = row->inode;
	sockets->count++;
	return 0;
}

/* Of the kinds that are asked about, so that others take no room. */
static int sockets_of(const uint32_t *pids, unsigned int pid_count, uint64_t *inodes,
		      unsigned int *count, void *data)
{
	struct process_sockets *sockets = data;
	struct filter of = *sockets->filter;

	filter_with_ports(&of);
	of.plan = NULL;
	of.pids.count = pid_count;
	memcpy(of.pids.list, pids, pid_count * sizeof(*pids));
	sockets->inodes = inodes;
	sockets->room = *count;
	sockets->count = 0;
	if (client_sockets(sockets->client, &of, SOCKPORT_WANT_OWNER | SOCKPORT_WANT_PROCESSES,
			   take_inode, sockets, sockets->failure))
		return -1;
	*count = sockets->count;
	return 0;
}

/* Each time anew: units and processes come and go. */
static int spell(struct client *client, const struct filter *filter, struct filter *spelled,
		 struct expression_plan **plan, struct failure *failure)
{
	struct process_sockets sockets = {
		.client = client, .filter = filter, .failure = failure,
	};

	*spelled = *filter;
	*plan = NULL;
	/* What answers in place of the kernel decides all of it. */
	if (filter->plan && !client->answer &&
	    expression_spell(filter->plan, sockets_of, &sockets, plan, failure))
		return -1;
	if (*plan)
		spelled->plan = *plan;
	return 0;
}

static int ask_ports(struct exchange *exchange, const struct filter *filter, uint32_t want)
{
	struct filter parts[FILTER_PARTS];
	struct nlmsghdr *request;
	unsigned int i, count;

	want &= PORT_WANTS;
	exchange->want = want;
	count = filter_split(filter, parts);
	for (i = 0; i < count; i++) {
		/* A part can be left with kinds that have no ports. */
		if (count > 1 && !filter_takes_ports(&parts[i]))
			continue;
		request = request_start(exchange->client->request, exchange->client->family,
					NLM_F_DUMP, SOCKPORT_CMD_PORT_GET,
					SOCKPORT_FAMILY_VERSION);
		if (want)
			mnl_attr_put_u32(request, SOCKPORT_A_PORT_WANT, want);
		put_netns(exchange->client, request, SOCKPORT_A_PORT_NETNS_FD,
			  SOCKPORT_A_PORT_NETNS_ALL);
		request_put_filter(request, SOCKPORT_A_PORT_FILTER, &parts[i]);
		exchange->filter = &parts[i];
		if (exchange_talk(exchange, request))
			return -1;
	}
	return 0;
}

/**
 * client_ports - get the port table
 * @client: the client
 * @filter: count only sockets that match
 * @want: groups of attributes to tell, SOCKPORT_WANT_*, of which ports have a few
 * @function: called for each row, in the order protocol, role, port
 * @data: for @function
 * @failure: what went wrong; without status if @function gave up
 *
 * Return: 0 when @function got all rows, else -1.
 */
int client_ports(struct client *client, const struct filter *filter, uint32_t want,
		 port_function function, void *data, struct failure *failure)
{
	struct exchange exchange = {
		.client = client,
		.failure = failure,
		.take = take_port,
		.function.port = function,
		.data = data,
		.want_attribute = SOCKPORT_A_PORT_WANT,
	};
	struct expression_plan *plan;
	struct filter spelled;
	int error;

	error = spell(client, filter, &spelled, &plan, failure);
	if (!error)
		error = ask_ports(&exchange, &spelled, want);
	expression_plan_free(plan);
	return error;
}

static int take_socket(const struct nlmsghdr *message, struct exchange *exchange)
{
	struct socket_row row;

	if (!decode_socket(message, &row))
		return exchange_bad_answer(exchange->failure);
	if (exchange->plan && !expression_matches(exchange->plan, &row))
		return 0;
	return exchange->function.socket(&row, exchange->data);
}

/**
 * client_sockets - list sockets
 * @client: the client
 * @filter: list only sockets that match
 * @want: groups of attributes to tell, SOCKPORT_WANT_*; SOCKPORT_WANT_UNLISTED
 *	is left out where no such socket can match
 * @function: called for each socket, in no order
 * @data: for @function
 * @failure: what went wrong; without status if @function gave up
 *
 * Return: 0 when @function got all sockets, else -1.
 */
int client_sockets(struct client *client, const struct filter *filter, uint32_t want,
		   socket_function function, void *data, struct failure *failure)
{
	struct exchange exchange = {
		.client = client,
		.failure = failure,
		.take = take_socket,
		.function.socket = function,
		.data = data,
		.plan = filter->plan,
		.want_attribute = SOCKPORT_A_SOCKET_WANT,
	};
	/* Who has a mask for datagrams asks who listens: what is unbound does not. */
	const bool listening = filter->tcp_states != filter->datagram_states;
	unsigned int i, count;
	struct filter parts[FILTER_PARTS];
	struct nlmsghdr *request;

	if (filter->plan)
		want |= filter->plan->want | (filter->plan->pids ? SOCKPORT_WANT_PROCESSES : 0);
	count = filter_split(filter, parts);
	for (i = 0; i < count; i++) {
		exchange.want = !listening && filter_takes_unlisted(&parts[i]) ?
				want : want & ~SOCKPORT_WANT_UNLISTED;
		request = request_start(client->request, client->family, NLM_F_DUMP,
					SOCKPORT_CMD_SOCKET_GET, SOCKPORT_FAMILY_VERSION);
		mnl_attr_put_u32(request, SOCKPORT_A_SOCKET_WANT, exchange.want);
		put_netns(client, request, SOCKPORT_A_SOCKET_NETNS_FD,
			  SOCKPORT_A_SOCKET_NETNS_ALL);
		request_put_filter(request, SOCKPORT_A_SOCKET_FILTER, &parts[i]);
		exchange.filter = &parts[i];
		if (exchange_talk(&exchange, request))
			return -1;
	}
	return 0;
}

static int take_stats(const struct nlmsghdr *message, struct exchange *exchange)
{
	struct stats_row row;

	if (!decode_stats(message, &row))
		return exchange_bad_answer(exchange->failure);
	return exchange->function.stats(&row, exchange->data);
}

/**
 * client_stats - get the module's own account
 * @client: the client
 * @function: called once
 * @data: for @function
 * @failure: what went wrong; without status if @function gave up
 *
 * Return: 0 or -1.
 */
int client_stats(struct client *client, stats_function function, void *data,
		 struct failure *failure)
{
	struct exchange exchange = {
		.client = client,
		.failure = failure,
		.take = take_stats,
		.function.stats = function,
		.data = data,
	};
	struct nlmsghdr *request;

	request = request_start(client->request, client->family, 0, SOCKPORT_CMD_STATS_GET,
				SOCKPORT_FAMILY_VERSION);
	return exchange_talk(&exchange, request);
}

static int take_door(const struct nlmsghdr *message, struct exchange *exchange)
{
	struct door_row row;

	if (!decode_door(message, &row))
		return exchange_bad_answer(exchange->failure);
	return exchange->function.door(&row, exchange->data);
}

static int take_closed(const struct nlmsghdr *message, struct exchange *exchange)
{
	struct event_row row;

	if (!decode_event(message, &row))
		return exchange_bad_answer(exchange->failure);
	return exchange->function.event(&row, exchange->data);
}

/**
 * client_closed - list the connections that ended or failed last
 * @client: the client
 * @filter: its plan is the kernel's to follow, the rest is not
 * @function: called for each, the last one of each namespace first
 * @data: for @function
 * @failure: what went wrong; without status if @function gave up
 *
 * Return: 0 when @function got all of them, else -1.
 */
int client_closed(struct client *client, const struct filter *filter, event_function function,
		  void *data, struct failure *failure)
{
	struct exchange exchange = {
		.client = client,
		.failure = failure,
		.take = take_closed,
		.function.event = function,
		.data = data,
		.filter = filter,
	};
	struct nlmsghdr *request;

	request = request_start(client->request, client->family, NLM_F_DUMP,
				SOCKPORT_CMD_CLOSED_GET, SOCKPORT_FAMILY_VERSION);
	put_netns(client, request, SOCKPORT_A_EVENT_NETNS_FD, SOCKPORT_A_EVENT_NETNS_ALL);
	if (filter->plan)
		request_put_plan(request, SOCKPORT_A_EVENT_FILTER, filter->plan);
	return exchange_talk(&exchange, request);
}

static int take_program(const struct nlmsghdr *message, struct exchange *exchange)
{
	struct program_row row;

	if (!decode_program(message, &row))
		return exchange_bad_answer(exchange->failure);
	row.time = exchange->time;
	return exchange->function.program(&row, exchange->data);
}

/**
 * client_programs - list what programs did
 * @client: the client
 * @function: called for each, in no order
 * @data: for @function
 * @failure: what went wrong; without status if @function gave up
 *
 * Return: 0 when @function got all of them, else -1.
 */
int client_programs(struct client *client, program_function function, void *data,
		    struct failure *failure)
{
	struct exchange exchange = {
		.client = client,
		.failure = failure,
		.take = take_program,
		.function.program = function,
		.data = data,
	};
	struct nlmsghdr *request;

	request = request_start(client->request, client->family, NLM_F_DUMP,
				SOCKPORT_CMD_PROGRAM_GET, SOCKPORT_FAMILY_VERSION);
	put_netns(client, request, SOCKPORT_A_PROGRAM_NETNS_FD, SOCKPORT_A_PROGRAM_NETNS_ALL);
	return exchange_talk(&exchange, request);
}

/**
 * client_doors - list the ports where nobody listens and somebody knocked
 * @client: the client
 * @function: called for each, in no order
 * @data: for @function
 * @failure: what went wrong; without status if @function gave up
 *
 * Return: 0 when @function got all of them, else -1.
 */
int client_doors(struct client *client, door_function function, void *data,
		 struct failure *failure)
{
	struct exchange exchange = {
		.client = client,
		.failure = failure,
		.take = take_door,
		.function.door = function,
		.data = data,
	};
	struct nlmsghdr *request;

	request = request_start(client->request, client->family, NLM_F_DUMP,
				SOCKPORT_CMD_CLOSED_DOOR_GET, SOCKPORT_FAMILY_VERSION);
	put_netns(client, request, SOCKPORT_A_CLOSED_DOOR_NETNS_FD,
		  SOCKPORT_A_CLOSED_DOOR_NETNS_ALL);
	return exchange_talk(&exchange, request);
}

/**
 * client_reset - begin the history of our own network namespace anew
 * @client: the client
 * @failure: what went wrong
 *
 * Needs CAP_NET_ADMIN.
 *
 * Return: 0 or -1.
 */
int client_reset(struct client *client, struct failure *failure)
{
	struct exchange exchange = {
		.client = client,
		.failure = failure,
	};
	struct nlmsghdr *request;

	request = request_start(client->request, client->family, NLM_F_ACK,
				SOCKPORT_CMD_HISTORY_RESET, SOCKPORT_FAMILY_VERSION);
	return exchange_talk(&exchange, request);
}
