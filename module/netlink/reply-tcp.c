// SPDX-License-Identifier: GPL-2.0
/*
 * What TCP knows of a socket, as attributes
 */
#include <linux/skbuff.h>
#include <net/netlink.h>

#include "netlink/reply.h"
#include "walk/record.h"

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
	if (rec->has & SOCKPORT_HAS_AGE &&
	    nla_put_u64_64bit(skb, SOCKPORT_A_SOCKET_STATE_AGE,
			      (u64)rec->age * 100, SOCKPORT_A_SOCKET_PAD))
		return -EMSGSIZE;
	return 0;
}
