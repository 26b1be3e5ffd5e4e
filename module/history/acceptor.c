// SPDX-License-Identifier: GPL-2.0
/*
 * Which of a port's listeners took a connection
 *
 * When a connection is established it waits in the queue of exactly one
 * listener, at the end most often, unless somebody was quick to accept it. Where
 * it is in no queue, those listeners that it may have come to tell who it was
 * if they are all of one process.
 *
 * TCP closes connections with the lock of a queue held, which takes that of the
 * chain of a followed socket. So a queue is never locked with a chain locked.
 */
#include <linux/rculist.h>
#include <net/inet_connection_sock.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>

#include "history/acceptor.h"
#include "history/follow.h"
#include "history/rows.h"

/* Listeners that are looked at, and connections in their queues. */
#define LISTENERS	64
#define WAITING		256

static void note(struct sockport_acceptor *acceptor,
		 const struct sockport_follow *listener)
{
	acceptor->pid = listener->pid;
	acceptor->since = listener->since;
	memcpy(acceptor->comm, listener->comm, sizeof(acceptor->comm));
}

/* @most: how many may still be looked at, and are not any more. */
static bool in_queue(struct request_sock_queue *queue, const struct sock *sk,
		     unsigned int *most)
{
	const struct request_sock *req = queue->rskq_accept_head;

	if (!req)
		return false;
	if (queue->rskq_accept_tail->sk == sk)
		return true;
	for (; req && *most; req = req->dl_next, --*most)
		if (req->sk == sk)
			return true;
	return false;
}

/* A listener is freed after a grace period, its queue may be closed already. */
static bool waits_at(struct sock *listener, const struct sock *sk,
		     unsigned int *most)
{
	struct request_sock_queue *queue = &inet_csk(listener)->icsk_accept_queue;
	bool waits = false;

	if (inet_sk_state_load(listener) != TCP_LISTEN ||
	    !READ_ONCE(listener->sk_ack_backlog))
		return false;
	spin_lock(&queue->rskq_lock);
	if (inet_sk_state_load(listener) == TCP_LISTEN)
		waits = in_queue(queue, sk, most);
	spin_unlock(&queue->rskq_lock);
	return waits;
}

/**
 * sockport_acceptor_find - find whose listener took a connection
 * @acceptor: where to put that, zeroed
 * @row: row of the port
 * @sk: the connection, locked, that is about to be established
 *
 * Context: BH disabled, in an RCU read-side critical section, no chain of
 * followed sockets locked.
 */
void sockport_acceptor_find(struct sockport_acceptor *acceptor,
			    const struct sockport_history *row,
			    const struct sock *sk)
{
	const struct sockport_follow *listener;
	unsigned int n = 0, most = WAITING;

	hlist_for_each_entry_rcu(listener, &row->listeners, of_row) {
		if (waits_at((struct sock *)listener->sk, sk, &most)) {
			note(acceptor, listener);
			return;
		}
		if (++n == LISTENERS || !most)
			return;
	}
}

static bool is_ipv4(const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6)
		return ipv6_addr_v4mapped(&sk->sk_v6_rcv_saddr);
#endif
	return true;
}

/* An IPv4 connection may be one of IPv6 whose addresses are mapped. */
static bool has_address(const struct sock *listener, const struct sock *sk,
			bool any_address)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (listener->sk_family == AF_INET6 &&
	    ipv6_addr_any(&listener->sk_v6_rcv_saddr))
		return any_address &&
		       !(ipv6_only_sock(listener) && is_ipv4(sk));
	if (!is_ipv4(sk))
		return listener->sk_family == AF_INET6 &&
		       ipv6_addr_equal(&listener->sk_v6_rcv_saddr,
				       &sk->sk_v6_rcv_saddr);
#endif
	return is_ipv4(listener) &&
	       (listener->sk_rcv_saddr == sk->sk_rcv_saddr ||
		(any_address && !listener->sk_rcv_saddr));
}

static bool may_take(const struct sock *listener, const struct sock *sk,
		     bool any_address)
{
	const int device = READ_ONCE(listener->sk_bound_dev_if);

	return inet_sk_state_load(listener) == TCP_LISTEN &&
	       (!device || device == sk->sk_bound_dev_if) &&
	       has_address(listener, sk, any_address);
}

/* Return: false when there are several, or one of whom nothing is known. */
static bool only_one(struct sockport_acceptor *acceptor,
		     const struct sockport_history *row, const struct sock *sk,
		     bool any_address)
{
	const struct sockport_follow *listener;
	unsigned int n = 0;

	hlist_for_each_entry_rcu(listener, &row->listeners, of_row) {
		if (++n > LISTENERS)
			return false;
		if (!may_take(listener->sk, sk, any_address))
			continue;
		if (!listener->pid ||
		    (acceptor->pid && acceptor->pid != listener->pid))
			return false;
		note(acceptor, listener);
	}
	return true;
}

/**
 * sockport_acceptor_guess - tell whose listener must have taken a connection
 * @acceptor: where to put that, zeroed
 * @row: row of the port
 * @sk: the connection
 *
 * A listener on the address comes before one on any.
 *
 * Context: BH disabled, in an RCU read-side critical section.
 */
void sockport_acceptor_guess(struct sockport_acceptor *acceptor,
			     const struct sockport_history *row,
			     const struct sock *sk)
{
	/* The rest has listeners of many ports. */
	if (row->is_rest)
		return;
	if (!only_one(acceptor, row, sk, false) ||
	    (!acceptor->pid && !only_one(acceptor, row, sk, true)))
		acceptor->pid = 0;
}
