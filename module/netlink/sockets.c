// SPDX-License-Identifier: GPL-2.0
/*
 * Requests for sockets, answered while their tables are walked
 */
#include <linux/err.h>
#include <net/genetlink.h>

#include "gen/sockport-nl-gen.h"
#include "netlink/dump.h"
#include "netlink/netlink.h"
#include "netlink/query.h"
#include "netlink/reply.h"
#include "netlink/sockets.h"
#include "walk/walk.h"

static int put_socket(struct sk_buff *skb, u32 portid, u32 seq, int flags,
		      const struct sockport_query *query,
		      const struct sockport_record *rec)
{
	const struct sockport_answer answer = {
		.want		= query->want,
		.netns		= query->other || query->scope.slots,
		.reader		= &query->reader,
		.detail		= sockport_walk_detail(&query->walk),
		.info		= sockport_walk_info(&query->walk),
		.owners		= &query->owners,
		.cgroups	= query->cgroups,
	};
	void *hdr;

	hdr = genlmsg_put(skb, portid, seq, &sockport_family, flags,
			  SOCKPORT_CMD_SOCKET_GET);
	if (!hdr)
		return -EMSGSIZE;
	if (sockport_reply_socket(skb, rec, &answer)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/**
 * sockport_sockets_start - begin the dump of sockets
 * @cb: the dump
 *
 * Context: process context of who sends the request, may sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int sockport_sockets_start(struct netlink_callback *cb)
{
	return sockport_dump_start(cb, sockport_query_sockets);
}

/* The next socket that is asked for, which stays the next until it is told. */
static struct sockport_record *next_socket(struct sockport_query *query)
{
	struct sockport_record *rec;

	while ((rec = sockport_walk_current(&query->walk))) {
		if (IS_ERR(rec) || sockport_query_wants(query, rec))
			return rec;
		sockport_walk_advance(&query->walk);
	}
	return NULL;
}

static int socket_get_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct sockport_dump *dump = sockport_dump_of(cb);
	struct sockport_query *query = dump->query;
	struct sockport_record *rec;
	int err;

	if (!query)
		return sockport_dump_failed(dump, cb);
	while ((rec = next_socket(query))) {
		if (IS_ERR(rec))
			return PTR_ERR(rec);
		err = put_socket(skb, NETLINK_CB(cb->skb).portid,
				 cb->nlh->nlmsg_seq, NLM_F_MULTI, query, rec);
		if (err && skb->len)
			return skb->len;
		/* It fits no message: the reader is told at the end. */
		if (err)
			sockport_walk_miss(&query->walk);
		sockport_walk_advance(&query->walk);
	}
	return skb->len ?: sockport_query_end(query);
}

int sockport_nl_socket_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb)
{
	return sockport_dump_paid(skb, cb, socket_get_dump);
}

/**
 * sockport_sockets_done - end the dump of sockets
 * @cb: the dump
 *
 * Context: process context, may sleep.
 *
 * Return: 0.
 */
int sockport_sockets_done(struct netlink_callback *cb)
{
	return sockport_dump_done(cb, sockport_query_sockets_free);
}

/* Fill @reply with the one socket that the query's walk has to offer. */
static int put_only_socket(struct sk_buff *reply, struct genl_info *info,
			   struct sockport_query *query)
{
	struct sockport_record *rec;
	int err;

	rec = next_socket(query);
	if (IS_ERR(rec))
		return PTR_ERR(rec);
	if (!rec) {
		NL_SET_ERR_MSG(info->extack, "no socket matches");
		return -ENOENT;
	}
	err = put_socket(reply, info->snd_portid, info->snd_seq, 0, query, rec);
	if (err)
		return err;
	sockport_walk_advance(&query->walk);

	rec = next_socket(query);
	if (IS_ERR(rec))
		return PTR_ERR(rec);
	if (rec) {
		NL_SET_ERR_MSG(info->extack,
			       "several sockets match, a cookie tells them apart");
		return -ENOTUNIQ;
	}
	return sockport_query_end(query);
}

int sockport_nl_socket_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct sockport_request request = sockport_do_request(skb, info);
	struct sk_buff *reply;
	struct sockport_query *query;
	int err;

	query = sockport_query_sockets(&request);
	if (IS_ERR(query))
		return PTR_ERR(query);

	err = -ENOMEM;
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (reply) {
		err = put_only_socket(reply, info, query);
		err = sockport_send_reply(reply, err, info);
	}
	sockport_query_sockets_free(query);
	return err;
}
