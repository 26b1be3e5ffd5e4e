// SPDX-License-Identifier: GPL-2.0
/*
 * One pass over the file tables of all processes, for the sockets in them
 *
 * Processes are found as proc finds them, by number in the reader's pid
 * namespace. Threads share the table of their process, unless one has unshared
 * it: then it has a table of its own, which is looked at too.
 *
 * A table is held for a piece of some descriptors at a time, so that it stays
 * locked for microseconds only. What is found there is worked up after.
 */
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/idr.h>
#include <linux/ktime.h>
#include <linux/net.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/prefetch.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <net/sock.h>

#include "kinds/unlisted.h"
#include "net.h"
#include "owners/files.h"
#include "owners/owners.h"
#include "owners/reader.h"

/* Descriptors in use that a hold takes, and numbers that it looks at. */
#define PIECE		64
#define PIECE_NUMBERS	65536U

/* Threads that are looked at in one RCU read-side critical section. */
#define NUMBERS		256

/* Tables of threads seen last, by which one that several have is known. */
#define SEEN_BITS	8

/**
 * struct found - a socket in a file table
 * @file: its file; with a reference when @keep
 * @keep: it is in no table of sockets
 * @fd: descriptor
 * @inode: inode
 */
struct found {
	struct file	*file;
	bool		keep;
	u32		fd;
	u64		inode;
};

/**
 * struct pass - state of a pass
 * @files: what it is for
 * @nr: number of the thread looked at last
 * @sockets: found so far
 * @seen: file tables of threads
 * @found: those of one piece
 */
struct pass {
	const struct sockport_files	*files;
	int				nr;
	u64				sockets;
	struct {
		const struct files_struct	*table;
		pid_t				pid;
	} seen[BIT(SEEN_BITS)];
	struct found			found[PIECE];
};

/*
 * Of a process the table is looked at once, with its leader. A leader that has
 * exited has none, so the first other thread stands in.
 */
static bool has_own_table(struct pass *pass, struct task_struct *task,
			  pid_t pid)
{
	const struct files_struct *table = READ_ONCE(task->files);
	struct task_struct *leader = READ_ONCE(task->group_leader);
	unsigned int slot;

	if (!table || task->flags & PF_KTHREAD)
		return false;
	if (task == leader)
		return true;
	if (table == READ_ONCE(leader->files))
		return false;
	slot = hash_ptr((void *)table, SEEN_BITS);
	if (pass->seen[slot].table == table && pass->seen[slot].pid == pid)
		return false;
	pass->seen[slot].table = table;
	pass->seen[slot].pid = pid;
	return true;
}

/*
 * The next thread with a file table to look at, with a reference; NULL when
 * some numbers have been looked at in vain. Returns false when there are no
 * more.
 */
static bool task_after(struct pass *pass, struct sockport_process *process,
		       struct task_struct **found)
{
	struct pid_namespace *pid_ns = pass->files->reader->pid_ns;
	struct task_struct *task;
	unsigned int n;
	struct pid *pid;

	*found = NULL;
	rcu_read_lock();
	for (n = 0; n < NUMBERS && !*found; n++) {
		pass->nr++;
		pid = idr_get_next(&pid_ns->idr, &pass->nr);
		if (!pid)
			break;
		task = pid_task(pid, PIDTYPE_PID);
		if (!task)
			continue;
		process->pid = task_tgid_nr_ns(task, pid_ns);
		if (!process->pid || !has_own_table(pass, task, process->pid))
			continue;
		/* Always ended by a NUL, though it may be changing. */
		strscpy(process->comm, task->group_leader->comm,
			sizeof(process->comm));
		*found = get_task_struct(task);
	}
	rcu_read_unlock();
	return *found || n == NUMBERS;
}

/*
 * Lock of the table held. The cache misses of one file hide those of others:
 * so one thing is looked at in all of them, then the next.
 */
static unsigned int find_files(struct pass *pass, struct files_struct *table,
			       unsigned int *fd)
{
	struct fdtable *fdt = files_fdtable(table);
	unsigned int end = min(fdt->max_fds, *fd + PIECE_NUMBERS);
	struct file *file;
	unsigned int n = 0;

	while (n < PIECE) {
		*fd = find_next_bit(fdt->open_fds, end, *fd);
		if (*fd >= end)
			break;
		file = files_lookup_fd_locked(table, *fd);
		if (file) {
			prefetch(&file->f_op);
			prefetch(&file->private_data);
			pass->found[n].file = file;
			pass->found[n++].fd = *fd;
		}
		++*fd;
	}
	if (*fd >= fdt->max_fds)
		*fd = UINT_MAX;
	return n;
}

static unsigned int find_sockets(struct pass *pass, unsigned int n)
{
	unsigned int sockets = 0, i;
	struct socket *sock;

	for (i = 0; i < n; i++) {
		sock = sock_from_file(pass->found[i].file);
		if (!sock)
			continue;
		prefetch(&SOCK_INODE(sock)->i_ino);
		if (pass->files->unlisted)
			prefetch(&sock->sk);
		pass->found[sockets++] = pass->found[i];
	}
	return sockets;
}

static void find_inodes(struct pass *pass, unsigned int n)
{
	struct found *found;
	struct socket *sock;
	unsigned int i;

	for (i = 0; i < n; i++) {
		found = &pass->found[i];
		sock = sock_from_file(found->file);
		found->inode = SOCK_INODE(sock)->i_ino;
		found->keep = false;
		if (!pass->files->unlisted)
			continue;
		found->keep = sockport_unlisted_wants(pass->files->unlisted,
						      READ_ONCE(sock->sk));
		if (found->keep)
			get_file(found->file);
	}
}

/*
 * The sockets among the next descriptors from @fd on; @fd moves, to UINT_MAX
 * at the end of the table. A file cannot be closed while its table is locked,
 * nor can its socket go.
 */
static unsigned int hold_table(struct pass *pass, struct task_struct *task,
			       unsigned int *fd)
{
	struct files_struct *table;
	unsigned int n = 0;

	task_lock(task);
	table = task->files;
	if (table) {
		spin_lock(&table->file_lock);
		n = find_files(pass, table, fd);
		n = find_sockets(pass, n);
		find_inodes(pass, n);
		spin_unlock(&table->file_lock);
	} else {
		*fd = UINT_MAX;
	}
	task_unlock(task);
	return n;
}

static int take_found(struct pass *pass, const struct found *found,
		      const struct sockport_process *process)
{
	const struct sockport_files *files = pass->files;
	int err;

	err = sockport_owners_add(files->owners, process, found->inode,
				  found->fd);
	if (err > 0 && found->keep)
		err = sockport_unlisted_add(files->unlisted, found->file,
					    found->inode);
	return min(err, 0);
}

static int take_piece(struct pass *pass, unsigned int n,
		      const struct sockport_process *process)
{
	int err = 0, this;
	unsigned int i;

	for (i = 0; i < n; i++)
		sockport_owners_prefetch(pass->files->owners,
					 pass->found[i].inode);
	for (i = 0; i < n; i++) {
		this = err ? 0 : take_found(pass, &pass->found[i], process);
		if (this)
			err = this;
		if (pass->found[i].keep)
			fput(pass->found[i].file);
	}
	pass->sockets += n;
	return err;
}

static int take_task(struct pass *pass, struct task_struct *task,
		     const struct sockport_process *process)
{
	unsigned int fd = 0, n;
	int err;

	while (fd != UINT_MAX) {
		err = sockport_owners_reserve(pass->files->owners, PIECE);
		if (err)
			return err;
		n = hold_table(pass, task, &fd);
		err = take_piece(pass, n, process);
		if (err)
			return err;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

static int walk_tasks(struct pass *pass)
{
	struct sockport_process process;
	struct task_struct *task;
	int err = 0;

	while (!err && task_after(pass, &process, &task)) {
		if (task) {
			if (sockport_reader_sees_task(pass->files->reader,
						      task))
				err = take_task(pass, task, &process);
			put_task_struct(task);
		}
		if (fatal_signal_pending(current))
			err = -EINTR;
		cond_resched();
	}
	return err;
}

/**
 * sockport_files_walk - look through the file tables of all processes
 * @files: what for
 *
 * Context: process context of who sends the request, may sleep.
 *
 * Return: 0, -ENOMEM or -EINTR.
 */
int sockport_files_walk(const struct sockport_files *files)
{
	struct sockport_stats *stats = sockport_stats(files->net);
	u64 start = ktime_get_ns();
	struct pass *pass;
	int err;

	pass = kzalloc(sizeof(*pass), GFP_KERNEL_ACCOUNT);
	if (!pass)
		return -ENOMEM;
	pass->files = files;
	err = walk_tasks(pass);
	atomic64_inc(&stats->file_walks);
	atomic64_add(pass->sockets, &stats->walked_files);
	atomic64_add(ktime_get_ns() - start, &stats->file_walk_ns);
	kfree(pass);
	return err;
}
