// SPDX-License-Identifier: GPL-2.0
/*
 * What TCP knows of a socket, as attributes
 */
#include <linux/inet_diag.h>
#include <linux/skbuff.h>
#include <net/netlink.h>

#include "netlink/reply.h"
#include "owners/reader.h"
#include "walk/record.h"

static int put_control(struct sk_buff *skb, const struct sockport_detail *detail)
{
	static const u8 attrs[] = {
		[INET_DIAG_VEGASINFO]	= SOCKPORT_A_SOCKET_VEGAS_INFO,
		[INET_DIAG_DCTCPINFO]	= SOCKPORT_A_SOCKET_DCTCP_INFO,
		[INET_DIAG_BBRINFO]	= SOCKPORT_A_SOCKET_BBR_INFO,
	};
	const u8 type = detail->control_type;

	/* One that nobody knows yet. */
	if (type >= ARRAY_SIZE(attrs) || !attrs[type])
		return 0;
	return nla_put(skb, attrs[type], detail->control_len, &detail->control);
}

/* Who runs TLS or the like is told to those whom the kernel tells it. */
static int put_special_tcp(struct sk_buff *skb,
			   const struct sockport_record *rec,
			   const struct sockport_answer *answer)
{
	if (rec->has & SOCKPORT_HAS_AGE &&
	    nla_put_u64_64bit(skb, SOCKPORT_A_SOCKET_STATE_AGE,
			      (u64)rec->age * 100, SOCKPORT_A_SOCKET_PAD))
		return -EMSGSIZE;
	if (!answer->detail)
		return 0;
	if (rec->has & SOCKPORT_HAS_ULP && answer->reader->net_admin &&
	    nla_put_string(skb, SOCKPORT_A_SOCKET_ULP, answer->detail->ulp))
		return -EMSGSIZE;
	return rec->has & SOCKPORT_HAS_CONTROL ?
	       put_control(skb, answer->detail) : 0;
}

/**
 * sockport_reply_tcp - put what only sockets of TCP have into a message
 * @skb: message
 * @rec: the socket, of any kind
 * @answer: what is asked for, and what it takes to answer
 *
 * Context: as sockport_reply_socket(), which calls it.
 *
 * Return: 0 or -EMSGSIZE.
 */
int sockport_reply_tcp(struct sk_buff *skb, const struct sockport_record *rec,
		       const struct sockport_answer *answer)
{
	if (rec->has & SOCKPORT_HAS_TCP_INFO &&
	    nla_put_64bit(skb, SOCKPORT_A_SOCKET_TCP_INFO,
			  sizeof(*answer->info), answer->info,
			  SOCKPORT_A_SOCKET_PAD))
		return -EMSGSIZE;
	if (rec->has & SOCKPORT_HAS_CONGESTION && answer->detail &&
	    nla_put_string(skb, SOCKPORT_A_SOCKET_CONGESTION,
			   answer->detail->congestion))
		return -EMSGSIZE;
	return put_special_tcp(skb, rec, answer);
}
