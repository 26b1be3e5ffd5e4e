/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_FOLLOW_H
#define SOCKPORT_FOLLOW_H

#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/math64.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <net/tcp_states.h>

#include "events/event.h"
#include "history/last.h"
#include "history/rows.h"

struct net;
struct sock;
struct sockaddr;
struct sockport_followed;
struct sockport_history;
struct sockport_net;

/**
 * enum sockport_phase - what a followed socket is doing
 * @SOCKPORT_PHASE_CLOSED: nothing, it may be used again or send a last reset
 * @SOCKPORT_PHASE_OPENING: it waits for an answer to its SYN
 * @SOCKPORT_PHASE_CONNECTED: it was established, its end is not reached
 * @SOCKPORT_PHASE_LISTENING: it listens
 */
enum sockport_phase {
	SOCKPORT_PHASE_CLOSED,
	SOCKPORT_PHASE_OPENING,
	SOCKPORT_PHASE_CONNECTED,
	SOCKPORT_PHASE_LISTENING,
};

/* What holds connections up, in the order of their counters. */
#define SOCKPORT_LIMITS	(SOCKPORT_A_HISTORY_TIMEOUTS - SOCKPORT_A_HISTORY_BUSY + 1)

/**
 * struct sockport_follow - a TCP socket that is followed
 * @node: in its chain
 * @rcu: to free it, when it is in no chain any more
 * @sk: the socket; lives as long as this is in its chain
 * @row: of its port, held; NULL for a listener without a port yet
 * @program: of who opened it, or its listener, held; NULL when there was no room
 * @segments_in: added to the row so far
 * @segments_out: likewise
 * @drops: likewise, packets
 * @phase: enum sockport_phase
 * @settled: when it was added up last, nothing was left out
 * @was_reset: the other end has sent a reset
 * @restored: it is a connection that was made before, no SYN was sent
 * @told: its connect() fails, and that has been told
 * @has_turned: @turned is known, and no longer @opening
 * @was_limited: @limits are not all 0, and are there
 * @listened: it has been in @of_row
 * @sn: what we keep of its network namespace
 * @since: microseconds of the monotonic clock when the socket was connected,
 *	0 when that was before history began
 * @of_row: listeners: among those of the row, read under RCU
 * @bytes_in: added to the row so far
 * @bytes_out: likewise
 * @retransmitted_bytes: likewise
 * @retransmitted: likewise, segments
 * @before: what the socket had retransmitted before it was opened
 * @opening: jiffies when its SYN was sent, if @pid is known
 * @turned: when it came to CLOSE_WAIT, as @since without the last
 *	SOCKPORT_TURN_SHIFT bits
 * @pid: who opened it, in the initial pid namespace, or 0
 * @comm: name of that process
 * @limits: added to the row so far, if @was_limited
 *
 * Readers go through all of them, and of a socket that did nothing they read the
 * first cache line only. The last one is of no use but to connections that
 * something held up.
 */
struct sockport_follow {
	union {
		struct hlist_node	node;
		struct rcu_head		rcu;
	};
	const struct sock	*sk;
	struct sockport_history	*row;
	struct sockport_history	*program;
	u32			segments_in;
	u32			segments_out;
	u32			drops;
	u8			phase;
	bool			settled;
	bool			was_reset : 1;
	bool			restored : 1;
	bool			told : 1;
	bool			has_turned : 1;
	bool			was_limited : 1;
	bool			listened;
	struct sockport_net	*sn;

	u64			since;
	union {
		struct hlist_node	of_row;
		struct {
			u64	bytes_in;
			u64	bytes_out;
		};
	};
	u64			retransmitted_bytes;
	u32			retransmitted;
	u32			before;
	union {
		u32		opening;
		u32		turned;
	};
	pid_t			pid;
	char			comm[TASK_COMM_LEN];

	u32			limits[SOCKPORT_LIMITS];
};

/**
 * struct sockport_happening - what happens to a followed socket
 * @type: enum sockport_event_type
 * @cause: enum sockport_cause, or 0
 * @duration: microseconds, 0 when unknown
 * @at: when, as sockport_follow_now() has it, 0 for now
 * @to: where a connection should have gone to of which no SYN was sent, the
 *	socket does not know; or NULL
 */
struct sockport_happening {
	u8			type;
	u8			cause;
	u64			duration;
	u64			at;
	const struct sockaddr	*to;
};

/**
 * sockport_follow_cares - does a change of state mean something?
 * @old: TCP state before
 * @new: TCP state after
 *
 * Children are accepted when they leave SYN_RECV: when they enter it, they
 * have the tuple of their listener still.
 *
 * Return: false when sockport_follow_state() would do nothing.
 */
static inline bool sockport_follow_cares(int old, int new)
{
	return BIT(new) & (TCPF_SYN_SENT | TCPF_LISTEN | TCPF_CLOSE |
			   TCPF_ESTABLISHED | TCPF_CLOSE_WAIT) ||
	       old == TCP_SYN_RECV;
}

/*
 * Hears of a connection that lives: its row and its round trip time in
 * microseconds. Called with BH disabled and a spinlock held.
 */
typedef void (*sockport_follow_rtt_t)(const struct sockport_history *row,
				      u32 rtt, void *data);

int sockport_follow_init(void);
void sockport_follow_exit(void);
struct sockport_followed *sockport_followed_new(unsigned int room);
void sockport_followed_use(struct sockport_followed *use);
int sockport_followed_resize(struct sockport_followed *in, unsigned int room);
void sockport_followed_close(struct sockport_followed *in);
void sockport_followed_free(struct sockport_followed *in);
void sockport_follow_forget(struct sockport_followed *in,
			    const struct net *net);
void sockport_follow_fold(struct sockport_followed *in, const struct net *net);
void sockport_follow_rtts(struct sockport_followed *in, const struct net *net,
			  sockport_follow_rtt_t tell, void *data);
void sockport_follow_name(const struct sock *sk,
			  const struct sockport_program *program, pid_t pid);
void sockport_follow_take_in(const struct sock *sk, u8 role);
void sockport_follow_state(const struct sock *sk, int old, int new);
bool sockport_follow_age(const struct sock *sk, u64 *ms);
bool sockport_follow_state_age(const struct sock *sk, u64 *ms);
void sockport_follow_destroy(const struct sock *sk);
void sockport_follow_reset(const struct sock *sk, bool received);
void sockport_follow_syn_answered(const struct sock *listener, u16 port);
void sockport_connects_watch(void);
bool sockport_connects_watched(void);
void sockport_connects_unwatch(void);

/* For the files that begin with follow only. */

/**
 * sockport_follow_now - the time as TCP has it in tcp_mstamp
 *
 * Return: microseconds of the monotonic clock.
 */
static inline u64 sockport_follow_now(void)
{
	return div_u64(ktime_get_ns(), NSEC_PER_USEC);
}

/**
 * sockport_follow_count - count something for the port and for the program
 * @follow: the socket, its row is known
 * @counter: SOCKPORT_A_HISTORY_*
 * @n: how much
 *
 * Context: any.
 */
static inline void sockport_follow_count(const struct sockport_follow *follow,
					 unsigned int counter, u64 n)
{
	sockport_history_add(follow->row, counter, n);
	if (likely(follow->program))
		sockport_history_add(follow->program, counter, n);
}

/**
 * sockport_follow_touch - something happens at the port now, to the program
 * @follow: the socket, its row is known
 *
 * Context: any.
 */
static inline void sockport_follow_touch(const struct sockport_follow *follow)
{
	sockport_history_touch(follow->row);
	if (likely(follow->program))
		sockport_history_touch(follow->program);
}

/* Microseconds less so many bits fit into 32 of them for years: 65 milliseconds each. */
#define SOCKPORT_TURN_SHIFT	16

struct sockport_follow *sockport_follow_new(const struct sock *sk,
					    struct sockport_net *sn, u32 place);
void sockport_follow_free(struct sockport_follow *follow);
void sockport_follow_leave(struct sockport_follow *follow);
void sockport_follow_fold_one(struct sockport_follow *follow);

void sockport_follow_begin(struct sockport_follow *follow,
			   struct sockport_history *row, u8 phase, bool now);
void sockport_follow_add(struct sockport_follow *follow, bool locked);
void sockport_follow_add_last(struct sockport_follow *follow);
void sockport_follow_opened(struct sockport_follow *follow);
void sockport_follow_accepted(struct sockport_follow *follow);
void sockport_follow_failed(struct sockport_follow *follow);
u8 sockport_follow_cause(int err);
u8 sockport_follow_cause_of_failure(const struct sockport_follow *follow);
void sockport_follow_count_failure(const struct sockport_follow *follow,
				   u8 cause);
void sockport_follow_unsent(struct sockport_follow *follow,
			    const struct sockaddr *to, int err);
void sockport_follow_ended(struct sockport_follow *follow, int old);
const struct sockport_follow *
sockport_follow_process(const struct sockport_follow *follow);
void sockport_follow_describe(struct sockport_event *event,
			      const struct sockport_follow *follow,
			      const struct sockport_follow *process,
			      const struct sockport_happening *what);
void sockport_follow_happened(const struct sockport_follow *follow,
			      const struct sockport_happening *what);
void __sockport_follow_post(const struct sockport_follow *follow, u8 type,
			    u8 cause, u64 duration, u64 at);

/*
 * As __sockport_follow_post(), but only if somebody listens, or it is kept. Who
 * calls has nothing to build until then.
 */
static inline void sockport_follow_post(const struct sockport_follow *follow,
					u8 type, u8 cause, u64 duration,
					u64 at)
{
	if ((sockport_last_is_end(type) && sockport_last_wanted()) ||
	    unlikely(sockport_events_heard(follow->sn, follow->sn->net)))
		__sockport_follow_post(follow, type, cause, duration, at);
}

#endif /* SOCKPORT_FOLLOW_H */
