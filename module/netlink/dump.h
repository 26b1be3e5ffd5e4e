/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_DUMP_H
#define SOCKPORT_DUMP_H

#include <linux/build_bug.h>
#include <linux/netlink.h>
#include <net/genetlink.h>

#include "netlink/query.h"

struct sockport_dump_failure;

/**
 * struct sockport_dump - what a dump keeps from one message to the next
 * @query: the request, or NULL
 * @failure: then this
 */
struct sockport_dump {
	struct sockport_query		*query;
	struct sockport_dump_failure	*failure;
};

static inline struct sockport_dump *sockport_dump_of(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct sockport_dump) > sizeof(cb->ctx));
	return (struct sockport_dump *)cb->ctx;
}

/* A full message is not the end; one that takes nothing at all is. */
static inline int sockport_dump_result(const struct sk_buff *skb, int err)
{
	return err == -EMSGSIZE && skb->len ? skb->len : err;
}

static inline struct sockport_request
sockport_do_request(struct sk_buff *skb, struct genl_info *info)
{
	return (struct sockport_request) {
		.skb	= skb,
		.net	= genl_info_net(info),
		.attrs	= info->attrs,
		.extack	= info->extack,
	};
}

int sockport_dump_start(struct netlink_callback *cb,
			struct sockport_query *
			(*begin)(const struct sockport_request *request));
int sockport_dump_failed(const struct sockport_dump *dump,
			 struct netlink_callback *cb);
int sockport_dump_paid(struct sk_buff *skb, struct netlink_callback *cb,
		       int (*dump)(struct sk_buff *skb,
				   struct netlink_callback *cb));
int sockport_dump_done(struct netlink_callback *cb,
		       void (*end)(struct sockport_query *query));
int sockport_send_reply(struct sk_buff *reply, int err, struct genl_info *info);

#endif /* SOCKPORT_DUMP_H */
