// SPDX-License-Identifier: GPL-2.0
/* The connections that ended or failed last. */
#include "cmd/closed.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "columns/printer.h"
#include "select/match.h"

/**
 * struct closed - which connections are shown, and where
 * @options: filter
 * @printer: shows them
 */
struct closed {
	const struct options *options;
	struct printer printer;
};

#define KNOWN(event, name, as)						\
	((uint64_t)row_knows(event, SOCKPORT_A_EVENT_##name) << SOCKPORT_A_SOCKET_##as)

/* As far as it is known and expressions ask. */
static struct socket_row socket_of(const struct event_row *event)
{
	return (struct socket_row){
		.known = KNOWN(event, PROTOCOL, PROTOCOL) | KNOWN(event, ROLE, ROLE) |
			 KNOWN(event, LOCAL_PORT, LOCAL_PORT) |
			 KNOWN(event, REMOTE_PORT, REMOTE_PORT) |
			 KNOWN(event, LOCAL_ADDRESS, LOCAL_ADDRESS) |
			 KNOWN(event, REMOTE_ADDRESS, REMOTE_ADDRESS) |
			 KNOWN(event, UID, UID) | KNOWN(event, IFINDEX, IFINDEX) |
			 KNOWN(event, NETNS, NETNS) | KNOWN(event, CGROUP, CGROUP),
		.protocol = event->protocol,
		.family = event->local_size == sizeof(struct in6_addr) ? AF_INET6 : AF_INET,
		.role = event->role,
		.local = event->local,
		.local_size = event->local_size,
		.remote = event->remote,
		.remote_size = event->remote_size,
		.local_port = event->local_port,
		.remote_port = event->remote_port,
		.uid = event->uid,
		.ifindex = event->ifindex,
		.netns = event->netns,
		.cgroup = event->cgroup,
	};
}

/**
 * closed_holds - whether an expression holds for an event that the kernel did not filter
 * @plan: of the expression
 * @event: the event
 *
 * Return: whether it does.
 */
bool closed_holds(const struct expression_plan *plan, const struct event_row *event)
{
	const struct socket_row socket = socket_of(event);

	return expression_holds(plan, &socket);
}

/**
 * closed_is_wanted - whether somebody asked for a connection that ended
 * @options: filter and expression
 * @event: the connection
 *
 * Return: whether it is shown.
 */
bool closed_is_wanted(const struct options *options, const struct event_row *event)
{
	struct socket_row socket;

	if (!match_event(&options->filter, 0, event))
		return false;
	if (!options->filter.plan)
		return true;
	socket = socket_of(event);
	return expression_matches(options->filter.plan, &socket);
}

static int take_closed(const struct event_row *row, void *data)
{
	struct closed *closed = data;

	return closed_is_wanted(closed->options, row) ? printer_row(&closed->printer, row) : 0;
}

/**
 * closed_print - print the connections that ended or failed last
 * @client: the client
 * @options: filter and form
 * @names: names of users and services
 * @selection: the columns
 * @failure: what went wrong
 *
 * Return: 0 or -1.
 */
int closed_print(struct client *client, const struct options *options, struct names *names,
		 const struct selection *selection, struct failure *failure)
{
	struct closed closed = {
		.options = options,
		.printer = printer_for(options->json, selection, names, failure),
	};
	int error;

	if (printer_begin(&closed.printer, options->no_header))
		return -1;
	error = client_closed(client, &options->filter, take_closed, &closed, failure);
	return printer_end(&closed.printer, !error);
}
