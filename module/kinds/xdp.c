// SPDX-License-Identifier: GPL-2.0
/*
 * XDP sockets
 */
#include <linux/netdevice.h>
#include <net/xdp_sock.h>

#include "kinds/plain.h"
#include "walk/filter.h"
#include "walk/walk.h"

#ifdef CONFIG_XDP_SOCKETS

/* The device of a socket that is not bound any more is nobody's to look at. */
static void xdp_device(struct sockport_record *rec,
		       struct sockport_detail *detail, struct xdp_sock *xs)
{
	mutex_lock(&xs->mutex);
	if (xs->state == XSK_BOUND) {
		rec->ifindex = xs->dev->ifindex;
		detail->queue_id = xs->queue_id;
		rec->has |= SOCKPORT_HAS_QUEUE_ID;
	}
	mutex_unlock(&xs->mutex);
}

static void xdp_take(struct sockport_walk *walk, struct sockport_record *rec,
		     struct sock *sk)
{
	sockport_record_begin(rec, sockport_walk_here(walk), sk,
			      SOCKPORT_PROTOCOL_XDP);
	rec->state = SOCKPORT_STATE_CLOSE;
	rec->type = sk->sk_type;
	rec->has |= SOCKPORT_HAS_TYPE;
	xdp_device(rec, sockport_walk_slot_detail(walk),
		   (struct xdp_sock *)sk);
	/* Nothing counts drops where those of other kinds are counted. */
	if (sockport_plain_keep(walk, rec, sk))
		rec->has &= ~SOCKPORT_HAS_DROPS;
}

static int xdp_batch(struct sockport_walk *walk)
{
	struct netns_xdp *table = &sockport_walk_here(walk)->net->xdp;

	if (!sockport_filter_states(walk->filter, SOCKPORT_PROTOCOL_XDP,
				    BIT(SOCKPORT_STATE_CLOSE)))
		return 0;
	return sockport_plain_list(walk, &table->lock, &table->list, xdp_take);
}

#else /* CONFIG_XDP_SOCKETS */

static int xdp_batch(struct sockport_walk *walk)
{
	return 0;
}

#endif /* CONFIG_XDP_SOCKETS */

const struct sockport_kind sockport_xdp = {
	.protocol	= SOCKPORT_PROTOCOL_XDP,
	.per_net	= true,
	.detail		= true,
	.batch		= xdp_batch,
};
