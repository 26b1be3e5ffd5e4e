/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_OWNERS_H
#define SOCKPORT_OWNERS_H

#include <linux/sched.h>
#include <linux/types.h>

#include "memory/table.h"
#include "walk/waiting.h"

struct net;
struct sockport_filter;
struct sockport_record;

/**
 * struct sockport_process - a process that has sockets open
 * @pid: in the reader's pid namespace
 * @comm: its name
 */
struct sockport_process {
	pid_t	pid;
	char	comm[TASK_COMM_LEN];
};

/**
 * struct sockport_holder - one process that has one socket open
 * @process: index of the process
 * @fd: lowest descriptor
 * @next: index plus 1 of the next one that has it, or 0
 */
struct sockport_holder {
	u32	process;
	u32	fd;
	u32	next;
};

/* Processes of a socket that are remembered, the others are counted. */
#define SOCKPORT_HOLDERS	16

/**
 * struct sockport_held - a socket that some process has open
 * @inode: the socket's inode
 * @first: index plus 1 of one of those remembered, or 0
 * @count: how many have it, 0 for a free element
 * @last: index of the process that was added last
 */
struct sockport_held {
	u64	inode;
	u32	first;
	u32	count;
	u32	last;
};

/**
 * struct sockport_owners - who has which sockets open
 * @filter: the processes that are remembered, all others are counted only
 * @process: struct sockport_process
 * @holder: struct sockport_holder
 * @held: hash table of struct sockport_held, by inode
 * @listened: hash table of what listeners there are, by address
 * @waiting: what waits for accept() at them
 */
struct sockport_owners {
	const struct sockport_filter	*filter;
	struct sockport_table	process;
	struct sockport_table	holder;
	struct sockport_table	held;
	struct sockport_table	listened;
	struct sockport_waiting	waiting;
};

void sockport_owners_init(struct sockport_owners *owners, struct net *net,
			  const struct sockport_filter *filter);
void sockport_owners_exit(struct sockport_owners *owners);
int sockport_owners_reserve(struct sockport_owners *owners, unsigned int more);
void sockport_owners_prefetch(const struct sockport_owners *owners, u64 inode);
int sockport_owners_add(struct sockport_owners *owners,
			const struct sockport_process *process, u64 inode,
			u32 fd);
const struct sockport_held *
sockport_owners_find(const struct sockport_owners *owners, u64 inode);
void sockport_owners_add_all(struct sockport_owners *owners,
			     struct sockport_held *to,
			     const struct sockport_held *from);

/**
 * sockport_owners_first - first process that has a socket open
 * @owners: owners
 * @held: the socket
 *
 * Return: it, or NULL when none is remembered; sockport_owners_next() has the next one.
 */
static inline const struct sockport_holder *
sockport_owners_first(const struct sockport_owners *owners,
		      const struct sockport_held *held)
{
	if (!held->first)
		return NULL;
	return (const struct sockport_holder *)owners->holder.at +
	       held->first - 1;
}

/**
 * sockport_owners_next - next process that has a socket open
 * @owners: owners
 * @holder: one of them
 *
 * Return: the next one, or NULL.
 */
static inline const struct sockport_holder *
sockport_owners_next(const struct sockport_owners *owners,
		     const struct sockport_holder *holder)
{
	if (!holder->next)
		return NULL;
	return (const struct sockport_holder *)owners->holder.at +
	       holder->next - 1;
}

/**
 * sockport_owners_process - which process it is
 * @owners: owners
 * @holder: one that has a socket open
 *
 * Return: the process.
 */
static inline const struct sockport_process *
sockport_owners_process(const struct sockport_owners *owners,
			const struct sockport_holder *holder)
{
	return (const struct sockport_process *)owners->process.at +
	       holder->process;
}

#endif /* SOCKPORT_OWNERS_H */
