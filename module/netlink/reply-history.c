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

/**
 * sockport_reply_totals - put what was done into a message
 * @skb: message
 * @attr: attribute that it goes to
 * @totals: what was done
 * @protocol: enum sockport_protocol that it means something for
 * @without: mask of SOCKPORT_A_HISTORY_*, what is left out
 *
 * Return: 0, or -EMSGSIZE, after which the message has to be cancelled.
 */
int sockport_reply_totals(struct sk_buff *skb, int attr,
			  const struct sockport_totals *totals, u8 protocol,
			  u64 without)
{
	struct nlattr *nest = nla_nest_start(skb, attr);
	unsigned int i;

	if (!nest)
		return -EMSGSIZE;
	for (i = SOCKPORT_A_HISTORY_OPENED; i <= SOCKPORT_A_HISTORY_MAX; i++)
		if (!(without & BIT_ULL(i)) &&
		    sockport_totals_know(totals, protocol, i) &&
		    nla_put_u64_64bit(skb, i, totals->value[i],
				      SOCKPORT_A_HISTORY_PAD))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_totals(struct sk_buff *skb, const struct sockport_port *port)
{
	if (!port->totals)
		return 0;
	return sockport_reply_totals(skb, SOCKPORT_A_PORT_HISTORY, port->totals,
				     port->protocol, 0);
}

/* Without the empty buckets at the end. */
static int put_distribution(struct sk_buff *skb, u8 kind,
			    const struct sockport_distribution *values)
{
	unsigned int n = SOCKPORT_BUCKETS;
	struct nlattr *nest;

	while (n && !values->bucket[n - 1])
		n--;
	nest = nla_nest_start(skb, SOCKPORT_A_PORT_DISTRIBUTION);
	if (!nest || nla_put_u8(skb, SOCKPORT_A_DISTRIBUTION_KIND, kind) ||
	    nla_put_u64_64bit(skb, SOCKPORT_A_DISTRIBUTION_SUM, values->sum,
			      SOCKPORT_A_DISTRIBUTION_PAD) ||
	    nla_put(skb, SOCKPORT_A_DISTRIBUTION_BUCKETS, n * sizeof(u64),
		    values->bucket))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_distributions(struct sk_buff *skb,
			     const struct sockport_port *port)
{
	const struct sockport_spread *spread = port->spread;
	struct sockport_distribution values;
	unsigned int kind, i;

	if (!spread)
		return 0;
	for (kind = 1; kind < SOCKPORT_SPREADS; kind++) {
		values.sum = atomic64_read(&spread->sum[kind]);
		for (i = 0; i < SOCKPORT_BUCKETS; i++)
			values.bucket[i] =
				atomic64_read(&spread->bucket[kind][i]);
		if (put_distribution(skb, kind == SOCKPORT_SPREAD_ACCEPT ?
				     SOCKPORT_DISTRIBUTION_KIND_ACCEPT : kind,
				     &values))
			return -EMSGSIZE;
	}
	return put_distribution(skb, SOCKPORT_DISTRIBUTION_KIND_RTT_NOW,
				port->rtt_now);
}

static int put_worker(struct sk_buff *skb,
		      const struct sockport_port_workers *workers,
		      unsigned int i)
{
	struct nlattr *nest = nla_nest_start(skb, SOCKPORT_A_PORT_WORKER);

	if (!nest ||
	    nla_put_u32(skb, SOCKPORT_A_WORKER_PID, workers->at[i].pid) ||
	    nla_put_string(skb, SOCKPORT_A_WORKER_COMM, workers->at[i].comm) ||
	    nla_put_u64_64bit(skb, SOCKPORT_A_WORKER_ACCEPTS,
			      workers->at[i].accepts, SOCKPORT_A_WORKER_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_workers(struct sk_buff *skb, const struct sockport_port *port)
{
	const struct sockport_port_workers *workers = port->workers;
	unsigned int i;

	if (!workers)
		return 0;
	for (i = 0; i < workers->count; i++)
		if (put_worker(skb, workers, i))
			return -EMSGSIZE;
	if (!workers->others)
		return 0;
	return nla_put_u64_64bit(skb, SOCKPORT_A_PORT_OTHER_ACCEPTS,
				 workers->others, SOCKPORT_A_PORT_PAD);
}

static int put_opener(struct sk_buff *skb, const struct sockport_port *port,
		      struct user_namespace *user_ns,
		      struct sockport_cgroups *cgroups)
{
	const struct sockport_port_opener *opener = port->opener;
	const char *path = NULL;
	struct nlattr *nest;

	if (!opener || !opener->comm[0])
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
	    put_opener(skb, port, user_ns, cgroups) || put_workers(skb, port))
		return -EMSGSIZE;
	return 0;
}
