// SPDX-License-Identifier: GPL-2.0
/*
 * What happens to a followed socket, as an event
 */
#include <linux/in6.h>
#include <linux/pid.h>
#include <net/inet_sock.h>
#include <net/tcp.h>

#include "compat.h"
#include "events/event.h"
#include "history/acceptor.h"
#include "history/follow.h"
#include "history/rows.h"
#include "net.h"

static void put_tuple(struct sockport_event *event, const struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);

	event->has |= SOCKPORT_EVENT_TUPLE;
	event->family = sk->sk_family;
	event->local_port = ntohs(inet->inet_sport);
	event->remote_port = ntohs(inet->inet_dport);
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		event->local.v6 = sk->sk_v6_rcv_saddr;
		event->remote.v6 = sk->sk_v6_daddr;
		return;
	}
#endif
	event->local.v4 = inet->inet_rcv_saddr;
	event->remote.v4 = inet->inet_daddr;
}

static u64 to_ns(u64 us)
{
	return us * NSEC_PER_USEC + NSEC_PER_USEC - 1;
}

/*
 * Who opened the connection itself, or the listener that it came to. Who
 * connected last to a port of role out may be anybody.
 */
static void put_process(struct sockport_event *event,
			const struct sockport_follow *follow)
{
	const struct sockport_history *row = follow->row;
	const struct sockport_follow *of = NULL;

	if (follow->pid)
		of = follow;
	else if (row && row->role == SOCKPORT_ROLE_IN &&
		 follow->phase == SOCKPORT_PHASE_CONNECTED)
		of = sockport_acceptor_guess(row, follow->sk);
	if (!of || !of->pid)
		return;
	event->pid = of->pid;
	event->process_since = of->since ? to_ns(of->since) : ktime_get_ns();
	memcpy(event->comm, of->comm, sizeof(event->comm));
	event->has |= SOCKPORT_EVENT_PROCESS;
}

static void put_sums(struct sockport_event *event,
		     const struct sockport_follow *follow)
{
	u32 rtt = tcp_sk(follow->sk)->srtt_us >> 3;

	event->has |= SOCKPORT_EVENT_SUMS;
	event->bytes_in = follow->bytes_in;
	event->bytes_out = follow->bytes_out;
	event->retransmits = tcp_sk(follow->sk)->total_retrans;
	if (rtt) {
		event->rtt = rtt;
		event->has |= SOCKPORT_EVENT_RTT;
	}
}

static void begin_event(struct sockport_event *event,
			const struct sockport_follow *follow, u8 type, u8 cause)
{
	event->type = type;
	event->protocol = SOCKPORT_PROTOCOL_TCP;
	event->cause = cause;
	event->time = ktime_get_real_ns();
	event->role = SOCKPORT_ROLE_IN;
	event->port = ntohs(inet_sk(follow->sk)->inet_sport);
	if (follow->row) {
		event->role = follow->row->role;
		/* The rest has none. */
		if (follow->row->port)
			event->port = follow->row->port;
		else if (event->role == SOCKPORT_ROLE_OUT)
			event->port = ntohs(inet_sk(follow->sk)->inet_dport);
	}
	put_tuple(event, follow->sk);
	put_process(event, follow);
	event->uid = sockport_sock_uid(follow->sk);
	event->has |= SOCKPORT_EVENT_UID;
	if (cause)
		event->has |= SOCKPORT_EVENT_CAUSE;
}

/**
 * __sockport_follow_post - tell who listens what happens to a socket
 * @follow: the socket
 * @type: enum sockport_event_type
 * @cause: enum sockport_cause, or 0
 * @duration: microseconds, 0 when unknown
 *
 * Context: BH disabled, in an RCU read-side critical section.
 */
void __sockport_follow_post(const struct sockport_follow *follow, u8 type,
			    u8 cause, u64 duration)
{
	struct sockport_event event = { 0 };

	begin_event(&event, follow, type, cause);
	if (duration) {
		event.duration = duration;
		event.has |= SOCKPORT_EVENT_DURATION;
	}
	if (type == SOCKPORT_EVENT_TYPE_CLOSE ||
	    type == SOCKPORT_EVENT_TYPE_FAIL)
		put_sums(&event, follow);
	sockport_event_post(follow->net, &event);
}

/**
 * sockport_follow_post_unsent - tell who listens that a connection failed
 * @follow: the socket, which has no SYN sent
 * @to: where it should have gone to, the socket does not know
 * @cause: enum sockport_cause
 *
 * Context: BH disabled, in an RCU read-side critical section.
 */
void sockport_follow_post_unsent(const struct sockport_follow *follow,
				 const struct sockaddr *to, u8 cause)
{
	struct sockport_event event = { 0 };

	begin_event(&event, follow, SOCKPORT_EVENT_TYPE_FAIL, cause);
	/* It is at the same place in both. */
	event.remote_port = ntohs(((const struct sockaddr_in *)to)->sin_port);
	event.port = event.remote_port;
	if (to->sa_family == AF_INET6)
		event.remote.v6 = ((const struct sockaddr_in6 *)to)->sin6_addr;
	else
		event.remote.v4 =
			((const struct sockaddr_in *)to)->sin_addr.s_addr;
	sockport_event_post(follow->net, &event);
}
