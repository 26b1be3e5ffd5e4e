// SPDX-License-Identifier: GPL-2.0
/*
 * What holds the connections of a socket up, as TCP itself notes it
 *
 * The clocks are those of tcp_info, which runs one at a time; they, and nothing
 * else of these, go on when a socket is used again.
 */
#include <net/tcp.h>

#include "compat.h"
#include "history/follow.h"
#include "history/follow-limits.h"

const bool sockport_timeouts_counted = SOCKPORT_TIMEOUTS;

/* Jiffies. Without the lock that of the clock that runs is not known. */
static u32 lasted(const struct tcp_sock *tp, enum tcp_chrono clock, bool locked)
{
	u32 time = READ_ONCE(tp->chrono_stat[clock - 1]);

	if (locked && tp->chrono_type == clock)
		time += tcp_jiffies32 - tp->chrono_start;
	return time;
}

static void read_clocks(const struct tcp_sock *tp, u32 *now, bool locked)
{
	const u32 window = lasted(tp, TCP_CHRONO_RWND_LIMITED, locked);
	const u32 buffer = lasted(tp, TCP_CHRONO_SNDBUF_LIMITED, locked);

	now[SOCKPORT_LIMIT(BUSY)] =
		lasted(tp, TCP_CHRONO_BUSY, locked) + window + buffer;
	now[SOCKPORT_LIMIT(RWND_LIMITED)] = window;
	now[SOCKPORT_LIMIT(SNDBUF_LIMITED)] = buffer;
}

static void read_limits(const struct tcp_sock *tp, u32 *now, bool locked)
{
	read_clocks(tp, now, locked);
	now[SOCKPORT_LIMIT(OUT_OF_ORDER)] = READ_ONCE(tp->rcv_ooopack);
	now[SOCKPORT_LIMIT(DSACK_DUPS)] = READ_ONCE(tp->dsack_dups);
	now[SOCKPORT_LIMIT(DELIVERED_CE)] = READ_ONCE(tp->delivered_ce);
	now[SOCKPORT_LIMIT(TIMEOUTS)] = sockport_sock_timeouts(tp);
}

/* Who has not locked the socket may read an older one. */
static u32 more_of(unsigned int limit, u32 seen, u32 now, bool locked)
{
	const u32 most = limit == SOCKPORT_LIMIT(TIMEOUTS) ? U16_MAX : U32_MAX;
	const u32 more = (now - seen) & most;

	return locked || more <= most / 2 ? more : 0;
}

/* Of sockport_limits_begin(): a clock has run. */
void __sockport_limits_begin(struct sockport_follow *follow)
{
	memset(follow->limits, 0, sizeof(follow->limits));
	follow->was_limited = true;
	read_clocks(tcp_sk(follow->sk), follow->limits, true);
}

/**
 * sockport_limits_more - what has held a socket up since the last time
 * @follow: the socket, sockport_limits_any() says that something has
 * @more: is filled, in the order of the counters and their units
 * @locked: the socket is locked
 *
 * Context: lock of the socket's chain held, or the socket is nobody else's.
 */
void sockport_limits_more(struct sockport_follow *follow,
			  u64 more[SOCKPORT_LIMITS], bool locked)
{
	u32 now[SOCKPORT_LIMITS];
	unsigned int i;

	if (!follow->was_limited)
		memset(follow->limits, 0, sizeof(follow->limits));
	follow->was_limited = true;
	read_limits(tcp_sk(follow->sk), now, locked);
	for (i = 0; i < SOCKPORT_LIMITS; i++) {
		more[i] = more_of(i, follow->limits[i], now[i], locked);
		follow->limits[i] += more[i];
		if (i <= SOCKPORT_LIMIT(SNDBUF_LIMITED))
			more[i] *= USEC_PER_SEC / HZ;
	}
}
