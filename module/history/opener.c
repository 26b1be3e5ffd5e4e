// SPDX-License-Identifier: GPL-2.0
/*
 * Who opened a port, or connected to it, last
 *
 * That is remembered as long as the row, and must keep nothing else: a reference
 * to a struct pid would keep its pid and user namespaces. Numbers are kept, and
 * with them when the process was started, for numbers are used again.
 */
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <net/sock.h>

#include "compat.h"
#include "history/opener.h"
#include "history/rows.h"
#include "owners/rights.h"
#include "socket.h"

static bool same_comm(const char *a, const char *b)
{
	BUILD_BUG_ON(TASK_COMM_LEN != 2 * sizeof(u64));
	return get_unaligned((const u64 *)a) == get_unaligned((const u64 *)b) &&
	       get_unaligned((const u64 *)a + 1) ==
	       get_unaligned((const u64 *)b + 1);
}

/* When the first process of a pid namespace was started; 0 when it is gone. */
static u64 ns_started(struct pid_namespace *pid_ns)
{
	const struct task_struct *task;
	u64 started = 0;

	rcu_read_lock();
	task = pid_task(find_pid_ns(1, pid_ns), PIDTYPE_TGID);
	if (task)
		started = task->start_boottime;
	rcu_read_unlock();
	return started;
}

static void note_process(struct sockport_opener *opener)
{
	struct pid_namespace *pid_ns = task_active_pid_ns(current);

	WRITE_ONCE(opener->pid, current->tgid);
	opener->own = task_tgid_nr_ns(current, pid_ns);
	opener->pid_ns = pid_ns->ns.inum;
	opener->started = current->group_leader->start_boottime;
	opener->ns_started = ns_started(pid_ns);
}

/**
 * sockport_history_open - remember who opens a port, or connects to it
 * @row: row
 * @sk: the listener or connection, locked by who opens it
 *
 * Context: the process that calls listen() or connect(), in an RCU read-side
 * critical section. What is compared without the lock is only compared.
 */
void sockport_history_open(struct sockport_history *row, const struct sock *sk)
{
	struct sockport_opener *opener = &row->opener;
	const struct task_struct *leader;
	struct sockport_rights by;

	/* The rest is of many ports. */
	if (!in_task() || row->is_rest)
		return;
	leader = current->group_leader;
	sockport_rights_note(&by, row->net);
	if (READ_ONCE(opener->pid) == leader->pid &&
	    opener->started == leader->start_boottime &&
	    uid_eq(opener->uid, sockport_sock_uid(sk)) &&
	    !memcmp(&opener->by, &by, sizeof(by)) &&
	    opener->cgroup == sockport_cgroup_of(sk) &&
	    same_comm(opener->comm, leader->comm))
		return;
	spin_lock_bh(&row->lock);
	note_process(opener);
	opener->uid = sockport_sock_uid(sk);
	opener->by = by;
	opener->cgroup = sockport_cgroup_of(sk);
	sockport_history_comm(opener->comm);
	spin_unlock_bh(&row->lock);
}

/**
 * sockport_opener_pid - the number that an opener has, or had
 * @opener: who opened a port, kept as it is
 * @pid_ns: pid namespace of who asks, with a reference
 *
 * Of a process that is gone only the initial pid namespace and its own know.
 *
 * Context: any.
 *
 * Return: 0 for none, and for a process outside of @pid_ns.
 */
pid_t sockport_opener_pid(const struct sockport_opener *opener,
			  struct pid_namespace *pid_ns)
{
	const struct task_struct *task;
	struct pid *pid;
	pid_t nr = 0;

	if (!opener->pid || pid_ns == &init_pid_ns)
		return opener->pid;
	rcu_read_lock();
	pid = find_pid_ns(opener->pid, &init_pid_ns);
	task = pid_task(pid, PIDTYPE_TGID);
	if (task && task->start_boottime == opener->started)
		nr = pid_nr_ns(pid, pid_ns);
	else if (pid_ns->ns.inum == opener->pid_ns && opener->ns_started &&
		 ns_started(pid_ns) == opener->ns_started)
		nr = opener->own;
	rcu_read_unlock();
	return nr;
}
