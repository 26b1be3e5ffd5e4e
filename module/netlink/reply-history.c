// SPDX-License-Identifier: GPL-2.0
/*
 * What a port did as attributes
 */
#include <linux/skbuff.h>
#include <linux/uidgid.h>
#include <net/netlink.h>

#include "history/rows.h"
#include "netlink/reply.h"
#include "owners/cgroup.h"
#include "ports/port.h"

static int put_totals(struct sk_buff *skb, const struct sockport_port *port)
{
	const struct sockport_totals *totals = port->totals;
	struct nlattr *nest;
	unsigned int i;

	if (!totals)
		return 0;
	nest = nla_nest_start(skb, SOCKPORT_A_PORT_HISTORY);
	if (!nest)
		return -EMSGSIZE;
	for (i = SOCKPORT_A_HISTORY_OPENED; i <= SOCKPORT_A_HISTORY_MAX; i++)
		if (sockport_totals_know(totals, port->protocol, i) &&
		    nla_put_u64_64bit(skb, i, totals->value[i],
				      SOCKPORT_A_HISTORY_PAD))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_buckets(struct sk_buff *skb, const atomic64_t *bucket)
{
	unsigned int n = SOCKPORT_BUCKETS, i;
	struct nlattr *attr;
	u64 value;

	while (n && !atomic64_read(&bucket[n - 1]))
		n--;
	attr = nla_reserve(skb, SOCKPORT_A_DISTRIBUTION_BUCKETS,
			   n * sizeof(u64));
	if (!attr)
		return -EMSGSIZE;
	for (i = 0; i < n; i++) {
		value = atomic64_read(&bucket[i]);
		memcpy(nla_data(attr) + i * sizeof(value), &value,
		       sizeof(value));
	}
	return 0;
}

static int put_distributions(struct sk_buff *skb,
			     const struct sockport_port *port)
{
	const struct sockport_spread *spread = port->spread;
	struct nlattr *nest;
	unsigned int kind;

	for (kind = 1; spread && kind < SOCKPORT_SPREADS; kind++) {
		nest = nla_nest_start(skb, SOCKPORT_A_PORT_DISTRIBUTION);
		if (!nest ||
		    nla_put_u8(skb, SOCKPORT_A_DISTRIBUTION_KIND, kind) ||
		    nla_put_u64_64bit(skb, SOCKPORT_A_DISTRIBUTION_SUM,
				      atomic64_read(&spread->sum[kind]),
				      SOCKPORT_A_DISTRIBUTION_PAD) ||
		    put_buckets(skb, spread->bucket[kind]))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

static int put_opener(struct sk_buff *skb, const struct sockport_port *port,
		      struct user_namespace *user_ns,
		      struct sockport_cgroups *cgroups)
{
	const struct sockport_port_opener *opener = port->opener;
	const char *path = NULL;
	struct nlattr *nest;

	if (!opener)
		return 0;
	if (opener->cgroup)
		path = sockport_cgroup_path(cgroups, opener->cgroup);
	nest = nla_nest_start(skb, SOCKPORT_A_PORT_OPENER);
	if (!nest ||
	    (opener->pid &&
	     nla_put_u32(skb, SOCKPORT_A_OPENER_PID, opener->pid)) ||
	    nla_put_string(skb, SOCKPORT_A_OPENER_COMM, opener->comm) ||
	    nla_put_u32(skb, SOCKPORT_A_OPENER_UID,
			from_kuid_munged(user_ns, opener->uid)) ||
	    (path && strlen(path) <= SOCKPORT_REPLY_PATH &&
	     nla_put_string(skb, SOCKPORT_A_OPENER_CGROUP, path)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * sockport_reply_history - put what a port did into a message
 * @skb: message
 * @port: row of the port table, with what was asked for
 * @user_ns: user namespace of the reader
 * @cgroups: paths of cgroups, when the row tells who opened it
 *
 * Context: process context of who reads, may sleep.
 *
 * Return: 0, or -EMSGSIZE, after which the message has to be cancelled.
 */
int sockport_reply_history(struct sk_buff *skb,
			   const struct sockport_port *port,
			   struct user_namespace *user_ns,
			   struct sockport_cgroups *cgroups)
{
	if (put_totals(skb, port) || put_distributions(skb, port) ||
	    put_opener(skb, port, user_ns, cgroups))
		return -EMSGSIZE;
	return 0;
}
