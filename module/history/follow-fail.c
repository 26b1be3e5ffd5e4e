// SPDX-License-Identifier: GPL-2.0
/*
 * Why connections could not be opened
 *
 * All functions are called in an RCU read-side critical section, with BH disabled.
 */
#include <net/tcp.h>

#include "history/follow.h"
#include "history/rows.h"

/**
 * sockport_follow_cause - what an error says of the end of a connection
 * @err: error of a socket
 *
 * Return: enum sockport_cause.
 */
u8 sockport_follow_cause(int err)
{
	switch (err) {
	case ECONNREFUSED:
		return SOCKPORT_CAUSE_REFUSED;
	case ETIMEDOUT:
		return SOCKPORT_CAUSE_TIMED_OUT;
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENETDOWN:
	case EHOSTDOWN:
	case ENONET:
	case ENODEV:
	case EACCES: /* a route or a router that prohibits it */
		return SOCKPORT_CAUSE_UNREACHABLE;
	}
	return SOCKPORT_CAUSE_OTHER;
}

/**
 * sockport_follow_cause_of_failure - why a connection could not be opened
 * @follow: the socket, locked, about to be closed
 *
 * What connect() says, or who asks for the error. A program that closes its
 * socket leaves none, and maybe an old one of which nobody asked. Within
 * connect() it was either that no SYN could be made, for want of a port; or
 * that it was not let out.
 *
 * Return: enum sockport_cause.
 */
u8 sockport_follow_cause_of_failure(const struct sockport_follow *follow)
{
	const struct sock *sk = follow->sk;

	if (follow->told)
		return tcp_rtx_queue_empty(sk) ? SOCKPORT_CAUSE_NO_LOCAL_PORT :
						 SOCKPORT_CAUSE_OTHER;
	if (READ_ONCE(sk->sk_shutdown) == SHUTDOWN_MASK)
		return SOCKPORT_CAUSE_GIVEN_UP;
	switch (READ_ONCE(sk->sk_err)) {
	case 0:
	case ECONNABORTED:
		return SOCKPORT_CAUSE_GIVEN_UP;
	case ECONNRESET:
		return SOCKPORT_CAUSE_RESET_BY_PEER;
	}
	return sockport_follow_cause(READ_ONCE(sk->sk_err));
}

/*
 * As the route says: EINVAL of a black hole, or when there is no interface; with
 * IPv6 there may be no address to call from.
 */
static u8 cause_unsent(const struct sockport_follow *follow, int err)
{
	switch (err) {
	case EINVAL:
		return SOCKPORT_CAUSE_UNREACHABLE;
	case EADDRNOTAVAIL:
		return follow->sk->sk_family == AF_INET6 ?
		       SOCKPORT_CAUSE_UNREACHABLE :
		       SOCKPORT_CAUSE_NO_LOCAL_PORT;
	}
	return sockport_follow_cause(err);
}

static unsigned int counter_of_failure(u8 cause)
{
	switch (cause) {
	case SOCKPORT_CAUSE_REFUSED:
		return SOCKPORT_A_HISTORY_REFUSED;
	case SOCKPORT_CAUSE_TIMED_OUT:
		return SOCKPORT_A_HISTORY_TIMED_OUT;
	case SOCKPORT_CAUSE_UNREACHABLE:
		return SOCKPORT_A_HISTORY_UNREACHABLE;
	case SOCKPORT_CAUSE_NO_LOCAL_PORT:
		return SOCKPORT_A_HISTORY_NO_LOCAL_PORT;
	case SOCKPORT_CAUSE_RESET_BY_PEER:
		return SOCKPORT_A_HISTORY_RESET_OPENING;
	case SOCKPORT_CAUSE_GIVEN_UP:
		return SOCKPORT_A_HISTORY_GIVEN_UP;
	}
	return SOCKPORT_A_HISTORY_FAILED;
}

/**
 * sockport_follow_count_failure - a connection could not be opened
 * @follow: the socket, its row is known
 * @cause: enum sockport_cause
 */
void sockport_follow_count_failure(const struct sockport_follow *follow,
				   u8 cause)
{
	sockport_follow_count(follow, counter_of_failure(cause), 1);
	sockport_follow_touch(follow);
}

/**
 * sockport_follow_unsent - a connection failed before a SYN was sent
 * @follow: the socket, locked and closed
 * @to: where it should have gone to
 * @err: what connect() returns, positive
 */
void sockport_follow_unsent(struct sockport_follow *follow,
			    const struct sockaddr *to, int err)
{
	struct sockport_happening what = {
		.type	= SOCKPORT_EVENT_TYPE_FAIL,
		.cause	= cause_unsent(follow, err),
		.to	= to,
	};

	sockport_follow_count_failure(follow, what.cause);
	if (sockport_last_wanted() ||
	    unlikely(sockport_events_heard(follow->sn, follow->sn->net)))
		sockport_follow_happened(follow, &what);
}
