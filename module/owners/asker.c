// SPDX-License-Identifier: GPL-2.0
/* What is told to a netlink socket that has asked for it before */
#include "owners/asker.h"

/* As netlink does: a message takes no more of the receiver's room than it needs. */
static void trim(struct sk_buff *skb)
{
	int spare = skb_end_pointer(skb) - skb_tail_pointer(skb);

	if (spare * 2 >= skb->truesize)
		pskb_expand_head(skb, 0, -spare, GFP_NOWAIT | __GFP_NOWARN);
}

/**
 * sockport_asker_queue - tell something to the socket
 * @sk: socket of sockport_asker_get()
 * @skb: what it is told, taken over
 *
 * To the socket itself, not to its number: while a socket is being closed somebody
 * else may have that, before anybody knows that it is closed. What is queued after
 * it was is freed with it.
 *
 * Context: process context.
 *
 * Return: 0, also where a filter of its own refuses it; or a negative errno when it
 * has no room, which who reads from it learns, whether it asked for that or not.
 */
int sockport_asker_queue(struct sock *sk, struct sk_buff *skb)
{
	int err;

	trim(skb);
	err = sock_queue_rcv_skb(sk, skb);
	if (!err)
		return 0;
	kfree_skb(skb);
	if (err == -EPERM)
		return 0;
	WRITE_ONCE(sk->sk_err, ENOBUFS);
	sk_error_report(sk);
	return err;
}
