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
#include "history/last.h"
#include "history/rows.h"
#include "net.h"

static void put_tuple(struct sockport_event *event, const struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);

	event->family = sk->sk_family;
	event->ifindex = sk->sk_bound_dev_if;
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

/* When it was that process, as the clock that processes are started by has it. */
static u64 process_since(const struct sockport_follow *of)
{
	if (of->since)
		return to_ns(of->since);
	/* A listener that was there before got its name then. */
	if (of->phase == SOCKPORT_PHASE_LISTENING)
		return ktime_get_ns() -
		       jiffies_to_nsecs((u32)jiffies - of->opening);
	return ktime_get_ns();
}

/**
 * sockport_follow_process - by what the process of a socket is known
 * @follow: the socket
 *
 * Who opened the connection itself, or the listener that it came to. Who
 * connected last to a port of role out may be anybody.
 *
 * Context: BH disabled, in an RCU read-side critical section. Some listeners
 * may have to be looked at.
 *
 * Return: @follow or a listener until the end of the critical section; NULL when
 * nobody knows.
 */
const struct sockport_follow *
sockport_follow_process(const struct sockport_follow *follow)
{
	const struct sockport_history *row = follow->row;

	if (follow->pid)
		return follow;
	if (row && row->role == SOCKPORT_ROLE_IN &&
	    follow->phase == SOCKPORT_PHASE_CONNECTED)
		return sockport_acceptor_guess(row, follow->sk);
	return NULL;
}

static void put_process(struct sockport_event *event,
			const struct sockport_follow *of)
{
	/* pairs with sockport_follow_name() */
	event->pid = of ? smp_load_acquire(&of->pid) : 0;
	if (!event->pid)
		return;
	event->has |= SOCKPORT_EVENT_PROCESS;
	event->process_since = process_since(of);
	memcpy(event->comm, of->comm, sizeof(event->comm));
}

static void put_sums(struct sockport_event *event,
		     const struct sockport_follow *follow)
{
	const struct tcp_sock *tp = tcp_sk(follow->sk);

	event->has |= SOCKPORT_EVENT_SUMS;
	event->bytes_in = follow->bytes_in;
	event->bytes_out = follow->bytes_out;
	event->retransmits = tp->total_retrans;
	event->segments_in = tp->segs_in;
	event->segments_out = tp->segs_out;
	event->rtt = tp->srtt_us >> 3;
	if (event->rtt)
		event->has |= SOCKPORT_EVENT_RTT;
}

static void put_row(struct sockport_event *event,
		    const struct sockport_follow *follow)
{
	const struct inet_sock *inet = inet_sk(follow->sk);
	const struct sockport_history *row = follow->row;

	event->role = row ? row->role : SOCKPORT_ROLE_IN;
	/* The rest has none. */
	if (row && row->port)
		event->port = row->port;
	else if (event->role == SOCKPORT_ROLE_OUT)
		event->port = ntohs(inet->inet_dport);
	else
		event->port = ntohs(inet->inet_sport);
}

/* The port is at the same place in both. */
static void put_unsent(struct sockport_event *event, const struct sockaddr *to)
{
	event->remote_port = ntohs(((const struct sockaddr_in *)to)->sin_port);
	event->port = event->remote_port;
	if (to->sa_family == AF_INET6)
		event->remote.v6 = ((const struct sockaddr_in6 *)to)->sin6_addr;
	else
		event->remote.v4 =
			((const struct sockaddr_in *)to)->sin_addr.s_addr;
}

/* TCP's time costs less than to look at the clock. */
static u64 real_ns(u64 us)
{
	return ktime_to_ns(ktime_mono_to_real(ns_to_ktime(us * NSEC_PER_USEC)));
}

/**
 * sockport_follow_describe - put what happens to a socket into an event
 * @event: the event; of it all is written that its @has will say
 * @follow: the socket
 * @process: from sockport_follow_process()
 * @what: what happens
 *
 * Context: BH disabled, in an RCU read-side critical section.
 */
void sockport_follow_describe(struct sockport_event *event,
			      const struct sockport_follow *follow,
			      const struct sockport_follow *process,
			      const struct sockport_happening *what)
{
	event->has = SOCKPORT_EVENT_UID | SOCKPORT_EVENT_TUPLE;
	event->type = what->type;
	event->protocol = SOCKPORT_PROTOCOL_TCP;
	event->cause = what->cause;
	event->time = what->at ? real_ns(what->at) : ktime_get_real_ns();
	event->duration = what->duration;
	event->uid = sockport_sock_uid(follow->sk);
	if (what->cause)
		event->has |= SOCKPORT_EVENT_CAUSE;
	if (what->duration)
		event->has |= SOCKPORT_EVENT_DURATION;
	put_row(event, follow);
	put_tuple(event, follow->sk);
	put_process(event, process);
	if (what->to)
		put_unsent(event, what->to);
	else if (sockport_last_is_end(what->type))
		put_sums(event, follow);
}

/* Most often nobody listens: no event is made room for then, nor cleared. */
static noinline void tell(const struct sockport_follow *follow,
			  const struct sockport_happening *what)
{
	struct sockport_event event;

	sockport_follow_describe(&event, follow, sockport_follow_process(follow),
				 what);
	event.time = ktime_get_real_ns();
	sockport_event_post(follow->sn->net, &event);
}

/**
 * sockport_follow_happened - tell who listens what happens to a socket
 * @follow: the socket
 * @what: what happens
 *
 * What ends is kept for who asks later.
 *
 * Context: BH disabled, in an RCU read-side critical section.
 */
void sockport_follow_happened(const struct sockport_follow *follow,
			      const struct sockport_happening *what)
{
	if (sockport_last_is_end(what->type))
		sockport_last_add(follow, what);
	if (unlikely(sockport_events_heard(follow->sn, follow->sn->net)))
		tell(follow, what);
}

/**
 * __sockport_follow_post - likewise, of what takes no more to tell
 * @follow: the socket
 * @type: enum sockport_event_type
 * @cause: enum sockport_cause, or 0
 * @duration: microseconds, 0 when unknown
 * @at: when, as sockport_follow_now() has it, 0 for now
 *
 * Context: as sockport_follow_happened().
 */
void __sockport_follow_post(const struct sockport_follow *follow, u8 type,
			    u8 cause, u64 duration, u64 at)
{
	const struct sockport_happening what = {
		.type		= type,
		.cause		= cause,
		.duration	= duration,
		.at		= at,
	};

	sockport_follow_happened(follow, &what);
}
