// SPDX-License-Identifier: GPL-2.0
/*
 * The accept queue of a listener: whose its connections will be
 *
 * Connections are taken from the head, in process context, and added at the
 * tail, in softirq; there may be thousands. So the queue is gone through in
 * short holds. The last request of each hold is kept by a reference, so that no
 * other can have its address. None leaves before those ahead of it (MPTCP takes
 * a whole queue off and puts it back): when one of those kept is met near the
 * head, all that came after it are still there, and the one that was kept last
 * is the place to go on. When none is, those that were seen have left, and
 * another sweep begins.
 */
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <net/inet_connection_sock.h>
#include <net/ipv6.h>
#include <net/mptcp.h>
#include <net/request_sock.h>
#include <net/tcp.h>
#include <uapi/linux/sockport.h>

#include "kinds/tcp-queue.h"
#include "walk/scope.h"
#include "walk/waiting.h"

/* Requests that a hold of the lock takes, and that it may step over before. */
#define QUEUE_HOLD	32
/* A server that accepts them as fast as they are looked at needs no more. */
#define SWEEPS		64

/**
 * struct accept_queue - an accept queue under way
 * @waiting: where to put what waits in it
 * @space: the listener's network namespace
 * @sk: the listener, with a reference
 * @inode: of the listener
 * @kept: the last request of each hold of this sweep, with references
 * @place: requests seen in this sweep
 * @left: those that it still looks at
 * @lost: the place is lost
 */
struct accept_queue {
	struct sockport_waiting		*waiting;
	const struct sockport_space	*space;
	struct sock			*sk;
	u64				inode;
	struct sockport_table		kept;
	u32				place;
	u32				left;
	bool				lost;
};

static u64 key_of(const struct accept_queue *queue, const struct sock *sk,
		  u32 protocol)
{
	struct sockport_tuple tuple = {
		.space		= queue->space->index,
		.ifindex	= READ_ONCE(sk->sk_bound_dev_if),
		.local_port	= READ_ONCE(sk->sk_num),
		.remote_port	= ntohs(READ_ONCE(sk->sk_dport)),
		.protocol	= protocol,
	};

#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		tuple.local = sk->sk_v6_rcv_saddr;
		tuple.remote = sk->sk_v6_daddr;
		return sockport_waiting_key(queue->waiting, &tuple);
	}
#endif
	ipv6_addr_set_v4mapped(sk->sk_rcv_saddr, &tuple.local);
	ipv6_addr_set_v4mapped(sk->sk_daddr, &tuple.remote);
	return sockport_waiting_key(queue->waiting, &tuple);
}

/* The MPTCP socket of a subflow has the same addresses. */
static void note(struct accept_queue *queue, const struct sock *sk)
{
	u64 key = key_of(queue, sk, SOCKPORT_PROTOCOL_TCP);

	sockport_waiting_add(queue->waiting, key, queue->inode, queue->place);
	if (sk_is_mptcp(sk)) {
		key = key_of(queue, sk, SOCKPORT_PROTOCOL_MPTCP);
		sockport_waiting_add(queue->waiting, key, queue->inode,
				    queue->place);
	}
	queue->place++;
	queue->left--;
}

static struct request_sock *kept_at(const struct accept_queue *queue,
				    unsigned int i)
{
	return ((struct request_sock **)queue->kept.at)[i];
}

/*
 * The request after those seen, or NULL; lock of the queue held. What was seen
 * of the first one's addresses only says which request to look for.
 */
static struct request_sock *go_on(struct accept_queue *queue)
{
	struct request_sock *req;
	unsigned int n;
	u32 place;
	u64 key;

	req = inet_csk(queue->sk)->icsk_accept_queue.rskq_accept_head;
	if (!req || !queue->kept.count)
		return req;
	key = key_of(queue, req->sk, SOCKPORT_PROTOCOL_TCP);
	if (sockport_waiting_place(queue->waiting, key, &place) &&
	    place / QUEUE_HOLD < queue->kept.count)
		for (n = 0; req && n < QUEUE_HOLD; n++, req = req->dl_next)
			if (req == kept_at(queue, place / QUEUE_HOLD))
				return kept_at(queue, queue->kept.count - 1)
					->dl_next;
	queue->lost = true;
	return NULL;
}

/* The reference is dropped by sock_gen_put(): a request is a small socket. */
static void keep(struct accept_queue *queue, struct request_sock *req)
{
	if (refcount_inc_not_zero(&req->rsk_refcnt))
		*(struct request_sock **)sockport_table_add(&queue->kept) = req;
	else
		queue->left = 0;
}

/* One hold of the lock. Returns false when no more are to be looked at. */
static bool hold_queue(struct accept_queue *queue)
{
	spinlock_t *lock = &inet_csk(queue->sk)->icsk_accept_queue.rskq_lock;
	struct request_sock *req, *last = NULL;
	unsigned int n;

	spin_lock_bh(lock);
	req = go_on(queue);
	for (n = 0; req && queue->left && n < QUEUE_HOLD; n++) {
		note(queue, req->sk);
		last = req;
		req = req->dl_next;
	}
	if (req && queue->left)
		keep(queue, last);
	spin_unlock_bh(lock);
	return req && queue->left;
}

static void sweep_begin(struct accept_queue *queue)
{
	while (queue->kept.count)
		sock_gen_put((struct sock *)
			     kept_at(queue, --queue->kept.count));
	queue->waiting->sweeps++;
	queue->place = 0;
	queue->left = READ_ONCE(queue->sk->sk_ack_backlog);
	queue->lost = false;
}

static int sweep(struct accept_queue *queue)
{
	int err;

	sweep_begin(queue);
	do {
		cond_resched();
		if (fatal_signal_pending(current))
			return -EINTR;
		/* An MPTCP connection is two sockets. */
		err = sockport_waiting_reserve(queue->waiting, 2 * QUEUE_HOLD);
		if (!err && queue->left > QUEUE_HOLD)
			err = sockport_table_reserve(&queue->kept, 1);
		if (err)
			return err;
	} while (hold_queue(queue));
	return 0;
}

/**
 * sockport_tcp_queue_take - remember what waits in an accept queue
 * @waiting: where to
 * @space: the listener's network namespace
 * @sk: the listener, with a reference; it may have been closed since
 * @inode: of the listener
 *
 * The kernel takes the lock of an accept queue with sockets locked and takes
 * those of the hash tables under it: no lock is held here.
 *
 * Context: process context, may sleep.
 *
 * Return: 0, -ENOMEM or -EINTR.
 */
int sockport_tcp_queue_take(struct sockport_waiting *waiting,
			    const struct sockport_space *space,
			    struct sock *sk, u64 inode)
{
	struct accept_queue queue = {
		.waiting	= waiting,
		.space	= space,
		.sk	= sk,
		.inode	= inode,
	};
	unsigned int sweeps = SWEEPS;
	int err;

	sockport_table_init(&queue.kept, waiting->queued.net,
			    sizeof(struct request_sock *));
	do {
		err = sweep(&queue);
	} while (!err && queue.lost && --sweeps);
	sweep_begin(&queue);
	sockport_table_free(&queue.kept);
	return err;
}
