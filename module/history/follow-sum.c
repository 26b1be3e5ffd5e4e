// SPDX-License-Identifier: GPL-2.0
/*
 * What a followed socket adds to its port's row
 *
 * For each socket we keep what has been added, so that every byte is added
 * once, by whoever comes first: a reader while the socket lives or the probe at
 * its end. All functions are called with the lock of the socket's chain held,
 * or for a socket that is nobody else's; in an RCU read-side critical section.
 */
#include <net/tcp.h>

#include "compat.h"
#include "history/follow.h"
#include "history/follow-limits.h"
#include "history/follow-rows.h"
#include "history/follow-table.h"
#include "history/rows.h"

/* Listeners of a port that are asked how many connections wait there. */
#define LISTENERS	16

/*
 * A counter of a socket. Where it takes two reads, who does not have the socket
 * locked may get halves that do not belong together. The lower one then tells
 * how far it went since it was seen last; what that misses shows when the socket
 * is locked. Never too much: sums cannot be made smaller again.
 */
static u64 read_wide(const u64 *counter, u64 seen, bool locked)
{
	const u32 *low = (const u32 *)counter;
	u32 more;

	if (IS_ENABLED(CONFIG_64BIT) || locked)
		return READ_ONCE(*counter);
	more = READ_ONCE(low[IS_ENABLED(CONFIG_CPU_BIG_ENDIAN)]) - (u32)seen;
	return more > S32_MAX ? seen : seen + more;
}

/*
 * Bytes in order, less the FIN: it has a sequence number too. Who does not have
 * the socket locked may see the FIN counted before it is marked, and holds one
 * byte back.
 */
static u64 payload_in(const struct sockport_follow *follow, bool locked)
{
	u64 bytes = read_wide(&tcp_sk(follow->sk)->bytes_received,
			      follow->bytes_in, locked);

	if (bytes && (sock_flag(follow->sk, SOCK_DONE) || !locked))
		bytes--;
	return bytes;
}

/*
 * What has been sent once: in sequence, so that neither what is sent again
 * counts nor what the device did not take. Less the SYN, which this end has
 * sent if it opened the connection, and less the FIN, if the last one sent. The
 * socket is locked.
 */
static u64 payload_out(const struct sockport_follow *follow)
{
	const struct tcp_sock *tp = tcp_sk(follow->sk);
	u64 bytes = tp->bytes_acked + (u32)(tp->snd_nxt - tp->snd_una);

	if (follow->row->role == SOCKPORT_ROLE_OUT && !follow->restored && bytes)
		bytes--;
	if (BIT(follow->sk->sk_state) & (TCPF_FIN_WAIT1 | TCPF_FIN_WAIT2 |
					 TCPF_CLOSING | TCPF_LAST_ACK) &&
	    tp->snd_nxt == tp->write_seq && bytes)
		bytes--;
	return bytes;
}

/*
 * At least so much has been sent, for who has not locked the socket: its sender
 * may hold it as long as it has something to send. Less the SYN and the FIN.
 * Before the socket is connected that may be another connection's.
 */
static u64 payload_acked(const struct sockport_follow *follow)
{
	const u64 bytes = read_wide(&tcp_sk(follow->sk)->bytes_acked,
				    follow->bytes_out, false);

	return follow->phase == SOCKPORT_PHASE_CONNECTED && bytes > 2 ?
	       bytes - 2 : 0;
}

/**
 * struct shards - where to count for a while
 * @port: of the port's row
 * @program: of the program's
 */
struct shards {
	struct sockport_shard	*port;
	struct sockport_shard	*program;
};

/* Where there is no row for a program, nor for the rest of them. Nobody reads it. */
static struct sockport_shard nowhere;

static __always_inline struct shards
shards_of(const struct sockport_follow *follow)
{
	return (struct shards) {
		.port		= sockport_history_shard(follow->row),
		.program	= likely(follow->program) ?
				  sockport_history_shard(follow->program) :
				  &nowhere,
	};
}

static __always_inline void add(struct shards to, unsigned int counter, u64 more)
{
	atomic64_add(more, &to.port->count[counter]);
	atomic64_add(more, &to.program->count[counter]);
}

static __always_inline void add_wide(struct shards to, unsigned int counter,
				     u64 *seen, u64 now)
{
	if (now <= *seen)
		return;
	add(to, counter, now - *seen);
	*seen = now;
}

/* These wrap. Who has not locked the socket may read an older one. */
static __always_inline void add_narrow(struct shards to, unsigned int counter,
				       u32 *seen, u32 now, bool locked)
{
	u32 more = now - *seen;

	if (!more || (!locked && more > S32_MAX))
		return;
	add(to, counter, more);
	*seen = now;
}

/**
 * sockport_follow_begin - a socket begins something
 * @follow: the socket
 * @row: its port's row, may be NULL for a listener
 * @phase: what it begins
 * @now: it begins now; false when that was earlier, or is counted from 0
 *
 * What the socket did before it was opened does not count, connect() may have
 * failed on it. A socket that was accepted, or is taken in, counts from 0.
 */
void sockport_follow_begin(struct sockport_follow *follow,
			   struct sockport_history *row, u8 phase, bool now)
{
	const struct tcp_sock *tp = tcp_sk(follow->sk);

	sockport_follow_hold(follow, row);
	follow->phase = phase;
	follow->since = 0;
	follow->opening = jiffies;
	follow->was_reset = false;
	follow->restored = false;
	follow->has_turned = false;
	follow->told = false;
	follow->settled = false;
	follow->bytes_in = 0;
	follow->bytes_out = 0;
	follow->retransmitted_bytes = now ? tp->bytes_retrans : 0;
	follow->segments_in = now ? tp->segs_in : 0;
	follow->segments_out = now ? tp->segs_out : 0;
	follow->retransmitted = now ? tp->total_retrans : 0;
	follow->drops = now ? sockport_sock_drops(follow->sk) : 0;
	follow->before = follow->retransmitted;
	follow->was_limited = false;
	if (now)
		sockport_limits_begin(follow);
	if (now && phase == SOCKPORT_PHASE_OPENING)
		follow->bytes_in = payload_in(follow, true);
}

static noinline void add_limits(struct sockport_follow *follow,
				struct shards to, bool locked)
{
	u64 more[SOCKPORT_LIMITS];
	unsigned int i;

	sockport_limits_more(follow, more, locked);
	for (i = 0; i < SOCKPORT_LIMITS; i++)
		if (more[i])
			add(to, SOCKPORT_A_HISTORY_BUSY + i, more[i]);
}

static void add_connection(struct sockport_follow *follow, struct shards to,
			   bool locked)
{
	const struct tcp_sock *tp = tcp_sk(follow->sk);
	u64 out = locked ? payload_out(follow) : payload_acked(follow);

	add_wide(to, SOCKPORT_A_HISTORY_BYTES_IN, &follow->bytes_in,
		 payload_in(follow, locked));
	add_wide(to, SOCKPORT_A_HISTORY_BYTES_OUT, &follow->bytes_out, out);
	add_wide(to, SOCKPORT_A_HISTORY_RETRANSMITTED_BYTES,
		 &follow->retransmitted_bytes,
		 read_wide(&tp->bytes_retrans, follow->retransmitted_bytes,
			   locked));
	add_narrow(to, SOCKPORT_A_HISTORY_SEGMENTS_IN, &follow->segments_in,
		   READ_ONCE(tp->segs_in), locked);
	add_narrow(to, SOCKPORT_A_HISTORY_SEGMENTS_OUT,
		   &follow->segments_out, READ_ONCE(tp->segs_out), locked);
	add_narrow(to, SOCKPORT_A_HISTORY_RETRANSMITTED_SEGMENTS,
		   &follow->retransmitted, READ_ONCE(tp->total_retrans), locked);
	add_narrow(to, SOCKPORT_A_HISTORY_RECEIVE_DROPS, &follow->drops,
		   sockport_sock_drops(follow->sk), locked);
	if (unlikely(sockport_limits_any(tp)))
		add_limits(follow, to, locked);
}

/* When data went either way last, as sockport_history_now() has it. */
static s64 last_data(const struct sock *sk)
{
	const u32 sent = tcp_jiffies32 - READ_ONCE(tcp_sk(sk)->lsndtime);
	const u32 received = tcp_jiffies32 -
			     READ_ONCE(inet_csk(sk)->icsk_ack.lrcvtime);

	return sockport_history_now() - jiffies_to_msecs(min(sent, received));
}

static void add_living(struct sockport_follow *follow, bool locked)
{
	const u64 bytes = follow->bytes_in + follow->bytes_out;
	s64 last;

	add_connection(follow, shards_of(follow), locked);
	if (follow->bytes_in + follow->bytes_out == bytes)
		return;
	last = last_data(follow->sk);
	sockport_history_touched(follow->row, last);
	if (follow->program)
		sockport_history_touched(follow->program, last);
}

/**
 * sockport_follow_add - add what a socket did since the last time
 * @follow: the socket, its row is known
 * @locked: the socket is locked
 */
void sockport_follow_add(struct sockport_follow *follow, bool locked)
{
	/* A clock that runs goes on without a segment. */
	follow->settled = locked && follow->phase == SOCKPORT_PHASE_CONNECTED &&
			  !tcp_sk(follow->sk)->chrono_type;
	switch (follow->phase) {
	case SOCKPORT_PHASE_LISTENING:
		add_narrow(shards_of(follow),
			   SOCKPORT_A_HISTORY_LISTEN_DROPS,
			   &follow->drops, sockport_sock_drops(follow->sk),
			   locked);
		break;
	case SOCKPORT_PHASE_OPENING:
		/* Sequence numbers may still be those of another connection. */
		add_connection(follow, shards_of(follow), false);
		break;
	case SOCKPORT_PHASE_CONNECTED:
		add_living(follow, locked);
		break;
	}
}

/**
 * sockport_follow_add_last - add a reset that was sent after the end
 * @follow: the socket, locked; its connection has ended
 *
 * Resets that answer a segment nobody waits for are not the socket's own.
 */
void sockport_follow_add_last(struct sockport_follow *follow)
{
	add_narrow(shards_of(follow),
		   SOCKPORT_A_HISTORY_SEGMENTS_OUT, &follow->segments_out,
		   tcp_sk(follow->sk)->segs_out, false);
}

/* TCP's time is that of the packet under way, which may have come before. */
static u64 passed(u64 since, u64 now)
{
	return now > since ? now - since : 0;
}

static inline void one_more(struct sockport_history *row)
{
	sockport_raise(&row->connections_high,
		       atomic_inc_return(&row->connections));
}

static void add_syns(const struct sockport_follow *follow)
{
	u32 again = tcp_sk(follow->sk)->total_retrans - follow->before;

	if (again)
		sockport_follow_count(follow, SOCKPORT_A_HISTORY_SYN_RETRANSMITS,
				      again);
}

/*
 * One round trip; or as the clock ticks, when the SYN had to be sent again. 0 when
 * it was sent before history began.
 */
static u64 tried(const struct sockport_follow *follow)
{
	const struct tcp_sock *tp = tcp_sk(follow->sk);

	if (tp->srtt_us && tp->total_retrans == follow->before)
		return tp->srtt_us >> 3;
	if (!follow->pid)
		return 0;
	return jiffies_to_usecs((u32)jiffies - follow->opening);
}

/**
 * sockport_follow_opened - a connection that this host opened is established
 * @follow: the socket, locked
 */
void sockport_follow_opened(struct sockport_follow *follow)
{
	struct sockport_history *row = follow->row;
	u64 now = tcp_sk(follow->sk)->tcp_mstamp;

	sockport_follow_count(follow, SOCKPORT_A_HISTORY_OPENED, 1);
	sockport_follow_touch(follow);
	add_syns(follow);
	if (follow->pid)
		sockport_history_spread(row, SOCKPORT_DISTRIBUTION_KIND_HANDSHAKE,
					tried(follow));
	follow->phase = SOCKPORT_PHASE_CONNECTED;
	sockport_follow_post(follow, SOCKPORT_EVENT_TYPE_OPEN, 0,
			     tried(follow), 0);
	follow->since = now;
	one_more(row);
}

/* A listener is freed after a grace period. */
static void note_backlog(struct sockport_history *row)
{
	const struct sockport_follow *listener;
	unsigned int n = 0;

	hlist_for_each_entry_rcu(listener, &row->listeners, of_row) {
		sockport_raise(&row->backlog_high,
			       READ_ONCE(listener->sk->sk_ack_backlog));
		if (++n == LISTENERS)
			return;
	}
}

/**
 * sockport_follow_accepted - a connection came in and is established
 * @follow: the socket, locked
 *
 * It waits for accept() already.
 */
void sockport_follow_accepted(struct sockport_follow *follow)
{
	const struct tcp_sock *tp = tcp_sk(follow->sk);
	struct sockport_history *row = follow->row;
	u64 now = tp->tcp_mstamp;

	sockport_follow_count(follow, SOCKPORT_A_HISTORY_ACCEPTED, 1);
	sockport_follow_touch(follow);
	note_backlog(row);
	/* Which answer was acknowledged is unknown when there were several. */
	if (tp->srtt_us && !tp->total_retrans)
		sockport_history_spread(row, SOCKPORT_DISTRIBUTION_KIND_HANDSHAKE,
					tp->srtt_us >> 3);
	follow->since = now;
	sockport_follow_post(follow, SOCKPORT_EVENT_TYPE_ACCEPT, 0, 0, 0);
	one_more(row);
}

/**
 * sockport_follow_failed - a connection could not be opened
 * @follow: the socket, locked, about to be closed
 */
void sockport_follow_failed(struct sockport_follow *follow)
{
	const u8 cause = sockport_follow_cause_of_failure(follow);

	add_connection(follow, shards_of(follow), false);
	add_syns(follow);
	sockport_follow_count_failure(follow, cause);
	sockport_follow_post(follow, SOCKPORT_EVENT_TYPE_FAIL, cause,
			     tried(follow), 0);
}

/*
 * Who sent the first FIN shows in the last state. Without any, somebody broke
 * the connection off; an error that is no reset comes from the network.
 */
static u8 cause_of_end(const struct sockport_follow *follow, int old)
{
	switch (old) {
	case TCP_CLOSE_WAIT:
	case TCP_LAST_ACK:
		return SOCKPORT_CAUSE_CLOSED_BY_PEER;
	case TCP_FIN_WAIT1:
	case TCP_FIN_WAIT2:
	case TCP_CLOSING:
		return SOCKPORT_CAUSE_CLOSED;
	}
	if (follow->was_reset)
		return SOCKPORT_CAUSE_RESET_BY_PEER;
	switch (READ_ONCE(follow->sk->sk_err)) {
	case 0:
	case ECONNABORTED:
		return SOCKPORT_CAUSE_RESET;
	}
	return sockport_follow_cause(READ_ONCE(follow->sk->sk_err));
}

static unsigned int counter_of_end(u8 cause)
{
	switch (cause) {
	case SOCKPORT_CAUSE_CLOSED:
	case SOCKPORT_CAUSE_RESET:
		return SOCKPORT_A_HISTORY_CLOSED;
	case SOCKPORT_CAUSE_CLOSED_BY_PEER:
	case SOCKPORT_CAUSE_RESET_BY_PEER:
		return SOCKPORT_A_HISTORY_CLOSED_BY_PEER;
	}
	return SOCKPORT_A_HISTORY_BROKEN;
}

/* The last ACK or FIN has come now; all other ends may be nobody's packet. */
static u64 time_of_end(const struct sockport_follow *follow, int old)
{
	if ((old == TCP_LAST_ACK && !READ_ONCE(follow->sk->sk_err)) ||
	    (old == TCP_FIN_WAIT2 && sock_flag(follow->sk, SOCK_DONE)))
		return tcp_sk(follow->sk)->tcp_mstamp;
	return sockport_follow_now();
}

/**
 * sockport_follow_ended - an established connection ends
 * @follow: the socket, locked, about to be closed
 * @old: TCP state that it was in
 */
void sockport_follow_ended(struct sockport_follow *follow, int old)
{
	u32 rtt = tcp_sk(follow->sk)->srtt_us >> 3;
	struct sockport_history *row = follow->row;
	u8 cause = cause_of_end(follow, old);
	u64 lifetime = 0, now = time_of_end(follow, old);
	const struct shards to = shards_of(follow);

	add_connection(follow, to, true);
	add(to, counter_of_end(cause), 1);
	sockport_follow_touch(follow);
	if (follow->since) {
		lifetime = passed(follow->since, now);
		sockport_history_spread(row, SOCKPORT_DISTRIBUTION_KIND_LIFETIME,
					lifetime);
	}
	sockport_history_spread(row, SOCKPORT_DISTRIBUTION_KIND_BYTES,
				follow->bytes_in + follow->bytes_out);
	if (rtt)
		sockport_history_spread(row, SOCKPORT_DISTRIBUTION_KIND_RTT,
					rtt);
	atomic_dec(&row->connections);
	sockport_follow_post(follow, SOCKPORT_EVENT_TYPE_CLOSE, cause, lifetime,
			     now);
}

/* A listener that was not bound has got its port after it began to listen. */
static void find_row(struct sockport_follow *follow)
{
	u16 port = READ_ONCE(follow->sk->sk_num);
	struct sockport_history *row;

	row = port ? sockport_row_in(follow->sk, port) : NULL;
	if (row) {
		sockport_history_touch(row);
		sockport_follow_join(follow, row);
	}
}

/**
 * sockport_follow_fold_one - bring a row up to date with a socket that lives
 * @follow: the socket, its chain is locked
 *
 * Context: BH, in an RCU read-side critical section.
 */
void sockport_follow_fold_one(struct sockport_follow *follow)
{
	struct sock *sk = (struct sock *)follow->sk;

	if (follow->phase == SOCKPORT_PHASE_CLOSED)
		return;
	if (!follow->row)
		find_row(follow);
	if (!follow->row)
		return;
	if (spin_trylock(&sk->sk_lock.slock)) {
		sockport_follow_add(follow, !sk->sk_lock.owned);
		spin_unlock(&sk->sk_lock.slock);
	} else {
		sockport_follow_add(follow, false);
	}
}

