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

#include "owners/owners.h"
#include "walk/record.h"
#include "walk/scope.h"

/**
 * struct owned_port - the socket by which a port has an owner
 * @key: namespace, protocol and port; 0 for a free element
 * @inode: inode of a listener
 */
struct owned_port {
	u64	key;
	u64	inode;
};

/**
 * sockport_owners_init - begin with nobody
 * @owners: owners
 * @net: namespace whose account it goes to, kept alive by the caller
 */
void sockport_owners_init(struct sockport_owners *owners, struct net *net)
{
	sockport_table_init(&owners->process, net,
			    sizeof(struct sockport_process));
	sockport_table_init(&owners->holder, net,
			    sizeof(struct sockport_holder));
	sockport_table_init(&owners->held, net, sizeof(struct sockport_held));
	sockport_table_init(&owners->port, net, sizeof(struct owned_port));
	/* Who can choose inodes or ports shall not choose their slots. */
	owners->held.seed = get_random_u64();
	owners->port.seed = get_random_u64();
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
	sockport_table_free(&owners->port);
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

	while (at[slot].first && at[slot].inode != inode)
		slot = (slot + 1) & (table->room - 1);
	return &at[slot];
}

static void put_held(struct sockport_table *table, const void *element)
{
	const struct sockport_held *held = element;

	if (!held->first)
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
	struct sockport_holder *holder;

	held->last = process;
	if (held->count++ >= SOCKPORT_HOLDERS)
		return;
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

	if (!held->first) {
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
	return held->first ? held : NULL;
}

static u64 port_key(const struct sockport_record *rec)
{
	return (u64)rec->space->index << 40 | (u64)rec->protocol << 32 |
	       rec->local_port;
}

static struct owned_port *port_slot(const struct sockport_table *table, u64 key)
{
	struct owned_port *at = table->at;
	unsigned int slot = slot_of(table, key);

	while (at[slot].key && at[slot].key != key)
		slot = (slot + 1) & (table->room - 1);
	return &at[slot];
}

static void put_port(struct sockport_table *table, const void *element)
{
	const struct owned_port *port = element;

	if (!port->key)
		return;
	*port_slot(table, port->key) = *port;
	table->count++;
}

/**
 * sockport_owners_note_port - remember by whose listener a port has an owner
 * @owners: owners
 * @rec: a listener
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int sockport_owners_note_port(struct sockport_owners *owners,
			      const struct sockport_record *rec)
{
	struct owned_port *port;
	int err;

	if (!(rec->has & SOCKPORT_HAS_INODE) ||
	    !sockport_owners_find(owners, rec->inode))
		return 0;
	err = sockport_table_rehash(&owners->port, 1, put_port);
	if (err)
		return err;
	port = port_slot(&owners->port, port_key(rec));
	if (!port->key) {
		port->key = port_key(rec);
		port->inode = rec->inode;
		owners->port.count++;
	}
	return 0;
}

/**
 * sockport_owners_of - who owns a socket
 * @owners: owners
 * @rec: the socket
 * @by_port: set when no file refers to the socket, so that it takes the owner
 *	of its port's listener
 *
 * Return: who has it open, or NULL.
 */
const struct sockport_held *
sockport_owners_of(const struct sockport_owners *owners,
		   const struct sockport_record *rec, bool *by_port)
{
	const struct owned_port *port;

	*by_port = false;
	if (rec->has & SOCKPORT_HAS_INODE)
		return sockport_owners_find(owners, rec->inode);
	if (rec->role != SOCKPORT_ROLE_IN || !owners->port.room)
		return NULL;
	port = port_slot(&owners->port, port_key(rec));
	if (!port->key)
		return NULL;
	*by_port = true;
	return sockport_owners_find(owners, port->inode);
}
