// SPDX-License-Identifier: GPL-2.0
/*
 * Requests for what programs did
 */
#include <linux/string.h>
#include <linux/uidgid.h>
#include <net/genetlink.h>

#include "gen/sockport-nl-gen.h"
#include "netlink/dump.h"
#include "netlink/netlink.h"
#include "netlink/programs.h"
#include "netlink/query.h"
#include "netlink/reply.h"
#include "owners/cgroup.h"
#include "ports/program-table.h"

/* Who it is, as far as that is known. */
static int put_program(struct sk_buff *skb, const struct sockport_query *query,
		       const struct sockport_program_sum *sum)
{
	const char *path = NULL;

	if (sum->is_rest)
		return nla_put_flag(skb, SOCKPORT_A_PROGRAM_REST);
	if (sum->cgroup)
		path = sockport_cgroup_path(query->cgroups, sum->cgroup);
	if ((sum->comm[0] &&
	     nla_put_string(skb, SOCKPORT_A_PROGRAM_COMM, sum->comm)) ||
	    (uid_valid(sum->uid) &&
	     nla_put_u32(skb, SOCKPORT_A_PROGRAM_UID,
			 from_kuid_munged(query->reader.user_ns, sum->uid))) ||
	    (path && strlen(path) <= SOCKPORT_REPLY_PATH &&
	     nla_put_string(skb, SOCKPORT_A_PROGRAM_CGROUP, path)))
		return -EMSGSIZE;
	return 0;
}

static int put_sum(struct sk_buff *skb, struct netlink_callback *cb,
		   const struct sockport_query *query,
		   const struct sockport_program_sum *sum)
{
	void *hdr;

	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			  &sockport_family, NLM_F_MULTI,
			  SOCKPORT_CMD_PROGRAM_GET);
	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(skb, SOCKPORT_A_PROGRAM_NETNS, sum->netns) ||
	    put_program(skb, query, sum) ||
	    sockport_reply_totals(skb, SOCKPORT_A_PROGRAM_HISTORY, &sum->totals,
				  0, SOCKPORT_COUNTERS_PORT)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/**
 * sockport_programs_start - begin the dump of what programs did
 * @cb: the dump
 *
 * Context: process context of who sends the request, may sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int sockport_programs_start(struct netlink_callback *cb)
{
	return sockport_dump_start(cb, sockport_query_programs);
}

static int program_get_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct sockport_dump *dump = sockport_dump_of(cb);
	struct sockport_query *query = dump->query;
	struct sockport_some_programs *some;
	int err;

	if (!query)
		return sockport_dump_failed(dump, cb);
	some = &query->programs;
	for (; some->at < some->all.count; some->at++) {
		err = put_sum(skb, cb, query, &some->all.sum[some->at]);
		if (err)
			return sockport_dump_result(skb, err);
	}
	return skb->len ?: sockport_query_end(query);
}

int sockport_nl_program_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb)
{
	return sockport_dump_paid(skb, cb, program_get_dump);
}

/**
 * sockport_programs_done - end the dump of what programs did
 * @cb: the dump
 *
 * Context: process context, may sleep.
 *
 * Return: 0.
 */
int sockport_programs_done(struct netlink_callback *cb)
{
	return sockport_dump_done(cb, sockport_query_programs_free);
}
