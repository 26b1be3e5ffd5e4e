// SPDX-License-Identifier: GPL-2.0
/*
 * Who has which sockets open
 *
 * Sockets are known by their inode: unlike an address it is not used again
 * while a listing is made. Processes are added one after the other, so what
 * one has open several times comes together.
 */
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/prefetch.h>
#include <linux/random.h>

#include "owners/listeners.h"
#include "owners/owners.h"
#include "walk/filter.h"

/**
 * sockport_owners_init - begin with nobody
 * @owners: owners
 * @net: namespace whose account it goes to, kept alive by the caller
 * @filter: the processes that are to be remembered, if only some are; kept by
 *	the caller, and filled before the first is added
 */
void sockport_owners_init(struct sockport_owners *owners, struct net *net,
			  const struct sockport_filter *filter)
{
	owners->filter = filter;
	sockport_table_init(&owners->process, net,
			    sizeof(struct sockport_process));
	sockport_table_init(&owners->holder, net,
			    sizeof(struct sockport_holder));
	sockport_table_init(&owners->held, net, sizeof(struct sockport_held));
	/* Who can choose inodes shall not choose their slots. */
	owners->held.seed = get_random_u64();
	sockport_listeners_init(owners, net);
}

/**
 * sockport_owners_exit - free everything
 * @owners: owners that sockport_owners_init() began
 *
 * Context: process context, may sleep.
 */
void sockport_owners_exit(struct sockport_owners *owners)
{
	sockport_table_free(&owners->process);
	sockport_table_free(&owners->holder);
	sockport_table_free(&owners->held);
	sockport_listeners_exit(owners);
}

static unsigned int slot_of(const struct sockport_table *table, u64 key)
{
	return hash_64(key ^ table->seed, ilog2(table->room));
}

/* The element of a socket, or the free one where it would be. */
static struct sockport_held *held_slot(const struct sockport_table *table,
				       u64 inode)
{
	struct sockport_held *at = table->at;
	unsigned int slot = slot_of(table, inode);

	while (at[slot].count && at[slot].inode != inode)
		slot = (slot + 1) & (table->room - 1);
	return &at[slot];
}

static void put_held(struct sockport_table *table, const void *element)
{
	const struct sockport_held *held = element;

	if (!held->count)
		return;
	*held_slot(table, held->inode) = *held;
	table->count++;
}

/**
 * sockport_owners_reserve - make room
 * @owners: owners
 * @more: how often sockport_owners_add() will be called
 *
 * Context: process context, may sleep. Everything moves.
 *
 * Return: 0 or -ENOMEM.
 */
int sockport_owners_reserve(struct sockport_owners *owners, unsigned int more)
{
	int err;

	err = sockport_table_reserve(&owners->process, 1);
	if (!err)
		err = sockport_table_reserve(&owners->holder, more);
	if (!err)
		err = sockport_table_rehash(&owners->held, more, put_held);
	return err;
}

/**
 * sockport_owners_prefetch - a socket is going to be looked for
 * @owners: owners
 * @inode: the socket's inode
 */
void sockport_owners_prefetch(const struct sockport_owners *owners, u64 inode)
{
	const struct sockport_held *at = owners->held.at;

	if (owners->held.room)
		prefetch(&at[slot_of(&owners->held, inode)]);
}

/* Index of a process, the last one or a new one. */
static u32 process_index(struct sockport_owners *owners,
			 const struct sockport_process *process)
{
	struct sockport_process *at = owners->process.at;
	unsigned int count = owners->process.count;

	if (!count || at[count - 1].pid != process->pid)
		*(struct sockport_process *)
			sockport_table_add(&owners->process) = *process;
	return owners->process.count - 1;
}

static struct sockport_holder *
holder_of(const struct sockport_owners *owners,
	  const struct sockport_held *held, pid_t pid)
{
	struct sockport_holder *at = owners->holder.at;
	const struct sockport_process *process = owners->process.at;
	u32 i;

	for (i = held->first; i; i = at[i - 1].next)
		if (process[at[i - 1].process].pid == pid)
			return &at[i - 1];
	return NULL;
}

static void add_holder(struct sockport_owners *owners,
		       struct sockport_held *held, u32 process, u32 fd)
{
	const struct sockport_process *at = owners->process.at;
	struct sockport_holder *holder;

	held->last = process;
	held->count++;
	if (owners->filter->pids) {
		if (!sockport_filter_pid(owners->filter, at[process].pid))
			return;
	} else if (held->count > SOCKPORT_HOLDERS) {
		return;
	}
	holder = sockport_table_add(&owners->holder);
	holder->process = process;
	holder->fd = fd;
	holder->next = held->first;
	held->first = owners->holder.count;
}

/**
 * sockport_owners_add - a process has a socket open
 * @owners: owners in which sockport_owners_reserve() has made room
 * @process: the process
 * @inode: the socket's inode
 * @fd: descriptor
 *
 * What a process has open comes together, but for a thread that has a table of
 * its own: that its process has been counted is known only while the process is
 * among those remembered.
 *
 * Return: 1 when it is the first time that the socket is seen, else 0.
 */
int sockport_owners_add(struct sockport_owners *owners,
			const struct sockport_process *process, u64 inode,
			u32 fd)
{
	struct sockport_held *held = held_slot(&owners->held, inode);
	u32 index = process_index(owners, process);
	struct sockport_holder *holder;

	if (!held->count) {
		held->inode = inode;
		owners->held.count++;
		add_holder(owners, held, index, fd);
		return 1;
	}
	holder = holder_of(owners, held, process->pid);
	if (holder)
		holder->fd = min(holder->fd, fd);
	else if (held->last != index)
		add_holder(owners, held, index, fd);
	return 0;
}

/**
 * sockport_owners_find - find a socket
 * @owners: owners
 * @inode: the socket's inode
 *
 * Return: who has it open, or NULL.
 */
const struct sockport_held *
sockport_owners_find(const struct sockport_owners *owners, u64 inode)
{
	const struct sockport_held *held;

	if (!owners->held.room)
		return NULL;
	held = held_slot(&owners->held, inode);
	return held->count ? held : NULL;
}

/**
 * sockport_owners_add_all - who has a socket open shares another one
 * @owners: owners, whose @holder has room for SOCKPORT_HOLDERS
 * @to: what is shared
 * @from: the socket
 */
void sockport_owners_add_all(struct sockport_owners *owners,
			     struct sockport_held *to,
			     const struct sockport_held *from)
{
	const struct sockport_process *process = owners->process.at;
	const struct sockport_holder *holder;

	for (holder = sockport_owners_first(owners, from); holder;
	     holder = sockport_owners_next(owners, holder))
		if (!holder_of(owners, to, process[holder->process].pid))
			add_holder(owners, to, holder->process, holder->fd);
	/* Those that are only counted may be the same ones. */
	to->count = max(to->count, from->count);
}
