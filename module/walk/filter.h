/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_FILTER_H
#define SOCKPORT_FILTER_H

#include <linux/in6.h>
#include <linux/types.h>
#include <linux/uidgid.h>

struct sock;
struct sockport_record;

#define SOCKPORT_FILTER_VALUES	16

/**
 * struct sockport_ranges - alternatives for a port
 * @count: how many; 0 means that any port will do
 * @range: first and last port of each, host order
 */
struct sockport_ranges {
	unsigned int	count;
	struct {
		u32	first;
		u32	last;
	} range[SOCKPORT_FILTER_VALUES];
};

/**
 * struct sockport_prefixes - alternatives for an address
 * @count: how many; 0 means that any address will do
 * @prefix: IPv4 prefixes are kept as prefixes of IPv4-mapped addresses
 */
struct sockport_prefixes {
	unsigned int		count;
	struct {
		struct in6_addr	address;
		u8		length;
		u8		family;
	} prefix[SOCKPORT_FILTER_VALUES];
};

/**
 * struct sockport_filter - what a socket must match
 * @protocols: mask of BIT(enum sockport_protocol), 0 for any
 * @roles: mask of BIT(enum sockport_role), 0 for any
 * @states: mask of BIT(enum sockport_state), 0 for any
 * @families: mask of BIT_ULL(address family), 0 for any
 * @port: the socket's own port
 * @local_port: local port
 * @remote_port: remote port
 * @local: local address
 * @remote: remote address
 * @uids: how many are in @uid; 0 means that any owner will do
 * @uid: alternatives for the owner
 * @ifindex: interface, -1 for any
 * @cookie: sock_diag's cookie, 0 for any
 * @pids: how many are in @pid; 0 means that any process will do
 * @pid: alternatives for the process, in the reader's pid namespace; who walks
 *	does not look at them
 */
struct sockport_filter {
	u32				protocols;
	u32				roles;
	u32				states;
	u64				families;
	struct sockport_ranges		port;
	struct sockport_ranges		local_port;
	struct sockport_ranges		remote_port;
	struct sockport_prefixes	local;
	struct sockport_prefixes	remote;
	unsigned int			uids;
	kuid_t				uid[SOCKPORT_FILTER_VALUES];
	int				ifindex;
	u64				cookie;
	unsigned int			pids;
	pid_t				pid[SOCKPORT_FILTER_VALUES];
};

bool sockport_filter_match(const struct sockport_filter *filter,
			   const struct sockport_record *rec,
			   const struct sock *sk);
bool sockport_filter_port(const struct sockport_filter *filter, u8 protocol,
			  u8 role, u16 port);

/**
 * sockport_filter_pid - can sockets of a process match?
 * @filter: filter
 * @pid: the process, in the reader's pid namespace
 *
 * Return: true when they can.
 */
static inline bool sockport_filter_pid(const struct sockport_filter *filter,
				       pid_t pid)
{
	unsigned int i;

	for (i = 0; i < filter->pids; i++)
		if (filter->pid[i] == pid)
			return true;
	return !filter->pids;
}

/**
 * sockport_filter_ports - does a filter ask for what only ports have?
 * @filter: filter
 *
 * Return: true when no socket of a kind without ports can match.
 */
static inline bool sockport_filter_ports(const struct sockport_filter *filter)
{
	return filter->port.count || filter->local_port.count ||
	       filter->remote_port.count || filter->roles;
}

/**
 * sockport_filter_states - can any of some states match?
 * @filter: filter, or NULL for none
 * @states: mask of BIT(enum sockport_state)
 *
 * Return: false when a socket in one of @states never matches.
 */
static inline bool sockport_filter_states(const struct sockport_filter *filter,
					  u32 states)
{
	return !filter || !filter->states || filter->states & states;
}

#endif /* SOCKPORT_FILTER_H */
