// SPDX-License-Identifier: GPL-2.0
/*
 * Whose the listeners are that were there before history began
 *
 * Nobody has told, and what comes to them counts for their program: so the file
 * tables of processes are looked through, once. Of several processes that have one,
 * as workers do, it is the first one's, which is the oldest most often.
 *
 * A table is held for a piece of some descriptors at a time.
 */
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/idr.h>
#include <linux/jiffies.h>
#include <linux/net.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <net/inet_sock.h>
#include <net/sock.h>

#include "history/follow.h"
#include "history/naming.h"
#include "history/opener.h"
#include "history/program.h"
#include "history/rows.h"
#include "owners/rights.h"
#include "socket.h"

/* Descriptors in use that a hold takes, and numbers that it looks at. */
#define PIECE		64
#define PIECE_NUMBERS	65536U

/* Threads that are looked at in one RCU read-side critical section. */
#define NUMBERS		256

/* Who has made a host with more to look at goes without names. */
#define LONGEST		(10 * HZ)

/**
 * struct naming - state of a look at all processes
 * @nr: number of the thread looked at last
 * @until: jiffies until when it goes on
 * @count: how many there are in @sk
 * @sk: listeners among the descriptors of one piece, each with a reference
 */
struct naming {
	int		nr;
	unsigned long	until;
	unsigned int	count;
	struct sock	*sk[PIECE];
};

/* Threads share the table of their process, unless it has gone or they left it. */
static bool has_own_table(const struct task_struct *task)
{
	const struct task_struct *leader = READ_ONCE(task->group_leader);

	return READ_ONCE(task->files) && !(task->flags & PF_KTHREAD) &&
	       (task == leader ||
		READ_ONCE(task->files) != READ_ONCE(leader->files));
}

/*
 * The next thread with a file table, with a reference; NULL when some numbers
 * have been looked at in vain. Returns false when there are no more.
 */
static bool task_after(struct naming *naming, struct task_struct **found)
{
	struct task_struct *task;
	unsigned int n;
	struct pid *pid;

	*found = NULL;
	rcu_read_lock();
	for (n = 0; n < NUMBERS && !*found; n++) {
		naming->nr++;
		pid = idr_get_next(&init_pid_ns.idr, &naming->nr);
		if (!pid)
			break;
		task = pid_task(pid, PIDTYPE_PID);
		if (task && has_own_table(task))
			*found = get_task_struct(task);
	}
	rcu_read_unlock();
	return *found || n == NUMBERS;
}

static bool is_listener(const struct sock *sk)
{
	return (sk->sk_family == AF_INET || sk->sk_family == AF_INET6) &&
	       sk->sk_protocol == IPPROTO_TCP && sk->sk_type == SOCK_STREAM &&
	       inet_sk_state_load(sk) == TCP_LISTEN;
}

/* Lock of the table held: no file is closed, so no socket goes. */
static void find_some(struct naming *naming, struct files_struct *table,
		      unsigned int *fd)
{
	struct fdtable *fdt = files_fdtable(table);
	unsigned int end = min(fdt->max_fds, *fd + PIECE_NUMBERS);
	struct socket *sock;
	struct file *file;
	unsigned int n;
	struct sock *sk;

	for (n = 0; n < PIECE; n++, ++*fd) {
		*fd = find_next_bit(fdt->open_fds, end, *fd);
		if (*fd >= end)
			break;
		file = files_lookup_fd_locked(table, *fd);
		sock = file ? sock_from_file(file) : NULL;
		sk = sock ? READ_ONCE(sock->sk) : NULL;
		if (sk && is_listener(sk) &&
		    refcount_inc_not_zero(&sk->sk_refcnt))
			naming->sk[naming->count++] = sk;
	}
	if (*fd >= fdt->max_fds)
		*fd = UINT_MAX;
}

/* The listeners among the next descriptors; @fd moves, to UINT_MAX at the end. */
static void hold_table(struct naming *naming, struct task_struct *task,
		       unsigned int *fd)
{
	struct files_struct *table;

	naming->count = 0;
	task_lock(task);
	table = task->files;
	if (table) {
		spin_lock(&table->file_lock);
		find_some(naming, table, fd);
		spin_unlock(&table->file_lock);
	} else {
		*fd = UINT_MAX;
	}
	task_unlock(task);
}

/* Which program a process is, for its socket; false when it has just ended. */
static bool program_of(struct sockport_program *program,
		       struct task_struct *task, const struct sock *sk)
{
	struct pid_namespace *pid_ns;

	/* Else its leader may be freed. */
	if (!pid_alive(task))
		return false;
	memcpy(program->comm, task->group_leader->comm, TASK_COMM_LEN);
	program->comm[TASK_COMM_LEN - 1] = '\0';
	program->cgroup = sockport_cgroup_of(sk);
	program->uid = sockport_sock_uid(sk);
	task_lock(task);
	sockport_rights_of(&program->by, task, sock_net(sk));
	task_unlock(task);
	pid_ns = task_active_pid_ns(task);
	if (!pid_ns)
		return false;
	program->pid_ns = pid_ns->ns.inum;
	program->ns_started = sockport_pid_ns_started(pid_ns);
	return program->comm[0];
}

static void name(struct sock *sk, struct task_struct *task)
{
	struct sockport_program program;

	rcu_read_lock();
	if (program_of(&program, task, sk)) {
		local_bh_disable();
		sockport_follow_name(sk, &program, task->tgid);
		local_bh_enable();
	}
	rcu_read_unlock();
}

static bool goes_on(const struct naming *naming)
{
	return !fatal_signal_pending(current) &&
	       time_before(jiffies, naming->until);
}

static void name_all(struct naming *naming, struct task_struct *task)
{
	unsigned int fd = 0, i;

	while (fd != UINT_MAX && goes_on(naming)) {
		hold_table(naming, task, &fd);
		for (i = 0; i < naming->count; i++) {
			name(naming->sk[i], task);
			sock_put(naming->sk[i]);
		}
		cond_resched();
	}
}

/**
 * sockport_name_listeners - find out whose the listeners are
 *
 * Those of whom that is known already stay as they are. What there is no memory
 * for stays without a name, as what a fatal signal or the time keeps from being
 * looked at.
 *
 * Context: process context, may sleep; history has begun.
 */
void sockport_name_listeners(void)
{
	struct naming *naming;
	struct task_struct *task;

	naming = kzalloc(sizeof(*naming), GFP_KERNEL);
	if (!naming)
		return;
	naming->until = jiffies + LONGEST;
	while (goes_on(naming) && task_after(naming, &task)) {
		if (task) {
			name_all(naming, task);
			put_task_struct(task);
		}
		cond_resched();
	}
	kfree(naming);
}
