/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_FOLLOW_LIMITS_H
#define SOCKPORT_FOLLOW_LIMITS_H

/* For the files that begin with follow only. */

#include <net/tcp.h>

#include "compat.h"
#include "history/follow.h"

#define SOCKPORT_LIMIT(counter) \
	(SOCKPORT_A_HISTORY_##counter - SOCKPORT_A_HISTORY_BUSY)

/**
 * sockport_clocks_any - has any of a socket's clocks ever run?
 * @tp: the socket
 *
 * Context: any, the socket lives.
 */
static inline bool sockport_clocks_any(const struct tcp_sock *tp)
{
	/* A clock that starts just now is for the next reader, or the end. */
	return data_race(tp->chrono_type != TCP_CHRONO_UNSPEC) |
	       READ_ONCE(tp->chrono_stat[0]) | READ_ONCE(tp->chrono_stat[1]) |
	       READ_ONCE(tp->chrono_stat[2]);
}

/**
 * sockport_limits_any - has anything ever held a socket up?
 * @tp: the socket
 *
 * Most connections that are short, or send little, have nothing of it.
 *
 * Context: any, the socket lives.
 */
static inline bool sockport_limits_any(const struct tcp_sock *tp)
{
	return sockport_clocks_any(tp) ||
	       (READ_ONCE(tp->rcv_ooopack) | READ_ONCE(tp->dsack_dups) |
		READ_ONCE(tp->delivered_ce) | sockport_sock_timeouts(tp));
}

void __sockport_limits_begin(struct sockport_follow *follow);
void sockport_limits_more(struct sockport_follow *follow,
			  u64 more[SOCKPORT_LIMITS], bool locked);

/**
 * sockport_limits_begin - a connection begins now
 * @follow: the socket, locked; it was not limited
 *
 * What its clocks have from before, or a child from its listener, does not count.
 * All else is cleared when a socket is used again, and begins at 0 with a child.
 *
 * Context: lock of the socket's chain held.
 */
static inline void sockport_limits_begin(struct sockport_follow *follow)
{
	if (unlikely(sockport_clocks_any(tcp_sk(follow->sk))))
		__sockport_limits_begin(follow);
}

#endif /* SOCKPORT_FOLLOW_LIMITS_H */
