// SPDX-License-Identifier: GPL-2.0
/*
 * Does a socket match what a request asks for?
 */
#include <net/ipv6.h>
#include <net/sock.h>

#include "walk/filter.h"
#include "walk/record.h"

static bool match_mask(u64 mask, unsigned int bit)
{
	return !mask || mask & BIT_ULL(bit);
}

/* Who asks for other ones gets all that are in no table. */
static bool match_protocol(const struct sockport_filter *filter,
			   const struct sockport_record *rec)
{
	return match_mask(filter->protocols, rec->protocol) ||
	       (rec->has & SOCKPORT_IS_UNLISTED &&
		filter->protocols & BIT(SOCKPORT_PROTOCOL_OTHER));
}

static bool in_ranges(const struct sockport_ranges *ranges, u32 port)
{
	unsigned int i;

	for (i = 0; i < ranges->count; i++)
		if (port >= ranges->range[i].first &&
		    port <= ranges->range[i].last)
			return true;
	return !ranges->count;
}

static bool match_port(const struct sockport_ranges *ranges,
		       const struct sockport_record *rec, u32 port)
{
	return !ranges->count ||
	       (rec->has & SOCKPORT_HAS_PORTS && in_ranges(ranges, port));
}

static bool match_uid(const struct sockport_filter *filter,
		      const struct sockport_record *rec)
{
	unsigned int i;

	if (!filter->uids)
		return true;
	if (!(rec->has & SOCKPORT_HAS_UID))
		return false;
	for (i = 0; i < filter->uids; i++)
		if (uid_eq(filter->uid[i], rec->uid))
			return true;
	return false;
}

/* IPv4 prefixes match IPv4-mapped addresses, IPv6 prefixes no IPv4 socket. */
static bool match_address(const struct sockport_prefixes *prefixes,
			  const struct in6_addr *address, u8 family)
{
	unsigned int i;

	if (!prefixes->count)
		return true;
	for (i = 0; i < prefixes->count; i++) {
		if (prefixes->prefix[i].family == AF_INET6 &&
		    family == AF_INET)
			continue;
		if (ipv6_prefix_equal(address, &prefixes->prefix[i].address,
				      prefixes->prefix[i].length))
			return true;
	}
	return false;
}

static bool match_addresses(const struct sockport_filter *filter,
			    const struct sockport_record *rec)
{
	struct in6_addr local, remote;

	if (!filter->local.count && !filter->remote.count)
		return true;
	if (!(rec->has & SOCKPORT_HAS_ADDRESS))
		return false;
	if (rec->family == AF_INET) {
		ipv6_addr_set_v4mapped(rec->local.v4, &local);
		ipv6_addr_set_v4mapped(rec->remote.v4, &remote);
	} else {
		local = rec->local.v6;
		remote = rec->remote.v6;
	}
	return match_address(&filter->local, &local, rec->family) &&
	       match_address(&filter->remote, &remote, rec->family);
}

/**
 * sockport_filter_port - does a port match that may have no sockets?
 * @filter: filter, or NULL for none
 * @protocol: enum sockport_protocol
 * @role: enum sockport_role
 * @port: host order
 *
 * Return: false also when the filter asks for what only sockets have.
 */
bool sockport_filter_port(const struct sockport_filter *filter, u8 protocol,
			  u8 role, u16 port)
{
	if (!filter)
		return true;
	if (filter->states || filter->families || filter->local_port.count ||
	    filter->remote_port.count || filter->local.count ||
	    filter->remote.count || filter->uids || filter->ifindex >= 0 ||
	    filter->cookie)
		return false;
	return match_mask(filter->protocols, protocol) &&
	       match_mask(filter->roles, role) &&
	       in_ranges(&filter->port, port);
}

/**
 * sockport_filter_match - does a socket match?
 * @filter: filter
 * @rec: record of the socket with tuple, role, state and owner's uid
 * @sk: the socket; a cookie it does not have yet is nobody's to ask for, so
 *	none is made
 *
 * Context: lock of the socket's chain held.
 *
 * Return: true when the socket is to be listed or counted.
 */
bool sockport_filter_match(const struct sockport_filter *filter,
			   const struct sockport_record *rec,
			   const struct sock *sk)
{
	return match_protocol(filter, rec) &&
	       match_mask(filter->states, rec->state) &&
	       match_mask(filter->roles, rec->role) &&
	       match_mask(filter->families, rec->family) &&
	       match_port(&filter->port, rec, sockport_record_port(rec)) &&
	       match_port(&filter->local_port, rec, rec->local_port) &&
	       match_port(&filter->remote_port, rec, rec->remote_port) &&
	       match_uid(filter, rec) &&
	       (filter->ifindex < 0 || filter->ifindex == rec->ifindex) &&
	       (!filter->cookie ||
		filter->cookie == atomic64_read(&sk->sk_cookie)) &&
	       match_addresses(filter, rec);
}
