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

#include "history/opener.h"
#include "history/program.h"
#include "history/rows.h"

/**
 * sockport_pid_ns_started - when was the first process of a pid namespace started?
 * @pid_ns: the namespace, with a reference
 *
 * Context: any.
 *
 * Return: as it is in tasks, 0 when it is gone.
 */
u64 sockport_pid_ns_started(struct pid_namespace *pid_ns)
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

/**
 * sockport_opener_is_current - is it the current process?
 * @opener: who opened something
 *
 * Context: process. What is compared without a lock is only compared.
 */
bool sockport_opener_is_current(const struct sockport_opener *opener)
{
	const struct task_struct *leader = current->group_leader;

	return READ_ONCE(opener->pid) == leader->pid &&
	       opener->started == leader->start_boottime;
}

/**
 * sockport_opener_note - it is the current process
 * @opener: to be filled
 * @program: what sockport_program_current() says
 *
 * Context: process, in an RCU read-side critical section, with the lock held that
 * guards @opener.
 */
void sockport_opener_note(struct sockport_opener *opener,
			  const struct sockport_program *program)
{
	struct pid_namespace *pid_ns = task_active_pid_ns(current);

	opener->program = *program;
	WRITE_ONCE(opener->pid, current->tgid);
	opener->own = task_tgid_nr_ns(current, pid_ns);
	opener->started = current->group_leader->start_boottime;
	opener->program.ns_started = sockport_pid_ns_started(pid_ns);
}

/**
 * sockport_history_open - remember who opens a port, or connects to it
 * @row: row of a port
 * @program: what sockport_program_current() says
 *
 * Context: the process that calls listen(), connect() or bind(), in an RCU
 * read-side critical section. What is compared without the lock is only compared.
 */
void sockport_history_open(struct sockport_history *row,
			   const struct sockport_program *program)
{
	struct sockport_opener *opener = &row->opener;

	/* The rest is of many ports. */
	if (row->is_rest)
		return;
	if (sockport_opener_is_current(opener) &&
	    sockport_program_same(&opener->program, program))
		return;
	sockport_program_tell(row);
	spin_lock_bh(&row->lock);
	sockport_opener_note(opener, program);
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
	else if (sockport_program_within(&opener->program, pid_ns))
		nr = opener->own;
	rcu_read_unlock();
	return nr;
}
