// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets by the processes that have them open. The memory is that of processes and
 * the ports they listen on, however many sockets there are.
 */
#include "count/holders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/number.h"

/* The kernel cuts names to so many characters. */
#define KERNEL_COMM	15

/**
 * holder_is_meant - whether somebody who says a word means a process
 * @word: a PID, the name of a process, or a part of the path of a cgroup, see
 *	cgroup_matches()
 * @pid: of the process
 * @comm: its name, "" where unknown
 * @cgroup: path of its cgroup, "" where unknown
 *
 * Return: true if it is this one.
 */
bool holder_is_meant(const char *word, uint32_t pid, const char *comm, const char *cgroup)
{
	uint32_t number;

	if (number_parse(word, UINT32_MAX, &number) && number == pid)
		return true;
	if (!strcmp(word, comm))
		return true;
	if (strlen(comm) == KERNEL_COMM && !strncmp(word, comm, KERNEL_COMM))
		return true;
	return cgroup_matches(cgroup, word);
}

static uint32_t hash_holder(const void *thing)
{
	const struct holder *holder = thing;

	return hash_bytes(holder->netns, &holder->pid, sizeof(holder->pid));
}

static bool same_holder(const void *left, const void *right)
{
	const struct holder *a = left, *b = right;

	return a->pid == b->pid && a->netns == b->netns;
}

static const struct hash_kind kind_of_holder = {
	.size = sizeof(struct holder), .hash = hash_holder, .same = same_holder,
};

static uint32_t hash_port(const void *thing)
{
	const struct held_port *port = thing;

	return hash_bytes(port->holder << 8 ^ port->protocol, &port->port, sizeof(port->port));
}

static bool same_port(const void *left, const void *right)
{
	const struct held_port *a = left, *b = right;

	return a->holder == b->holder && a->port == b->port && a->protocol == b->protocol;
}

static const struct hash_kind kind_of_port = {
	.size = sizeof(struct held_port), .hash = hash_port, .same = same_port,
};

/*
 * A process need not be in the cgroup that made the socket; but where /proc does not
 * show it, that is what there is.
 */
static void describe(const struct holders *holders, struct holder *holder,
		     const struct process_row *process, const char *cgroup)
{
	char path[CGROUP_MAX + 1];

	if (row_knows(process, SOCKPORT_A_PROCESS_COMM))
		snprintf(holder->comm, sizeof(holder->comm), "%s", process->comm);
	if (!holders->past && cgroup_of_process(holder->pid, path, sizeof(path)))
		cgroup = path;
	if (!cgroup)
		cgroup = "";
	cgroup_unit(cgroup, holder->unit);
	holder->matches = !holders->word ||
			  holder_is_meant(holders->word, holder->pid, holder->comm, cgroup);
}

/**
 * holders_add - a process in the table
 * @holders: the table
 * @process: the process
 * @netns: inode of a network namespace, 0 if that does not matter
 * @cgroup: of the socket, NULL if it is not known
 *
 * Return: it, until the next one is added; NULL without memory.
 */
struct holder *holders_add(struct holders *holders, const struct process_row *process,
			   uint32_t netns, const char *cgroup)
{
	const struct holder key = { .known = 1, .pid = process->pid, .netns = netns };
	const size_t before = holders->all.count;
	struct holder *holder = hash_add(&holders->all, &kind_of_holder, &key);

	if (holder && holders->all.count > before)
		describe(holders, holder, process, cgroup);
	return holder;
}

/* A listener, or what datagram sockets have instead. */
static bool is_listener(const struct socket_row *socket)
{
	if (socket->state == SOCKPORT_STATE_LISTEN)
		return true;
	return (socket->protocol == SOCKPORT_PROTOCOL_UDP ||
		socket->protocol == SOCKPORT_PROTOCOL_UDPLITE) &&
	       socket->role == SOCKPORT_ROLE_IN && socket->state == SOCKPORT_STATE_CLOSE;
}

/* Its processes do not have it open themselves. */
static bool is_left(const struct socket_row *socket)
{
	return row_knows(socket, SOCKPORT_A_SOCKET_BY_PORT) ||
	       row_knows(socket, SOCKPORT_A_SOCKET_REMEMBERED);
}

static void count_other(struct holder *holder, const struct socket_row *socket)
{
	if (is_left(socket))
		holder->lingering++;
	else if (socket->protocol == SOCKPORT_PROTOCOL_UNIX)
		holder->unix_sockets++;
	else if (!socket->role || socket->state == SOCKPORT_STATE_CLOSE)
		holder->other++;
	else if (socket->role == SOCKPORT_ROLE_OUT)
		holder->out++;
	else
		holder->in++;
}

/* A process and an MPTCP connection of it. */
struct held_token {
	uint32_t pid;
	uint32_t token;
};

static uint32_t hash_token(const void *thing)
{
	return hash_bytes(0, thing, sizeof(struct held_token));
}

static bool same_token(const void *left, const void *right)
{
	return !memcmp(left, right, sizeof(struct held_token));
}

static const struct hash_kind kind_of_token = {
	.size = sizeof(struct held_token), .hash = hash_token, .same = same_token,
};

/* An MPTCP connection has a socket of its own, and one of TCP for each of its subflows. */
static bool is_again(struct holders *holders, const struct process_row *process,
		     const struct socket_row *socket, bool *fits)
{
	const struct held_token key = { .pid = process->pid, .token = socket->token };
	const size_t before = holders->tokens.count;

	if (!row_knows(socket, SOCKPORT_A_SOCKET_TOKEN) || socket->state == SOCKPORT_STATE_LISTEN)
		return false;
	*fits = hash_add(&holders->tokens, &kind_of_token, &key);
	return holders->tokens.count == before;
}

static bool count_one(struct holders *holders, const struct process_row *process,
		      const struct socket_row *socket)
{
	const char *cgroup = row_knows(socket, SOCKPORT_A_SOCKET_CGROUP) ? socket->cgroup : NULL;
	struct holder *holder = holders_add(holders, process, 0, cgroup);
	bool fits = true;

	if (!holder)
		return false;
	/* A listener lives, though nobody but who opened it is known. */
	if (!is_listener(socket)) {
		if (!is_again(holders, process, socket, &fits))
			count_other(holder, socket);
		return fits;
	}
	if (socket->protocol == SOCKPORT_PROTOCOL_UNIX) {
		holder->unix_listeners++;
		return true;
	}
	if (!row_knows(socket, SOCKPORT_A_SOCKET_LOCAL_PORT)) {
		holder->other++;
		return true;
	}
	return hash_add(&holders->ports, &kind_of_port, &(struct held_port){
				.holder = holder - (struct holder *)holders->all.list,
				.port = socket->local_port,
				.protocol = socket->protocol });
}

/**
 * holders_count - count a socket for the processes that have it open
 * @holders: the table
 * @socket: the socket
 *
 * Return: false without memory.
 */
bool holders_count(struct holders *holders, const struct socket_row *socket)
{
	const uint32_t count = socket->processes.count;
	uint32_t i;

	for (i = 0; i < count && i < ROW_PROCESSES; i++)
		if (!count_one(holders, &socket->processes.list[i], socket))
			return false;
	if (count > ROW_PROCESSES || (row_knows(socket, SOCKPORT_A_SOCKET_PROCESSES) &&
				      socket->process_count > count))
		holders->incomplete++;
	return true;
}

static int compare_ports(const void *left, const void *right)
{
	const struct held_port *a = left, *b = right;

	if (a->holder != b->holder)
		return a->holder < b->holder ? -1 : 1;
	if (a->protocol != b->protocol)
		return a->protocol < b->protocol ? -1 : 1;
	return (a->port > b->port) - (a->port < b->port);
}

static int compare_holders(const void *left, const void *right)
{
	const struct holder *a = left, *b = right;

	if (a->netns != b->netns)
		return a->netns < b->netns ? -1 : 1;
	return (a->pid > b->pid) - (a->pid < b->pid);
}

/**
 * holders_sort - put the processes in order, by namespace and pid
 * @holders: the table; nothing can be added after that
 */
void holders_sort(struct holders *holders)
{
	struct holder *list = holders->all.list, *holder;
	struct held_port *ports = holders->ports.list;
	size_t i;

	if (!holders->all.count)
		return;
	if (holders->ports.count)
		qsort(ports, holders->ports.count, sizeof(*ports), compare_ports);
	for (i = 0; i < holders->ports.count; i++) {
		holder = &list[ports[i].holder];
		if (!holder->port_count++)
			holder->ports = &ports[i];
	}
	qsort(list, holders->all.count, sizeof(*list), compare_holders);
}

/**
 * holders_free - forget all processes
 * @holders: the table
 */
void holders_free(struct holders *holders)
{
	hash_free(&holders->all);
	hash_free(&holders->ports);
	hash_free(&holders->tokens);
	*holders = (struct holders){ .word = holders->word };
}
