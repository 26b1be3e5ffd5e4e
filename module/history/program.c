// SPDX-License-Identifier: GPL-2.0
/*
 * What each program did: rows as ports have them, for each (namespace, program)
 *
 * Pids come and go, so a program is what its processes have in common: their name,
 * their cgroup, the owner of their sockets, and what decides who may see them. What
 * a connection does counts for who connected, or for who listens where it came to.
 * Where that is not known the row has no name, and the cgroup and the owner of the
 * socket.
 *
 * Datagrams are counted for ports only, so that they cost no more: programs are
 * told of the difference when somebody asks, and before a port has another opener
 * or is given back.
 */
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "compat.h"
#include "history/opener.h"
#include "history/program.h"
#include "history/rows.h"
#include "history/rows-table.h"
#include "history/sums.h"
#include "net.h"
#include "owners/cgroup-past.h"
#include "owners/rights.h"
#include "socket.h"

/*
 * How often a port may get another opener while its last one is told: who binds in
 * turns keeps nobody here. What is left then counts for the next one.
 */
#define TRIES	8

const u8 sockport_told_counters[SOCKPORT_TOLD] = {
	SOCKPORT_A_HISTORY_BYTES_IN,
	SOCKPORT_A_HISTORY_BYTES_OUT,
	SOCKPORT_A_HISTORY_SEGMENTS_IN,
	SOCKPORT_A_HISTORY_SEGMENTS_OUT,
	SOCKPORT_A_HISTORY_RECEIVE_DROPS,
	SOCKPORT_A_HISTORY_ACCOUNTED_DROPS,
};

/* Sums of products with numbers that nobody knows: who names programs cannot choose it. */
static __always_inline u32 number_of(const struct sockport_rows *in,
				     const struct sockport_program *program)
{
	const u64 *comm = (const u64 *)program->comm;
	u64 hash;

	BUILD_BUG_ON(TASK_COMM_LEN != 2 * sizeof(u64));
	hash = (comm[0] + in->mix[0]) * (comm[1] + in->mix[1]) +
	       (program->cgroup + in->mix[2]) *
	       (__kuid_val(program->uid) + in->mix[3]);
	return (u32)(hash >> 32 & ~SOCKPORT_ROW_REST) | SOCKPORT_ROW_PROGRAM;
}

static __always_inline struct sockport_row_key
key_of(const struct sockport_rows *in, const struct sockport_program *program)
{
	return (struct sockport_row_key) {
		.number		= number_of(in, program),
		.role		= SOCKPORT_ROLE_PROGRAM,
		.program	= program,
	};
}

static struct sockport_history *row_of(struct sockport_rows *in, struct net *net,
				       const struct sockport_program *program)
{
	const struct sockport_row_key key = key_of(in, program);

	return sockport_row_search(in, net, &key) ?:
	       sockport_row_make(in, net, &key);
}

/* Its cgroup may be gone when somebody asks. */
static noinline struct sockport_history *
make_row(struct sockport_rows *in, const struct sock *sk,
	 const struct sockport_row_key *key)
{
	struct sockport_history *row;

	row = sockport_row_make(in, sock_net(sk), key);
	if (row && !row->is_rest)
		sockport_cgroup_remember(sk);
	return row;
}

/**
 * sockport_program_current - which program does this?
 * @program: to be filled, all of it
 * @sk: its socket
 *
 * Workers of the kernel are one program, whatever they work at.
 *
 * Context: process, in an RCU read-side critical section; elsewhere there is none.
 *
 * Return: false when it is none.
 */
bool sockport_program_current(struct sockport_program *program,
			      const struct sock *sk)
{
	if (!in_task())
		return false;
	sockport_history_comm(program->comm);
	if (unlikely(current->flags & PF_WQ_WORKER))
		strscpy_pad(program->comm, "kworker", sizeof(program->comm));
	program->cgroup = sockport_cgroup_of(sk);
	program->uid = sockport_sock_uid(sk);
	program->pid_ns = task_active_pid_ns(current)->ns.inum;
	sockport_rights_note(&program->by, sock_net(sk));
	program->ns_started = 0;
	return true;
}

/**
 * sockport_program_row - the row of a program that opens something now
 * @program: what sockport_program_current() has filled
 * @sk: its socket
 *
 * Context: as sockport_history_row().
 *
 * Return: the row until the end of the critical section; that of the rest when
 * there is no room for one more; NULL, and then that is counted, when there is none
 * for that either; NULL when the namespace is about to go.
 */
struct sockport_history *
sockport_program_row(struct sockport_program *program, const struct sock *sk)
{
	struct sockport_rows *in = sockport_rows_all;
	const struct sockport_row_key key = key_of(in, program);
	struct sockport_history *row;

	row = sockport_row_search(in, sock_net(sk), &key);
	if (likely(row))
		return row;
	program->ns_started = sockport_pid_ns_started(task_active_pid_ns(current));
	return make_row(in, sk, &key);
}

/**
 * sockport_program_of_socket - the row of a program that has a socket
 * @program: the program, all of it
 * @sk: the socket
 *
 * Context: as sockport_history_row().
 *
 * Return: as sockport_program_row().
 */
struct sockport_history *
sockport_program_of_socket(const struct sockport_program *program,
			   const struct sock *sk)
{
	struct sockport_rows *in = sockport_rows_all;
	const struct sockport_row_key key = key_of(in, program);

	return sockport_row_search(in, sock_net(sk), &key) ?:
	       make_row(in, sk, &key);
}

/**
 * sockport_program_unknown - the row of sockets whose program is not known
 * @sk: such a socket
 *
 * Context: as sockport_history_row().
 *
 * Return: as sockport_program_row().
 */
struct sockport_history *sockport_program_unknown(const struct sock *sk)
{
	const struct sockport_program program = {
		.cgroup	= sockport_cgroup_of(sk),
		.uid	= sockport_sock_uid(sk),
	};

	return sockport_program_of_socket(&program, sk);
}

/* Lock of the row held. */
static struct sockport_program opener_of(const struct sockport_history *row)
{
	static const struct sockport_program nobody = {
		.uid = INVALID_UID,
	};

	return row->opener.program.comm[0] ? row->opener.program : nobody;
}

/**
 * sockport_program_of_opener - the row of who opened a port last
 * @row: row of a port
 *
 * Context: as sockport_history_row().
 *
 * Return: as sockport_program_row(); NULL when nobody knows.
 */
struct sockport_history *
sockport_program_of_opener(struct sockport_history *row)
{
	struct sockport_program program;

	spin_lock_bh(&row->lock);
	program = row->opener.program;
	spin_unlock_bh(&row->lock);
	return program.comm[0] ? row_of(row->rows, row->net, &program) : NULL;
}

/**
 * sockport_program_within - is a program inside of a pid namespace?
 * @program: it may be gone
 * @pid_ns: pid namespace of who asks, with a reference
 *
 * Of what is gone only the initial pid namespace and its own know.
 *
 * Context: any.
 *
 * Return: false when it is not, or that is not known any more.
 */
bool sockport_program_within(const struct sockport_program *program,
			     struct pid_namespace *pid_ns)
{
	return pid_ns == &init_pid_ns ||
	       (pid_ns->ns.inum == program->pid_ns && program->ns_started &&
		sockport_pid_ns_started(pid_ns) == program->ns_started);
}

/* Lock of the row held. What has become part of the rest is told of that. */
static bool has_untold(const struct sockport_history *row)
{
	unsigned int i;

	if (row->folded)
		return false;
	for (i = 0; i < SOCKPORT_TOLD; i++)
		if (sockport_row_count(row, sockport_told_counters[i]) !=
		    row->told[i])
			return true;
	return false;
}

/* Likewise. */
static void tell(struct sockport_history *row, struct sockport_history *program)
{
	const u64 last = atomic64_read(&row->last);
	unsigned int i, counter;
	u64 count;

	for (i = 0; i < SOCKPORT_TOLD; i++) {
		counter = sockport_told_counters[i];
		count = sockport_row_count(row, counter);
		if (count == row->told[i])
			continue;
		sockport_history_add(program, counter, count - row->told[i]);
		row->told[i] = count;
	}
	if (last)
		sockport_history_touched(program, last);
}

/* Returns whether it is to be tried again: it has got another opener meanwhile. */
static bool tell_opener(struct sockport_history *row)
{
	struct sockport_program of, now;
	struct sockport_history *program;
	bool again = false, untold;

	spin_lock_bh(&row->lock);
	of = opener_of(row);
	untold = has_untold(row);
	spin_unlock_bh(&row->lock);
	if (!untold)
		return false;
	program = row_of(row->rows, row->net, &of);
	if (!program)
		return false;
	spin_lock_bh(&row->lock);
	now = opener_of(row);
	if (!sockport_program_same(&of, &now))
		again = true;
	else if (has_untold(row))
		tell(row, program);
	spin_unlock_bh(&row->lock);
	return again;
}

/**
 * sockport_program_tell - let a program have what datagrams counted for its port
 * @row: row of any kind, of a namespace that is not dead
 *
 * Context: any but hard interrupts, in an RCU read-side critical section.
 */
void sockport_program_tell(struct sockport_history *row)
{
	unsigned int tries;

	if (row->protocol == SOCKPORT_PROTOCOL_UDP ||
	    row->protocol == SOCKPORT_PROTOCOL_UDPLITE)
		for (tries = 0; tries < TRIES && tell_opener(row); tries++)
			;
}

/**
 * sockport_programs_tell - let programs have all that datagrams counted
 * @in: rows of an era that the caller is a user of
 * @net: namespace of the ports, with a reference
 *
 * Context: process context, may sleep.
 */
void sockport_programs_tell(struct sockport_rows *in, struct net *net)
{
	struct sockport_reading reading;
	struct sockport_history *row;

	sockport_reading_begin(&reading, in, net);
	while ((row = sockport_reading_next(&reading))) {
		rcu_read_lock();
		sockport_program_tell(row);
		rcu_read_unlock();
		cond_resched();
	}
	sockport_reading_end(&reading);
}
