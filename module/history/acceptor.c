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
#include "history/follow-rows.h"
#include "history/program.h"
#include "history/rows.h"

/* Listeners that are looked at, and connections in their queues. */
#define LISTENERS	64
#define WAITING		64

/* Does a listener take a connection? One on its address comes before one on any. */
enum match {
	MATCH_NONE,
	MATCH_ANY_ADDRESS,
	MATCH_ADDRESS,
};

static bool is_ipv4(const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6)
		return ipv6_addr_v4mapped(&sk->sk_v6_rcv_saddr);
#endif
	return true;
}

static enum match match_v4(const struct sock *listener, const struct sock *sk)
{
	if (!is_ipv4(listener))
		return MATCH_NONE;
	if (listener->sk_rcv_saddr == sk->sk_rcv_saddr)
		return MATCH_ADDRESS;
	return listener->sk_rcv_saddr ? MATCH_NONE : MATCH_ANY_ADDRESS;
}

/* An IPv4 connection may be one of IPv6 whose addresses are mapped. */
static enum match match_address(const struct sock *listener,
				const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (listener->sk_family == AF_INET6 &&
	    ipv6_addr_any(&listener->sk_v6_rcv_saddr))
		return ipv6_only_sock(listener) && is_ipv4(sk) ?
		       MATCH_NONE : MATCH_ANY_ADDRESS;
	if (!is_ipv4(sk))
		return listener->sk_family == AF_INET6 &&
		       ipv6_addr_equal(&listener->sk_v6_rcv_saddr,
				       &sk->sk_v6_rcv_saddr) ?
		       MATCH_ADDRESS : MATCH_NONE;
#endif
	return match_v4(listener, sk);
}

static enum match match(const struct sock *listener, const struct sock *sk)
{
	const int device = READ_ONCE(listener->sk_bound_dev_if);

	if (inet_sk_state_load(listener) != TCP_LISTEN ||
	    (device && device != sk->sk_bound_dev_if))
		return MATCH_NONE;
	return match_address(listener, sk);
}

/* The rest has listeners of many ports. */
static bool has_waiting(const struct sock *listener, const struct sock *sk)
{
	return READ_ONCE(listener->sk_num) == sockport_local_port(sk) &&
	       READ_ONCE(listener->sk_ack_backlog) &&
	       inet_sk_state_load(listener) == TCP_LISTEN;
}

/* Lock of the queue held. Who came just now is the last one. */
static bool is_last(const struct request_sock_queue *queue,
		    const struct sock *sk)
{
	return queue->rskq_accept_head && queue->rskq_accept_tail->sk == sk;
}

/* Likewise. @most: how many may still be looked at, and are not any more. */
static bool is_waiting(const struct request_sock_queue *queue,
		       const struct sock *sk, unsigned int *most)
{
	const struct request_sock *req;

	for (req = queue->rskq_accept_head; req && *most;
	     req = req->dl_next, --*most)
		if (req->sk == sk)
			return true;
	return false;
}

/*
 * A listener is freed after a grace period, its queue may be closed already.
 * @most: how many in it may be looked at, NULL for the last one alone. That may
 * be there whatever the addresses say: programs of BPF and TPROXY give
 * connections to others.
 */
static bool waits_at(struct sock *listener, const struct sock *sk,
		     unsigned int *most)
{
	struct request_sock_queue *queue = &inet_csk(listener)->icsk_accept_queue;
	bool waits = false;

	if (!has_waiting(listener, sk) ||
	    (most && match(listener, sk) == MATCH_NONE))
		return false;
	spin_lock(&queue->rskq_lock);
	if (inet_sk_state_load(listener) == TCP_LISTEN)
		waits = most ? is_waiting(queue, sk, most) : is_last(queue, sk);
	spin_unlock(&queue->rskq_lock);
	return waits;
}

static const struct sockport_follow *find(const struct sockport_history *row,
					  const struct sock *sk,
					  unsigned int *most)
{
	const struct sockport_follow *listener;
	unsigned int n = 0;

	hlist_for_each_entry_rcu(listener, &row->listeners, of_row) {
		if (waits_at((struct sock *)listener->sk, sk, most))
			return listener;
		if (++n == LISTENERS || (most && !*most))
			break;
	}
	return NULL;
}

/**
 * sockport_acceptor_find - find the listener that took a connection
 * @row: row of the port
 * @sk: the connection, locked, that is about to be established
 *
 * Nobody pays for the queues of others: of each the last one is looked at, then
 * what waits where it can have been taken.
 *
 * Context: BH disabled, in an RCU read-side critical section, no chain of
 * followed sockets locked.
 *
 * Return: the listener until the end of the critical section, or NULL.
 */
const struct sockport_follow *
sockport_acceptor_find(const struct sockport_history *row,
		       const struct sock *sk)
{
	unsigned int most = WAITING;

	return find(row, sk, NULL) ?: find(row, sk, &most);
}

/**
 * sockport_acceptor_guess - tell whose listener must have taken a connection
 * @row: row of the port
 * @sk: the connection
 *
 * Context: BH disabled, in an RCU read-side critical section.
 *
 * Return: a listener of that process until the end of the critical section;
 * NULL when there are several, or one of whom nothing is known.
 */
const struct sockport_follow *
sockport_acceptor_guess(const struct sockport_history *row,
			const struct sock *sk)
{
	const struct sockport_follow *listener, *found = NULL;
	enum match best = MATCH_NONE, this;
	bool certain = false;
	unsigned int n = 0;

	/* The rest has listeners of many ports. */
	if (row->is_rest)
		return NULL;
	hlist_for_each_entry_rcu(listener, &row->listeners, of_row) {
		if (++n > LISTENERS)
			return NULL;
		this = match(listener->sk, sk);
		if (this == MATCH_NONE || this < best)
			continue;
		certain = listener->pid &&
			  (this > best ||
			   (certain && found->pid == listener->pid));
		best = this;
		found = listener;
	}
	return certain ? found : NULL;
}

/**
 * sockport_acceptor_program_guess - tell which program must have taken a connection
 * @row: row of the port
 * @sk: the connection
 *
 * Context: BH disabled, in an RCU read-side critical section.
 *
 * Return: the program's row until the end of the critical section: the only one
 * that listens, or that must have; else the one that opened the port last; or NULL
 * when nobody knows.
 */
struct sockport_history *
sockport_acceptor_program_guess(struct sockport_history *row,
				const struct sock *sk)
{
	struct sockport_history *program = READ_ONCE(row->owner);
	const struct sockport_follow *listener;

	if (program)
		return program;
	listener = sockport_acceptor_guess(row, sk);
	if (listener)
		program = READ_ONCE(listener->program);
	return program ?: sockport_program_of_opener(row);
}

/* As sockport_acceptor_program(), where several programs listen, or none any more. */
struct sockport_history *
__sockport_acceptor_program(struct sockport_history *row, const struct sock *sk)
{
	const struct sockport_follow *listener = sockport_acceptor_find(row, sk);
	struct sockport_history *program = NULL;

	if (listener)
		program = READ_ONCE(listener->program);
	return program ?: sockport_acceptor_program_guess(row, sk);
}
