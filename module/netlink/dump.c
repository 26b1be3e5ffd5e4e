// SPDX-License-Identifier: GPL-2.0
/*
 * What all dumps have: how they begin, who pays for them, how they end
 */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/slab.h>

#include "compat.h"
#include "netlink/dump.h"
#include "owners/asker.h"

/**
 * struct sockport_dump_failure - why a dump cannot begin
 * @err: negative errno
 * @extack: what goes with it
 */
struct sockport_dump_failure {
	int			err;
	struct netlink_ext_ack	extack;
};

/**
 * sockport_dump_start - take in the request of a dump
 * @cb: the dump
 * @begin: makes a query of the request
 *
 * Who sends the request is known here only: the first message may be made when
 * somebody else reads from the socket. There is no extack before 6.12, so what
 * is wrong is told with the first message.
 *
 * Context: process context of who sends the request, may sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int sockport_dump_start(struct netlink_callback *cb,
			struct sockport_query *
			(*begin)(const struct sockport_request *request))
{
	struct sockport_dump *dump = sockport_dump_of(cb);
	struct sockport_dump_failure *failure;
	struct sockport_request request;
	struct sockport_query *query;

	failure = kzalloc(sizeof(*failure), GFP_KERNEL);
	if (!failure)
		return -ENOMEM;
	request = (struct sockport_request) {
		.skb	= cb->skb,
		.net	= sockport_asker_net(cb->skb),
		.attrs	= sockport_dump_attrs(cb),
		.extack	= &failure->extack,
	};
	query = begin(&request);
	if (IS_ERR(query)) {
		failure->err = PTR_ERR(query);
		dump->failure = failure;
		return 0;
	}
	dump->query = query;
	kfree(failure);
	return 0;
}

/**
 * sockport_dump_failed - tell why a dump has no query
 * @dump: the dump
 * @cb: likewise
 *
 * Context: process context of who reads.
 *
 * Return: negative errno.
 */
int sockport_dump_failed(const struct sockport_dump *dump,
			 struct netlink_callback *cb)
{
	if (cb->extack)
		*cb->extack = dump->failure->extack;
	return dump->failure->err;
}

/**
 * sockport_dump_paid - make a message of a dump
 * @skb: the message
 * @cb: the dump
 * @dump: makes it
 *
 * What is allocated on the way goes to who opened the socket, also when somebody
 * with more rights was made to read from it.
 *
 * Context: process context of who reads, may sleep.
 *
 * Return: what @dump returns.
 */
int sockport_dump_paid(struct sk_buff *skb, struct netlink_callback *cb,
		       int (*dump)(struct sk_buff *skb,
				   struct netlink_callback *cb))
{
	const struct cred *creds =
		override_creds(sockport_asker_cred(cb->skb));
	int err = dump(skb, cb);

	revert_creds(creds);
	return err;
}

/**
 * sockport_dump_done - be done with a dump
 * @cb: the dump
 * @end: frees its query
 *
 * Context: process context, may sleep.
 *
 * Return: 0.
 */
int sockport_dump_done(struct netlink_callback *cb,
		       void (*end)(struct sockport_query *query))
{
	struct sockport_dump *dump = sockport_dump_of(cb);

	if (dump->query)
		end(dump->query);
	kfree(dump->failure);
	return 0;
}

/**
 * sockport_send_reply - answer a request that is no dump
 * @reply: the answer, gone afterwards
 * @err: negative errno when it could not be filled, else 0
 * @info: the request
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or a negative errno.
 */
int sockport_send_reply(struct sk_buff *reply, int err, struct genl_info *info)
{
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	return genlmsg_reply(reply, info);
}
