// SPDX-License-Identifier: GPL-2.0
/*
 * From the attributes of a request to a filter
 *
 * Types and nesting have been checked against the policies; what is left is
 * what they cannot say: lengths of addresses, order of ranges, how often.
 */
#include <linux/threads.h>
#include <net/ipv6.h>
#include <net/netlink.h>

#include "gen/sockport-nl-gen.h"
#include "netlink/request.h"
#include "walk/filter.h"

static int parse_many(const struct nlattr *attr, unsigned int *count,
		      struct netlink_ext_ack *extack)
{
	if (*count < SOCKPORT_FILTER_VALUES)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "more than 16 values of one kind");
	return -E2BIG;
}

static int ranges_add(struct sockport_ranges *ranges, u32 first, u32 last,
		      const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	int err;

	err = parse_many(attr, &ranges->count, extack);
	if (err)
		return err;
	if (first > last) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "first port of range is above the last");
		return -EINVAL;
	}
	ranges->range[ranges->count].first = first;
	ranges->range[ranges->count].last = last;
	ranges->count++;
	return 0;
}

static int parse_range(struct sockport_ranges *ranges,
		       const struct nlattr *attr,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[SOCKPORT_A_RANGE_MAX + 1];
	u32 first;
	int err;

	err = nla_parse_nested(tb, SOCKPORT_A_RANGE_MAX, attr,
			       sockport_range_nl_policy, extack);
	if (err)
		return err;
	if (!tb[SOCKPORT_A_RANGE_FIRST]) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "range without first port");
		return -EINVAL;
	}
	first = nla_get_u32(tb[SOCKPORT_A_RANGE_FIRST]);
	return ranges_add(ranges, first, tb[SOCKPORT_A_RANGE_LAST] ?
			  nla_get_u32(tb[SOCKPORT_A_RANGE_LAST]) : first,
			  attr, extack);
}

/* @bits: length of the prefix, below 0 for all of the address. */
static int prefixes_add(struct sockport_prefixes *prefixes,
			const struct nlattr *address, int bits,
			struct netlink_ext_ack *extack)
{
	unsigned int most = nla_len(address) * BITS_PER_BYTE;
	struct in6_addr *in6;
	int err;

	err = parse_many(address, &prefixes->count, extack);
	if (err)
		return err;
	if (nla_len(address) != sizeof(__be32) &&
	    nla_len(address) != sizeof(struct in6_addr)) {
		NL_SET_ERR_MSG_ATTR(extack, address,
				    "address is neither 4 nor 16 bytes long");
		return -EINVAL;
	}
	if (bits > (int)most) {
		NL_SET_ERR_MSG_ATTR(extack, address,
				    "prefix is longer than its address");
		return -EINVAL;
	}

	in6 = &prefixes->prefix[prefixes->count].address;
	if (most == 32) {
		ipv6_addr_set_v4mapped(nla_get_in_addr(address), in6);
		prefixes->prefix[prefixes->count].family = AF_INET;
	} else {
		*in6 = nla_get_in6_addr(address);
		prefixes->prefix[prefixes->count].family = AF_INET6;
	}
	prefixes->prefix[prefixes->count].length =
		128 - most + (bits < 0 ? most : bits);
	prefixes->count++;
	return 0;
}

static int parse_prefix(struct sockport_prefixes *prefixes,
			const struct nlattr *attr,
			struct netlink_ext_ack *extack)
{
	struct nlattr *tb[SOCKPORT_A_PREFIX_MAX + 1];
	int err;

	err = nla_parse_nested(tb, SOCKPORT_A_PREFIX_MAX, attr,
			       sockport_prefix_nl_policy, extack);
	if (err)
		return err;
	if (!tb[SOCKPORT_A_PREFIX_ADDRESS]) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "prefix without address");
		return -EINVAL;
	}
	return prefixes_add(prefixes, tb[SOCKPORT_A_PREFIX_ADDRESS],
			    tb[SOCKPORT_A_PREFIX_LENGTH] ?
			    nla_get_u8(tb[SOCKPORT_A_PREFIX_LENGTH]) : -1,
			    extack);
}

static int parse_family(struct sockport_filter *filter,
			const struct nlattr *attr,
			struct netlink_ext_ack *extack)
{
	u8 family = nla_get_u8(attr);

	if (family == AF_UNSPEC || family >= AF_MAX) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "no such address family");
		return -EAFNOSUPPORT;
	}
	filter->families |= BIT_ULL(family);
	return 0;
}

static int parse_uid(struct sockport_filter *filter, const struct nlattr *attr,
		     struct user_namespace *user_ns,
		     struct netlink_ext_ack *extack)
{
	kuid_t uid = make_kuid(user_ns, nla_get_u32(attr));
	int err;

	err = parse_many(attr, &filter->uids, extack);
	if (err)
		return err;
	if (!uid_valid(uid)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "no such uid in this user namespace");
		return -EINVAL;
	}
	filter->uid[filter->uids++] = uid;
	return 0;
}

static int parse_pid(struct sockport_filter *filter, const struct nlattr *attr,
		     struct netlink_ext_ack *extack)
{
	int err;

	err = parse_many(attr, &filter->pids, extack);
	if (err)
		return err;
	if (!nla_get_u32(attr) || nla_get_u32(attr) > PID_MAX_LIMIT) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "no process has that number");
		return -EINVAL;
	}
	filter->pid[filter->pids++] = nla_get_u32(attr);
	return 0;
}

static int parse_states(struct sockport_filter *filter,
			const struct nlattr *attr,
			struct netlink_ext_ack *extack)
{
	filter->states |= nla_get_u32(attr);
	if (filter->states)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "a mask without states");
	return -EINVAL;
}

static int parse_one(struct sockport_filter *filter, const struct nlattr *attr,
		     struct user_namespace *user_ns,
		     struct netlink_ext_ack *extack)
{
	switch (nla_type(attr)) {
	case SOCKPORT_A_FILTER_PROTOCOL:
		filter->protocols |= BIT(nla_get_u8(attr));
		return 0;
	case SOCKPORT_A_FILTER_FAMILY:
		return parse_family(filter, attr, extack);
	case SOCKPORT_A_FILTER_ROLE:
		filter->roles |= BIT(nla_get_u8(attr));
		return 0;
	case SOCKPORT_A_FILTER_STATES:
		return parse_states(filter, attr, extack);
	case SOCKPORT_A_FILTER_PORT:
		return parse_range(&filter->port, attr, extack);
	case SOCKPORT_A_FILTER_LOCAL_PORT:
		return parse_range(&filter->local_port, attr, extack);
	case SOCKPORT_A_FILTER_REMOTE_PORT:
		return parse_range(&filter->remote_port, attr, extack);
	case SOCKPORT_A_FILTER_LOCAL_ADDRESS:
		return parse_prefix(&filter->local, attr, extack);
	case SOCKPORT_A_FILTER_REMOTE_ADDRESS:
		return parse_prefix(&filter->remote, attr, extack);
	case SOCKPORT_A_FILTER_UID:
		return parse_uid(filter, attr, user_ns, extack);
	case SOCKPORT_A_FILTER_PID:
		return parse_pid(filter, attr, extack);
	}
	NL_SET_ERR_MSG_ATTR(extack, attr, "no such filter");
	return -EINVAL;
}

static int parse_filter(struct sockport_filter *filter,
			const struct nlattr *nest,
			struct user_namespace *user_ns,
			struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int err, rem;

	nla_for_each_nested(attr, nest, rem) {
		err = parse_one(filter, attr, user_ns, extack);
		if (err)
			return err;
	}
	return 0;
}

/* What is asked for exactly narrows what the filter says. */
static int narrow(u32 *mask, const struct nlattr *attr,
		  struct netlink_ext_ack *extack)
{
	u32 bit;

	if (!attr)
		return 0;
	bit = BIT(nla_get_u8(attr));
	if (*mask && !(*mask & bit)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "filter asks for another");
		return -EINVAL;
	}
	*mask = bit;
	return 0;
}

static int exact_port(struct sockport_ranges *ranges, const struct nlattr *attr,
		      struct netlink_ext_ack *extack)
{
	u32 port;

	if (!attr)
		return 0;
	port = nla_get_u32(attr);
	if (ranges->count) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "filter asks for it too");
		return -EINVAL;
	}
	return ranges_add(ranges, port, port, attr, extack);
}

static int exact_address(struct sockport_prefixes *prefixes,
			 const struct nlattr *attr,
			 struct netlink_ext_ack *extack)
{
	if (!attr)
		return 0;
	if (prefixes->count) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "filter asks for it too");
		return -EINVAL;
	}
	return prefixes_add(prefixes, attr, -1, extack);
}

static void request_init(struct sockport_filter *filter)
{
	memset(filter, 0, sizeof(*filter));
	filter->ifindex = -1;
}

/**
 * sockport_request_ports - what a request for ports asks for
 * @filter: filter to fill
 * @attrs: attributes of the request, checked against the policy, or NULL
 * @user_ns: user namespace of who asks
 * @extack: where to say what is wrong, may be NULL
 *
 * Return: 0, or a negative errno with a message in @extack.
 */
int sockport_request_ports(struct sockport_filter *filter,
			   struct nlattr **attrs,
			   struct user_namespace *user_ns,
			   struct netlink_ext_ack *extack)
{
	int err = 0;

	request_init(filter);
	if (!attrs)
		return 0;
	if (attrs[SOCKPORT_A_PORT_FILTER])
		err = parse_filter(filter, attrs[SOCKPORT_A_PORT_FILTER],
				   user_ns, extack);
	if (!err && filter->pids) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[SOCKPORT_A_PORT_FILTER],
				    "processes can be asked for of sockets");
		err = -EOPNOTSUPP;
	}
	if (!err)
		err = narrow(&filter->protocols,
			     attrs[SOCKPORT_A_PORT_PROTOCOL], extack);
	if (!err)
		err = narrow(&filter->roles, attrs[SOCKPORT_A_PORT_ROLE],
			     extack);
	if (!err)
		err = exact_port(&filter->port, attrs[SOCKPORT_A_PORT_PORT],
				 extack);
	return err;
}

static int socket_tuple(struct sockport_filter *filter, struct nlattr **attrs,
			struct netlink_ext_ack *extack)
{
	int err;

	err = narrow(&filter->protocols, attrs[SOCKPORT_A_SOCKET_PROTOCOL],
		     extack);
	if (!err)
		err = exact_port(&filter->local_port,
				 attrs[SOCKPORT_A_SOCKET_LOCAL_PORT], extack);
	if (!err)
		err = exact_port(&filter->remote_port,
				 attrs[SOCKPORT_A_SOCKET_REMOTE_PORT], extack);
	if (!err)
		err = exact_address(&filter->local,
				    attrs[SOCKPORT_A_SOCKET_LOCAL_ADDRESS],
				    extack);
	if (!err)
		err = exact_address(&filter->remote,
				    attrs[SOCKPORT_A_SOCKET_REMOTE_ADDRESS],
				    extack);
	return err;
}

static int socket_rest(struct sockport_filter *filter, struct nlattr **attrs,
		       struct netlink_ext_ack *extack)
{
	const struct nlattr *family = attrs[SOCKPORT_A_SOCKET_FAMILY];
	const struct nlattr *ifindex = attrs[SOCKPORT_A_SOCKET_IFINDEX];
	const struct nlattr *cookie = attrs[SOCKPORT_A_SOCKET_COOKIE];

	if (ifindex) {
		filter->ifindex = nla_get_u32(ifindex);
		if (filter->ifindex < 0) {
			NL_SET_ERR_MSG_ATTR(extack, ifindex,
					    "no such interface");
			return -EINVAL;
		}
	}
	if (cookie) {
		filter->cookie = nla_get_u64(cookie);
		if (!filter->cookie) {
			NL_SET_ERR_MSG_ATTR(extack, cookie,
					    "no socket has cookie 0");
			return -EINVAL;
		}
	}
	if (!family)
		return 0;
	if (filter->families) {
		NL_SET_ERR_MSG_ATTR(extack, family, "filter asks for it too");
		return -EINVAL;
	}
	return parse_family(filter, family, extack);
}

/**
 * sockport_request_sockets - what a request for sockets asks for
 * @filter: filter to fill
 * @attrs: attributes of the request, checked against the policy, or NULL
 * @user_ns: user namespace of who asks
 * @extack: where to say what is wrong, may be NULL
 *
 * Return: 0, or a negative errno with a message in @extack.
 */
int sockport_request_sockets(struct sockport_filter *filter,
			     struct nlattr **attrs,
			     struct user_namespace *user_ns,
			     struct netlink_ext_ack *extack)
{
	int err = 0;

	request_init(filter);
	if (!attrs)
		return 0;
	if (attrs[SOCKPORT_A_SOCKET_FILTER])
		err = parse_filter(filter, attrs[SOCKPORT_A_SOCKET_FILTER],
				   user_ns, extack);
	if (!err)
		err = socket_tuple(filter, attrs, extack);
	if (!err)
		err = socket_rest(filter, attrs, extack);
	return err;
}
