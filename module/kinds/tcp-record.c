// SPDX-License-Identifier: GPL-2.0
/*
 * From a TCP socket of any kind to a record: full, time-wait or request.
 */
#include <linux/bitops.h>
#include <linux/inet_diag.h>
#include <net/inet_timewait_sock.h>
#include <net/mptcp.h>
#include <net/request_sock.h>
#include <net/tcp.h>

#include "compat.h"
#include "kinds/mptcp.h"
#include "kinds/tcp.h"
#include "walk/filter.h"
#include "walk/roles.h"
#include "walk/walk.h"

/* @bound: bind() has opened its port. */
static u8 tcp_role(const struct sock *sk, const struct sockport_record *rec,
		   bool bound)
{
	switch (rec->state) {
	case TCP_LISTEN:
	case TCP_CLOSE:
		return SOCKPORT_ROLE_IN;
	case TCP_SYN_SENT:
		return SOCKPORT_ROLE_OUT;
	}
	return sockport_roles_full(sk, bound);
}

static void tcp_queues(struct sockport_record *rec, const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 snd_una;

	rec->has |= SOCKPORT_HAS_QUEUES;
	if (rec->state == TCP_LISTEN) {
		rec->rx_queue = 0;
		rec->tx_queue = 0;
		rec->backlog = READ_ONCE(sk->sk_ack_backlog);
		rec->backlog_limit = READ_ONCE(sk->sk_max_ack_backlog);
		rec->syn_queue = inet_csk_reqsk_queue_len(sk);
		rec->has |= SOCKPORT_HAS_BACKLOG |
			    SOCKPORT_HAS_SYN_QUEUE;
		return;
	}
	/* Read at different moments, on their way up: never below 0. */
	rec->rx_queue = max_t(int, READ_ONCE(tp->rcv_nxt) -
				   READ_ONCE(tp->copied_seq), 0);
	snd_una = READ_ONCE(tp->snd_una);
	rec->tx_queue = max_t(int, READ_ONCE(tp->write_seq) - snd_una, 0);
}

/* As inet_sk_diag_fill() has it. */
static void tcp_timer(struct sockport_record *rec, const struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	unsigned long expires;

	rec->has |= SOCKPORT_HAS_TIMER;
	rec->timer = SOCKPORT_TIMER_OFF;
	rec->retransmits = 0;
	rec->expires = 0;

	switch (READ_ONCE(icsk->icsk_pending)) {
	case ICSK_TIME_RETRANS:
	case ICSK_TIME_REO_TIMEOUT:
	case ICSK_TIME_LOSS_PROBE:
		rec->timer = SOCKPORT_TIMER_RETRANSMIT;
		rec->retransmits = READ_ONCE(icsk->icsk_retransmits);
		expires = sockport_tcp_timeout(sk);
		break;
	case ICSK_TIME_PROBE0:
		rec->timer = SOCKPORT_TIMER_PROBE;
		rec->retransmits = READ_ONCE(icsk->icsk_probes_out);
		expires = sockport_tcp_timeout(sk);
		break;
	default:
		if (!timer_pending(sockport_tcp_keepalive(sk)))
			return;
		rec->timer = SOCKPORT_TIMER_KEEPALIVE;
		rec->retransmits = READ_ONCE(icsk->icsk_probes_out);
		expires = READ_ONCE(sockport_tcp_keepalive(sk)->expires);
	}
	rec->expires = jiffies_delta_to_msecs(expires - jiffies);
}

/* The algorithm's module waits for a grace period before it goes. */
static void tcp_congestion(struct sockport_record *rec,
			   struct sockport_detail *detail,
			   const struct sock *sk)
{
	const struct tcp_congestion_ops *ca_ops;

	rcu_read_lock();
	ca_ops = READ_ONCE(inet_csk(sk)->icsk_ca_ops);
	if (ca_ops) {
		strscpy(detail->congestion, ca_ops->name,
			sizeof(detail->congestion));
		rec->has |= SOCKPORT_HAS_CONGESTION;
	}
	rcu_read_unlock();
}

/*
 * As inet_sk_diag_fill() asks, and in the same states. Others that change them
 * meanwhile have another lock: numbers may be of two moments.
 */
static void tcp_control(struct sockport_record *rec,
			struct sockport_detail *detail, struct sock *sk)
{
	const u32 ext = BIT(INET_DIAG_VEGASINFO - 1);
	const struct tcp_congestion_ops *ca_ops;
	size_t len = 0;
	int type;

	if (rec->state >= TCP_TIME_WAIT)
		return;
	rcu_read_lock();
	ca_ops = READ_ONCE(inet_csk(sk)->icsk_ca_ops);
	if (ca_ops && ca_ops->get_info)
		len = ca_ops->get_info(sk, ext, &type, &detail->control);
	rcu_read_unlock();
	if (!len)
		return;
	detail->control_type = type;
	detail->control_len = len;
	rec->has |= SOCKPORT_HAS_CONTROL;
}

/* Its module waits for a grace period, too. */
static void tcp_ulp(struct sockport_record *rec, struct sockport_detail *detail,
		    const struct sock *sk)
{
	const struct tcp_ulp_ops *ulp_ops;

	rcu_read_lock();
	ulp_ops = READ_ONCE(inet_csk(sk)->icsk_ulp_ops);
	if (ulp_ops) {
		strscpy(detail->ulp, ulp_ops->name, sizeof(detail->ulp));
		rec->has |= SOCKPORT_HAS_ULP;
	}
	rcu_read_unlock();
}

static u32 tenths(u64 ms)
{
	return min_t(u64, div_u64(ms, 100), U32_MAX);
}

/* What was accepted has a file, and what was closed since has none any more. */
static bool tcp_waits(const struct sockport_record *rec, const struct sock *sk)
{
	return rec->role == SOCKPORT_ROLE_IN &&
	       BIT(rec->state) & (TCPF_ESTABLISHED | TCPF_CLOSE_WAIT) &&
	       !READ_ONCE(sk->sk_socket) && !sock_flag(sk, SOCK_DEAD);
}

static void tcp_waiting(const struct sockport_walk *walk,
			struct sockport_record *rec, const struct sock *sk)
{
	u64 ms;

	if (!tcp_waits(rec, sk) || !walk->established(sk, &ms))
		return;
	rec->waiting = tenths(ms);
	rec->has |= SOCKPORT_HAS_WAITING;
}

static void tcp_age(const struct sockport_walk *walk,
		    struct sockport_record *rec, const struct sock *sk)
{
	u64 ms;

	if (!walk->age(sk, &ms))
		return;
	rec->age = tenths(ms);
	rec->has |= SOCKPORT_HAS_AGE;
}

/* A port table wants to know of CLOSE_WAIT and of what waits for accept() alone. */
static void tcp_ages(const struct sockport_walk *walk,
		     struct sockport_record *rec, const struct sock *sk)
{
	const bool ports = walk->sink && walk->sink->ports;

	if (ports)
		tcp_waiting(walk, rec, sk);
	if (!ports || rec->state == TCP_CLOSE_WAIT)
		tcp_age(walk, rec, sk);
}

static void tcp_detail(struct sockport_record *rec,
		       struct sockport_detail *detail, struct sock *sk,
		       u32 want)
{
	if (want & SOCKPORT_WANT_CONGESTION)
		tcp_congestion(rec, detail, sk);
	if (want & SOCKPORT_WANT_CONGESTION_INFO)
		tcp_control(rec, detail, sk);
	if (want & SOCKPORT_WANT_ULP)
		tcp_ulp(rec, detail, sk);
}

static void tcp_full(struct sockport_walk *walk, struct sockport_record *rec,
		     struct sock *sk)
{
	struct sockport_detail *detail = sockport_walk_slot_detail(walk);

	sockport_record_full(rec, detail, sk, walk->want);
	if (walk->want & SOCKPORT_WANT_QUEUES)
		tcp_queues(rec, sk);
	if (walk->want & SOCKPORT_WANT_TIMER)
		tcp_timer(rec, sk);
	if (detail)
		tcp_detail(rec, detail, sk, walk->want);
	if (walk->age)
		tcp_ages(walk, rec, sk);
}

/* What takes the socket's lock. */
static void ask_tcp(struct sockport_walk *walk, unsigned int record,
		    struct sock *sk)
{
	struct sockport_record *rec = &walk->batch[record];

	if (walk->info) {
		tcp_get_info(sk, &walk->info[record]);
		rec->has |= SOCKPORT_HAS_TCP_INFO;
	}
	if (walk->want & SOCKPORT_WANT_TOKEN && walk->details &&
	    sk_is_mptcp(sk) &&
	    sockport_mptcp_token(rec, &walk->details[record], sk))
		sockport_walk_miss(walk);
	if (rec->state == TCP_LISTEN && walk->waiting)
		sockport_tcp_ask_queue(walk, rec, sk);
}

static bool tcp_asks(const struct sockport_walk *walk, const struct sock *sk)
{
	return walk->want & SOCKPORT_WANT_TCP_INFO ||
	       (walk->want & SOCKPORT_WANT_TOKEN && sk_is_mptcp(sk)) ||
	       sockport_tcp_has_queue(walk, sk);
}

/* What time-wait and request sockets have. */
static void tcp_small(struct sockport_walk *walk, struct sockport_record *rec,
		      u32 mark, u8 timer, unsigned long expires,
		      u32 retransmits)
{
	if (walk->want & SOCKPORT_WANT_QUEUES) {
		rec->rx_queue = 0;
		rec->tx_queue = 0;
		rec->has |= SOCKPORT_HAS_QUEUES;
	}
	if (walk->want & SOCKPORT_WANT_OWNER) {
		rec->mark = mark;
		rec->has |= SOCKPORT_HAS_MARK;
	}
	if (walk->want & SOCKPORT_WANT_TIMER) {
		rec->timer = timer;
		rec->expires = jiffies_delta_to_msecs(expires - jiffies);
		rec->retransmits = retransmits;
		rec->has |= SOCKPORT_HAS_TIMER;
	}
}

static void tcp_timewait(struct sockport_walk *walk,
			 struct sockport_record *rec, struct sock *sk)
{
	const struct inet_timewait_sock *tw = inet_twsk(sk);

	tcp_small(walk, rec, tw->tw_mark, SOCKPORT_TIMER_TIMEWAIT,
		  READ_ONCE(tw->tw_timer.expires), 0);
}

static void tcp_request(struct sockport_walk *walk,
			struct sockport_record *rec, struct sock *sk)
{
	const struct request_sock *req = inet_reqsk(sk);

	tcp_small(walk, rec, inet_rsk(req)->ir_mark,
		  SOCKPORT_TIMER_RETRANSMIT, READ_ONCE(req->rsk_timer.expires),
		  req->num_retrans);
	if (walk->want & SOCKPORT_WANT_PROCESSES && req->rsk_listener) {
		rec->inode = sockport_sock_ino_begin(req->rsk_listener);
		rec->has |= SOCKPORT_HAS_LISTENER;
	}
}

/* State, role and owner, by what kind of socket it is. */
static void tcp_identify(struct sockport_walk *walk,
			 struct sockport_record *rec, struct sock *sk,
			 unsigned char state, bool bound)
{
	const struct sock *owner = NULL;

	rec->type = SOCK_STREAM;
	rec->has |= SOCKPORT_HAS_TYPE;
	switch (state) {
	case TCP_TIME_WAIT:
		rec->state = READ_ONCE(inet_twsk(sk)->tw_substate);
		rec->role = sockport_roles_timewait(inet_twsk(sk), bound);
		break;
	case TCP_NEW_SYN_RECV:
		rec->state = TCP_SYN_RECV;
		rec->role = SOCKPORT_ROLE_IN;
		owner = inet_reqsk(sk)->rsk_listener;
		break;
	default:
		rec->state = state;
		rec->role = tcp_role(sk, rec, bound);
		owner = sk;
	}
	if (walk->want & SOCKPORT_WANT_UID)
		sockport_record_uid(rec, owner);
}

/**
 * sockport_tcp_take - take a TCP socket into the batch, when it is wanted
 * @walk: walk, its state is struct sockport_tcp_ports
 * @sk: any socket of a TCP table, of any namespace
 *
 * Context: in an RCU read-side critical section with the lock of the socket's
 * chain held.
 *
 * Return: false when the batch has no room for it.
 */
bool sockport_tcp_take(struct sockport_walk *walk, struct sock *sk)
{
	struct sockport_space *space = sockport_walk_space(walk, sk);
	struct sockport_record *rec;
	unsigned char state;
	bool bound;

	if (!space)
		return true;
	rec = sockport_walk_slot(walk);
	if (!rec)
		return false;

	state = inet_sk_state_load(sk);
	sockport_record_tuple(rec, space, sk, SOCKPORT_PROTOCOL_TCP);
	bound = sockport_tcp_has(walk->state, space->index, rec->local_port);
	if (bound && state != TCP_NEW_SYN_RECV)
		sockport_tcp_link(walk->state, space->index, sk,
				  rec->local_port);
	if (walk->want & SOCKPORT_WANT_ADDRESS)
		sockport_record_address(rec, sk);
	tcp_identify(walk, rec, sk, state, bound);
	if (walk->filter && !sockport_filter_match(walk->filter, rec, sk)) {
		/* The connections of its port have its owners all the same. */
		if (state != TCP_LISTEN || !walk->waiting)
			return true;
		rec->has |= SOCKPORT_IS_HIDDEN;
	}

	if (walk->want & SOCKPORT_WANT_COOKIE)
		sockport_record_cookie(rec, sk);
	if (state == TCP_TIME_WAIT)
		tcp_timewait(walk, rec, sk);
	else if (state == TCP_NEW_SYN_RECV)
		tcp_request(walk, rec, sk);
	else
		tcp_full(walk, rec, sk);
	if (sockport_walk_keep(walk, sk) && sk_fullsock(sk) &&
	    tcp_asks(walk, sk))
		sockport_walk_ask(walk, sk, ask_tcp);
	return true;
}
