// SPDX-License-Identifier: GPL-2.0
/*
 * Filters for what the kernel sends unfiltered. As in the kernel, what is unknown
 * does not match, and an IPv4 prefix takes IPv4-mapped addresses too.
 */
#include "select/match.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* Whether a value is in a list of the filter; an empty list takes all. */
#define IN_LIST(values, known, value) ({						\
	unsigned int __i;								\
	bool __found = !(values)->count;						\
											\
	for (__i = 0; (known) && !__found && __i < (values)->count; __i++)		\
		__found = (values)->list[__i] == (value);				\
	__found; })

#define IN_RANGES(values, known, value) ({						\
	unsigned int __i;								\
	bool __found = !(values)->count;						\
											\
	for (__i = 0; (known) && !__found && __i < (values)->count; __i++)		\
		__found = (values)->list[__i].first <= (value) &&			\
			  (value) <= (values)->list[__i].last;				\
	__found; })

#define IN_PREFIXES(values, address, size) ({						\
	unsigned int __i;								\
	bool __found = !(values)->count;						\
											\
	for (__i = 0; (size) && !__found && __i < (values)->count; __i++)		\
		__found = has_prefix(&(values)->list[__i], address, size);		\
	__found; })

static uint8_t family_of(uint8_t size)
{
	return size == sizeof(struct in_addr) ? AF_INET : AF_INET6;
}

static bool is_mapped(const uint8_t *address, uint8_t size)
{
	static const uint8_t start[12] = { [10] = 0xff, [11] = 0xff };

	return size == sizeof(struct in6_addr) && !memcmp(address, start, sizeof(start));
}

static bool has_prefix(const struct prefix *prefix, const uint8_t *address, uint8_t size)
{
	const unsigned int bytes = prefix->length / 8, bits = prefix->length % 8;

	if (prefix->family == AF_INET && is_mapped(address, size)) {
		address += 12;
		size = 4;
	}
	if (prefix->family != family_of(size) || memcmp(prefix->address, address, bytes))
		return false;
	return !bits || !((prefix->address[bytes] ^ address[bytes]) >> (8 - bits));
}

static bool ends_match(const struct filter *filter, const struct event_row *event)
{
	const uint8_t size = event->local_size ? event->local_size : event->remote_size;

	return IN_LIST(&filter->families, size, family_of(size)) &&
	       IN_RANGES(&filter->local_ports,
			 row_knows(event, SOCKPORT_A_EVENT_LOCAL_PORT), event->local_port) &&
	       IN_RANGES(&filter->remote_ports,
			 row_knows(event, SOCKPORT_A_EVENT_REMOTE_PORT), event->remote_port) &&
	       IN_PREFIXES(&filter->locals, event->local, event->local_size) &&
	       IN_PREFIXES(&filter->remotes, event->remote, event->remote_size);
}

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
			 KNOWN(event, NETNS, NETNS) | KNOWN(event, CGROUP, CGROUP) |
			 KNOWN(event, PID, PROCESS),
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
		.processes = { .count = 1, .list = { { .pid = event->pid } } },
	};
}

/**
 * match_expression - whether an expression holds for an event
 * @plan: of the expression, or NULL
 * @event: the event; what happened to no connection or port it is not about
 *
 * The kernel does not filter by all that it tells.
 *
 * Return: whether it does.
 */
bool match_expression(const struct expression_plan *plan, const struct event_row *event)
{
	struct socket_row socket;

	if (!plan || event->type == SOCKPORT_EVENT_TYPE_LOST ||
	    event->type == SOCKPORT_EVENT_TYPE_RESET)
		return true;
	socket = socket_of(event);
	return expression_holds(plan, &socket);
}

/**
 * match_event - whether an event is wanted
 * @filter: what it must match, its expression as well; states are not looked at
 * @types: set of bits 1 << SOCKPORT_EVENT_TYPE_*, 0 for all
 * @event: the event
 *
 * That events were lost is always wanted; that the history was reset, unless other
 * types are: neither belongs to a port.
 *
 * Return: whether it is.
 */
bool match_event(const struct filter *filter, uint32_t types, const struct event_row *event)
{
	if (event->type == SOCKPORT_EVENT_TYPE_LOST)
		return true;
	if (types && (event->type > SOCKPORT_EVENT_TYPE_MAX || !(types >> event->type & 1)))
		return false;
	if (event->type == SOCKPORT_EVENT_TYPE_RESET)
		return true;
	return IN_LIST(&filter->protocols, row_knows(event, SOCKPORT_A_EVENT_PROTOCOL),
		       event->protocol) &&
	       IN_LIST(&filter->roles, row_knows(event, SOCKPORT_A_EVENT_ROLE), event->role) &&
	       IN_RANGES(&filter->ports, row_knows(event, SOCKPORT_A_EVENT_PORT), event->port) &&
	       IN_LIST(&filter->uids, row_knows(event, SOCKPORT_A_EVENT_UID), event->uid) &&
	       ends_match(filter, event) && match_expression(filter->plan, event);
}

/**
 * match_door - whether a port where nobody listens is wanted
 * @filter: what it must match; only MATCH_DOOR_KEYS are looked at
 * @door: the port
 *
 * Return: whether it is.
 */
bool match_door(const struct filter *filter, const struct door_row *door)
{
	return IN_LIST(&filter->protocols, true, door->protocol) &&
	       IN_RANGES(&filter->ports, true, door->port) &&
	       IN_LIST(&filter->families, door->source_size, family_of(door->source_size)) &&
	       IN_PREFIXES(&filter->remotes, door->source, door->source_size);
}

static bool matches_ports(const struct filter *filter, const struct socket_row *row)
{
	const bool has_ports = filter_has_ports(row->protocol);
	const bool local = has_ports && row_knows(row, SOCKPORT_A_SOCKET_LOCAL_PORT);
	const bool remote = has_ports && row_knows(row, SOCKPORT_A_SOCKET_REMOTE_PORT);
	const bool is_out = row->role == SOCKPORT_ROLE_OUT;

	return IN_RANGES(&filter->ports, is_out ? remote : local,
			 is_out ? row->remote_port : row->local_port) &&
	       IN_RANGES(&filter->local_ports, local, row->local_port) &&
	       IN_RANGES(&filter->remote_ports, remote, row->remote_port);
}

/* Who asks for other ones gets all that are in no table. */
static bool matches_protocol(const struct filter *filter, const struct socket_row *row)
{
	return IN_LIST(&filter->protocols, true, row->protocol) ||
	       (row_knows(row, SOCKPORT_A_SOCKET_UNLISTED) &&
		IN_LIST(&filter->protocols, true, SOCKPORT_PROTOCOL_OTHER));
}

static bool matches_pids(const struct filter *filter, const struct socket_row *row)
{
	unsigned int i;

	for (i = 0; i < row->processes.count && i < ROW_PROCESSES; i++)
		if (IN_LIST(&filter->pids, true, row->processes.list[i].pid))
			return true;
	return !filter->pids.count;
}

/**
 * match_socket - whether a socket is wanted
 * @filter: what it must match, see filter_split(); its expression is not looked at
 * @row: the socket
 *
 * Return: whether it is.
 */
bool match_socket(const struct filter *filter, const struct socket_row *row)
{
	return matches_protocol(filter, row) &&
	       IN_LIST(&filter->families, true, row->family) &&
	       IN_LIST(&filter->roles, row_knows(row, SOCKPORT_A_SOCKET_ROLE), row->role) &&
	       (!filter->tcp_states || filter->tcp_states >> row->state % 32 & 1) &&
	       matches_ports(filter, row) &&
	       IN_PREFIXES(&filter->locals, row->local, row->local_size) &&
	       IN_PREFIXES(&filter->remotes, row->remote, row->remote_size) &&
	       IN_LIST(&filter->uids, row_knows(row, SOCKPORT_A_SOCKET_UID), row->uid) &&
	       matches_pids(filter, row);
}

/**
 * match_port - whether a row of the port table is wanted
 * @filter: what it must match; only MATCH_PORT_KEYS are looked at
 * @row: the port
 *
 * Return: whether it is.
 */
bool match_port(const struct filter *filter, const struct port_row *row)
{
	return IN_LIST(&filter->protocols, true, row->protocol) &&
	       IN_LIST(&filter->roles, true, row->role) &&
	       IN_RANGES(&filter->ports, !row_knows(row, SOCKPORT_A_PORT_REST), row->port);
}
