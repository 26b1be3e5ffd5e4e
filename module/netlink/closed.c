// SPDX-License-Identifier: GPL-2.0
/*
 * Requests for the connections that ended last: which of them, and what of them
 */
#include <linux/sched.h>
#include <linux/string.h>
#include <net/genetlink.h>

#include "gen/sockport-nl-gen.h"
#include "history/last.h"
#include "history/opener.h"
#include "netlink/closed.h"
#include "netlink/dump.h"
#include "netlink/netlink.h"
#include "netlink/query.h"
#include "netlink/reply.h"
#include "netlink/request.h"
#include "netlink/tell-process.h"
#include "owners/cgroup.h"

static bool read_some(struct sockport_query *query)
{
	struct sockport_some_ended *some = &query->ended;

	while (some->space < query->scope.count) {
		/* What is not wanted fills no message. */
		cond_resched();
		some->at = 0;
		some->count = sockport_last_read(query->scope.space[some->space].net,
						 &some->place, some->ended,
						 ARRAY_SIZE(some->ended));
		if (some->count)
			return true;
		memset(&some->place, 0, sizeof(some->place));
		some->space++;
	}
	return false;
}

/*
 * As events they are for who has rights over the namespace, and those of one's own
 * sockets for anybody.
 */
static bool is_wanted(const struct sockport_query *query,
		      const struct sockport_event *event)
{
	struct sockport_record rec = sockport_event_record(event);

	return (query->reader.net_admin ||
		sockport_reader_sees_uid(&query->reader, event->uid)) &&
	       (!query->filter.count ||
		sockport_filter_match(&query->filter, &rec, NULL));
}

/* The next one that is asked for, which stays the next until it is told. */
static const struct sockport_ended *next_ended(struct sockport_query *query)
{
	struct sockport_some_ended *some = &query->ended;

	do {
		for (; some->at < some->count; some->at++)
			if (is_wanted(query, &some->ended[some->at].event))
				return &some->ended[some->at];
	} while (read_some(query));
	return NULL;
}

/* Who is gone may be seen by what its row remembers of it. */
static void tell_process(struct sockport_telling *telling,
			 const struct sockport_reader *reader,
			 const struct sockport_ended *ended)
{
	sockport_tell_process(telling, reader, &ended->event);
	if (telling->pid || !ended->has_opener ||
	    !sockport_reader_sees_gone(reader, &ended->opener.program.by))
		return;
	telling->pid = sockport_opener_pid(&ended->opener, reader->pid_ns);
	strscpy(telling->comm, ended->event.comm, sizeof(telling->comm));
}

static struct sockport_telling tell(struct sockport_query *query,
				    const struct sockport_ended *ended)
{
	const struct sockport_reader *reader = &query->reader;
	struct sockport_telling telling = {
		.user_ns = reader->user_ns,
		.netns	 = query->scope.space[query->ended.space].inode,
	};

	tell_process(&telling, reader, ended);
	if (ended->cgroup && sockport_reader_sees_uid(reader, ended->event.uid))
		telling.cgroup = sockport_cgroup_path(query->cgroups,
						      ended->cgroup);
	return telling;
}

static int put_ended(struct sk_buff *skb, struct netlink_callback *cb,
		     const struct sockport_ended *ended,
		     const struct sockport_telling *telling)
{
	void *hdr;

	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			  &sockport_family, NLM_F_MULTI,
			  SOCKPORT_CMD_CLOSED_GET);
	if (!hdr)
		return -EMSGSIZE;
	if (sockport_reply_event(skb, &ended->event, telling)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/**
 * sockport_closed_start - begin the dump of connections that ended
 * @cb: the dump
 *
 * Context: process context of who sends the request, may sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int sockport_closed_start(struct netlink_callback *cb)
{
	return sockport_dump_start(cb, sockport_query_closed);
}

static int closed_get_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct sockport_dump *dump = sockport_dump_of(cb);
	struct sockport_query *query = dump->query;
	const struct sockport_ended *ended;
	struct sockport_telling telling;
	int err;

	if (!query)
		return sockport_dump_failed(dump, cb);
	while ((ended = next_ended(query))) {
		telling = tell(query, ended);
		err = put_ended(skb, cb, ended, &telling);
		if (err)
			return sockport_dump_result(skb, err);
		query->ended.at++;
	}
	return skb->len ?: sockport_query_end(query);
}

int sockport_nl_closed_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb)
{
	return sockport_dump_paid(skb, cb, closed_get_dump);
}

/**
 * sockport_closed_done - end the dump of connections that ended
 * @cb: the dump
 *
 * Context: process context, may sleep.
 *
 * Return: 0.
 */
int sockport_closed_done(struct netlink_callback *cb)
{
	return sockport_dump_done(cb, sockport_query_closed_free);
}
