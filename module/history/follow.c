// SPDX-License-Identifier: GPL-2.0
/*
 * TCP sockets followed from their opening to their end
 *
 * A socket is followed from SYN_SENT or LISTEN, or if it was accepted from
 * ESTABLISHED, until it is destroyed: it may be used again after it is closed,
 * and it may send a reset then.
 */
#include <net/tcp.h>

#include "history/acceptor.h"
#include "history/follow.h"
#include "history/follow-limits.h"
#include "history/follow-rows.h"
#include "history/follow-table.h"
#include "history/program.h"
#include "history/rows.h"
#include "history/taking-in.h"
#include "net.h"
#include "owners/cgroup-past.h"
#include "walk/roles.h"

/* Lock of the chain held. */
static inline struct sockport_follow *follow_get(const struct sock *sk,
					  struct sockport_net *sn,
					  u32 bucket)
{
	struct sockport_follow *follow = sockport_follow_find(sk, bucket);

	return follow ?: sockport_follow_new(sk, sn, bucket);
}

/*
 * Of these one is called for each change of state that matters. None is inlined,
 * or each would save the registers that another one needs.
 */
static noinline void on_syn_sent(const struct sock *sk)
{
	struct sockport_history *program, *row = sockport_row_out(sk);
	struct sockport_follow *follow;
	u32 bucket;

	sockport_roles_opening(sk);
	if (!row)
		return;
	sockport_history_touch(row);
	program = sockport_program_opens(row, sk);
	bucket = sockport_follow_lock(sk);
	follow = follow_get(sk, row->sn, bucket);
	if (follow) {
		sockport_follow_begin(follow, row, SOCKPORT_PHASE_OPENING,
				      true);
		sockport_follow_own(follow, program);
		sockport_follow_note_process(follow);
	}
	sockport_follow_unlock(bucket);
}

/* A socket that was not bound has no port yet, and no row. */
static noinline void on_listen(const struct sock *sk)
{
	u16 port = READ_ONCE(sk->sk_num);
	struct sockport_history *program, *row = port ? sockport_row_in(sk, port) : NULL;
	struct sockport_follow *follow;
	u32 bucket;

	if (row)
		sockport_history_touch(row);
	program = sockport_program_opens(row, sk);
	bucket = sockport_follow_lock(sk);
	follow = follow_get(sk, sockport_net(sock_net(sk)), bucket);
	if (follow) {
		sockport_follow_begin(follow, NULL, SOCKPORT_PHASE_LISTENING,
				      true);
		sockport_follow_own(follow, program);
		follow->since = sockport_follow_now();
		/* Who finds it in its row reads whose it is. */
		sockport_follow_note_process(follow);
		if (row)
			sockport_follow_join(follow, row);
		sockport_follow_post(follow, SOCKPORT_EVENT_TYPE_LISTEN, 0, 0,
				     0);
	}
	sockport_follow_unlock(bucket);
}

/*
 * Whose listener took it is worth a look when somebody will be told. Otherwise
 * there is none.
 */
static const struct sockport_follow *
find_acceptor(const struct sockport_history *row, const struct sock *sk)
{
	if (likely(!row || !sockport_events_heard(row->sn, row->net)))
		return NULL;
	return sockport_acceptor_find(row, sk);
}

/*
 * An accepted connection is told with the process that listened for it. The
 * listener is freed after a grace period.
 */
static void note_acceptor(struct sockport_follow *follow,
			  const struct sockport_follow *listener)
{
	follow->pid = 0;
	if (likely(!listener))
		return;
	/* pairs with sockport_follow_name() */
	follow->pid = smp_load_acquire(&listener->pid);
	memcpy(follow->comm, listener->comm, sizeof(follow->comm));
}

static bool is_opening(const struct sockport_follow *follow)
{
	return follow && follow->phase == SOCKPORT_PHASE_OPENING;
}

/*
 * A connection is followed from when it is established, or as a new one. What
 * there is no room to follow is counted when it closes: then NULL is returned.
 */
static struct sockport_follow *
follow_connected(const struct sock *sk, u32 bucket,
		 struct sockport_follow *follow, struct sockport_history *row,
		 struct sockport_history *program)
{
	if (!row)
		return NULL;
	follow = follow ?: sockport_follow_new(sk, row->sn, bucket);
	if (!follow)
		return NULL;
	sockport_follow_begin(follow, row, SOCKPORT_PHASE_CONNECTED, false);
	/* With data in the SYN its own clocks may be running already. */
	if (likely(!tcp_sk(sk)->syn_data && !tcp_sk(sk)->syn_data_acked))
		sockport_limits_begin(follow);
	sockport_follow_own(follow, program ?: sockport_program_unknown(sk));
	return follow;
}

/* The SYN of one that is not followed may have been sent before history began. */
static noinline void on_answer(const struct sock *sk)
{
	u32 bucket = sockport_follow_lock(sk);
	struct sockport_follow *follow = sockport_follow_find(sk, bucket);

	if (unlikely(!is_opening(follow)))
		follow = follow_connected(sk, bucket, follow, sockport_row_out(sk), NULL);
	if (follow) {
		if (unlikely(tcp_sk(sk)->repair))
			follow->restored = true;
		sockport_follow_opened(follow);
	}
	sockport_follow_unlock(bucket);
}

/* Accepted sockets come here first. Or both ends have opened it at once. */
static noinline void on_accept(const struct sock *sk)
{
	bool opened = sockport_roles_of(sk) == SOCKPORT_ROLE_OUT;
	const struct sockport_follow *acceptor = NULL;
	struct sockport_history *row, *program = NULL;
	struct sockport_follow *follow;
	u32 bucket;

	row = opened ? NULL : sockport_row_in(sk, sockport_local_port(sk));
	if (likely(row)) {
		acceptor = find_acceptor(row, sk);
		program = sockport_acceptor_program(row, sk);
	}
	bucket = sockport_follow_lock(sk);
	follow = sockport_follow_find(sk, bucket);
	if (opened || is_opening(follow)) {
		opened = true;
		row = sockport_row_out(sk);
		program = NULL;
	}
	if (!is_opening(follow))
		follow = follow_connected(sk, bucket, follow, row, program);
	if (!follow)
		goto unlock;
	if (opened) {
		sockport_follow_opened(follow);
	} else {
		note_acceptor(follow, acceptor);
		sockport_follow_accepted(follow);
	}
unlock:
	sockport_follow_unlock(bucket);
}

/*
 * A connection that was not followed begins and ends at once. It is one that
 * there was no room for; or that had left its table, but not yet changed its
 * state, when those were taken in that were there at the beginning.
 */
static void end_lost(struct sockport_follow *lost, int old)
{
	struct sockport_history *row = lost->row;
	unsigned int counter;

	if (sockport_taking_in())
		counter = SOCKPORT_A_HISTORY_TAKEN_IN;
	else if (row->role == SOCKPORT_ROLE_OUT)
		counter = SOCKPORT_A_HISTORY_OPENED;
	else
		counter = SOCKPORT_A_HISTORY_ACCEPTED;
	sockport_follow_count(lost, counter, 1);
	atomic_inc(&row->connections);
	smp_wmb(); /* a reset reads ends before beginnings */
	sockport_follow_ended(lost, old);
}

/*
 * Is it connect() itself that fails? Until it has succeeded the file's state is
 * what it was. The socket is locked. MPTCP's connect() lets go of a subflow, which
 * may learn there that it was refused, before that state changes.
 */
static bool in_connect(const struct sock *sk)
{
	const struct socket *sock = sk->sk_socket;

	if (sk_is_mptcp(sk) && READ_ONCE(sk->sk_err))
		return false;
	return in_task() && sock && sock->state == SS_UNCONNECTED;
}

/* When connect() returns that is told, if it fails. */
static void fail_lost(struct sockport_follow *lost)
{
	lost->told = in_connect(lost->sk);
	if (!lost->told || !sockport_connects_watched())
		sockport_follow_failed(lost);
}

/*
 * A child that is closed in SYN_RECV is most often the second one for one
 * request, made by another CPU. But one of Fast Open has been a connection
 * already, as its congestion control shows: a reset takes its request off before.
 */
static bool was_connection(const struct sock *sk, int old)
{
	return old != TCP_CLOSE &&
	       (old != TCP_SYN_RECV || inet_csk(sk)->icsk_ca_initialized);
}

static void close_lost(const struct sock *sk, int old)
{
	struct sockport_follow lost = {
		.sk	= sk,
	};
	struct sockport_history *row;

	if (!was_connection(sk, old))
		return;
	row = sockport_row_guess(sk, old);
	if (!row)
		return;
	lost.sn = row->sn;
	sockport_follow_own(&lost, sockport_program_guess(row, sk));
	sockport_follow_begin(&lost, row, old == TCP_LISTEN ?
			      SOCKPORT_PHASE_LISTENING :
			      SOCKPORT_PHASE_CONNECTED, false);
	lost.was_reset = READ_ONCE(sk->sk_err) == ECONNRESET;
	if (old == TCP_LISTEN)
		sockport_follow_add(&lost, true);
	else if (old == TCP_SYN_SENT)
		fail_lost(&lost);
	else
		end_lost(&lost, old);
	sockport_follow_hold(&lost, NULL);
	sockport_follow_own(&lost, NULL);
}

static noinline void close_listener(struct sockport_follow *follow)
{
	struct sockport_history *row;
	u64 open = 0;

	if (follow->since)
		open = sockport_follow_now() - follow->since;
	/* Its cgroup may go with it. */
	sockport_cgroup_remember(follow->sk);
	/* It was not bound, and nobody has looked since. */
	if (!follow->row) {
		row = sockport_row_in(follow->sk, sockport_local_port(follow->sk));
		sockport_follow_hold(follow, row);
	}
	if (follow->row) {
		sockport_follow_add(follow, true);
		sockport_follow_touch(follow);
	}
	sockport_follow_post(follow, SOCKPORT_EVENT_TYPE_UNLISTEN, 0, open, 0);
}

static u8 role_of(const struct sock *sk, const struct sockport_follow *follow)
{
	return follow && follow->row ? follow->row->role :
				       sockport_roles_of(sk);
}

static noinline void on_close(const struct sock *sk, int old)
{
	u32 bucket;
	struct sockport_follow *follow;

	bucket = sockport_follow_lock(sk);
	follow = sockport_follow_find(sk, bucket);
	if (BIT(old) & (TCPF_FIN_WAIT2 | TCPF_CLOSING))
		sockport_roles_ended(sk, role_of(sk, follow));
	if (!follow) {
		close_lost(sk, old);
		goto unlock;
	}
	switch (follow->phase) {
	case SOCKPORT_PHASE_LISTENING:
		close_listener(follow);
		/* Readers of @of_row may be at it: it must not become bytes. */
		sockport_follow_free(follow);
		goto unlock;
	case SOCKPORT_PHASE_OPENING:
		follow->told = in_connect(sk);
		sockport_follow_failed(follow);
		break;
	case SOCKPORT_PHASE_CONNECTED:
		sockport_follow_ended(follow, old);
		break;
	}
	follow->phase = SOCKPORT_PHASE_CLOSED;
	/* Of no use to anybody any more; it will be destroyed as it is. */
	if (sock_flag(sk, SOCK_DEAD))
		sockport_follow_free(follow);
unlock:
	sockport_follow_unlock(bucket);
	sockport_roles_closed(sk);
}

/* The peer has closed it: since when may be asked. Its FIN has come just now. */
static noinline void on_peer_closed(const struct sock *sk)
{
	u32 bucket = sockport_follow_lock(sk);
	struct sockport_follow *follow = sockport_follow_find(sk, bucket);

	if (follow) {
		follow->turned = tcp_sk(sk)->tcp_mstamp >> SOCKPORT_TURN_SHIFT;
		follow->has_turned = true;
	}
	sockport_follow_unlock(bucket);
}

/**
 * sockport_follow_state - a TCP socket is about to change its state
 * @sk: full socket of protocol TCP, locked or nobody else's yet
 * @old: state it is in
 * @new: state it will be in
 *
 * Context: BH disabled, in an RCU read-side critical section.
 */
void sockport_follow_state(const struct sock *sk, int old, int new)
{
	switch (new) {
	case TCP_SYN_SENT:
		on_syn_sent(sk);
		break;
	case TCP_LISTEN:
		on_listen(sk);
		break;
	case TCP_CLOSE:
		on_close(sk, old);
		break;
	case TCP_ESTABLISHED:
		if (old == TCP_SYN_SENT)
			on_answer(sk);
		else
			on_accept(sk);
		break;
	default:
		/* It may be closed, or hear that the peer did, before. */
		if (old == TCP_SYN_RECV)
			on_accept(sk);
		if (new == TCP_CLOSE_WAIT)
			on_peer_closed(sk);
	}
}

/**
 * sockport_follow_destroy - a TCP socket is about to go
 * @sk: the socket
 *
 * Context: BH disabled.
 */
void sockport_follow_destroy(const struct sock *sk)
{
	u32 bucket;
	struct sockport_follow *follow;

	bucket = sockport_follow_lock(sk);
	follow = sockport_follow_find(sk, bucket);
	if (follow)
		sockport_follow_free(follow);
	sockport_follow_unlock(bucket);
}

/**
 * sockport_follow_reset - a reset is sent for a TCP socket, or received
 * @sk: full socket of protocol TCP
 * @received: by the socket
 *
 * A reset may be sent when the socket is closed already.
 *
 * Context: BH disabled, in an RCU read-side critical section.
 */
void sockport_follow_reset(const struct sock *sk, bool received)
{
	struct sockport_follow of = { .sk = sk };
	struct sockport_follow *follow;
	u32 bucket;

	bucket = sockport_follow_lock(sk);
	follow = sockport_follow_find(sk, bucket);
	if (follow) {
		of.row = follow->row;
		of.program = follow->program;
		follow->was_reset |= received;
		if (!received && follow->phase == SOCKPORT_PHASE_CLOSED && of.row)
			sockport_follow_add_last(follow);
	}
	sockport_follow_unlock(bucket);
	if (!of.row) {
		of.row = sockport_row_guess(sk, sk->sk_state);
		of.program = of.row ? sockport_program_guess(of.row, sk) : NULL;
	}
	if (of.row)
		sockport_follow_count(&of, received ?
				      SOCKPORT_A_HISTORY_RESETS_RECEIVED :
				      SOCKPORT_A_HISTORY_RESETS_SENT, 1);
}

/**
 * sockport_follow_syn_answered - a SYN is answered once more
 * @listener: who was called, or what becomes of the connection
 * @port: that was called, host order
 *
 * Context: BH disabled, in an RCU read-side critical section.
 */
void sockport_follow_syn_answered(const struct sock *listener, u16 port)
{
	struct sockport_follow of = { .sk = listener };
	struct sockport_follow *follow;
	u32 bucket;

	bucket = sockport_follow_lock(listener);
	follow = sockport_follow_find(listener, bucket);
	if (follow) {
		of.row = follow->row;
		of.program = follow->program;
	}
	sockport_follow_unlock(bucket);
	/* A listener may be of the rest, where no port is looked up. */
	if (!of.row)
		of.row = sockport_history_find(sock_net(listener),
					       SOCKPORT_PROTOCOL_TCP,
					       SOCKPORT_ROLE_IN, port);
	if (!of.row)
		return;
	if (!of.program)
		of.program = sockport_program_guess(of.row, listener);
	sockport_follow_count(&of, SOCKPORT_A_HISTORY_SYN_RETRANSMITS, 1);
}

static void take_in(struct sockport_follow *follow,
		    struct sockport_history *row, int state)
{
	sockport_follow_own(follow, sockport_program_unknown(follow->sk));
	sockport_history_touch(row);
	switch (state) {
	case TCP_LISTEN:
		sockport_follow_begin(follow, NULL, SOCKPORT_PHASE_LISTENING,
				      false);
		sockport_follow_join(follow, row);
		break;
	case TCP_SYN_SENT:
		sockport_follow_begin(follow, row, SOCKPORT_PHASE_OPENING,
				      false);
		break;
	default:
		sockport_follow_begin(follow, row, SOCKPORT_PHASE_CONNECTED,
				      false);
		row = follow->row;
		sockport_follow_count(follow, SOCKPORT_A_HISTORY_TAKEN_IN, 1);
		sockport_raise(&row->connections_high,
			       atomic_inc_return(&row->connections));
	}
}

/**
 * sockport_follow_take_in - follow a socket that was there before history
 * @sk: full socket of protocol TCP
 * @role: enum sockport_role
 *
 * Probes are registered already: a socket that they have seen is left as it is,
 * and one that is still in its table has the end of it before it.
 *
 * Context: lock of the socket's hash chain held, in an RCU read-side critical
 * section.
 */
void sockport_follow_take_in(const struct sock *sk, u8 role)
{
	u32 bucket;
	struct sockport_history *row;
	struct sockport_follow *follow;
	int state;

	bucket = sockport_follow_lock(sk);
	state = inet_sk_state_load(sk);
	if (sockport_follow_find(sk, bucket) || state == TCP_CLOSE ||
	    state == TCP_SYN_RECV)
		goto unlock;
	row = sockport_row_of_role(sk, role);
	if (!row)
		goto unlock;
	follow = sockport_follow_new(sk, row->sn, bucket);
	if (follow)
		take_in(follow, row, state);
unlock:
	sockport_follow_unlock(bucket);
}

/**
 * sockport_follow_name - say whose a listener is that was there before history
 * @sk: the socket, with a reference
 * @program: who has it open
 * @pid: the process, in the initial pid namespace
 *
 * Nothing happens to a socket of whom that is known, or that listens no more.
 *
 * Context: process context with BH disabled, in an RCU read-side critical section.
 */
void sockport_follow_name(const struct sock *sk,
			  const struct sockport_program *program, pid_t pid)
{
	struct sockport_history *row = NULL;
	struct sockport_follow *follow;
	u32 bucket;

	bucket = sockport_follow_lock(sk);
	follow = sockport_follow_find(sk, bucket);
	if (follow && follow->phase == SOCKPORT_PHASE_LISTENING &&
	    follow->row && !follow->pid)
		row = sockport_program_of_socket(program, sk);
	if (row) {
		memcpy(follow->comm, program->comm, sizeof(follow->comm));
		/* From now on it is the process: its number may be used again. */
		follow->opening = jiffies;
		/* Who finds it in its row reads these. */
		smp_store_release(&follow->pid, pid);
		sockport_follow_rename(follow, row);
	}
	sockport_follow_unlock(bucket);
}
