/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HOLDERS_H
#define HOLDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "count/hash.h"
#include "host/cgroup.h"
#include "kernel/rows.h"

/* So many listeners of a process are shown, the rest is counted. */
#define HOLDER_LISTENS	128

/**
 * struct held_port - a port that a process listens on
 * @holder: number of the process in its table
 * @port: the port
 * @protocol: SOCKPORT_PROTOCOL_*
 */
struct held_port {
	uint32_t holder;
	uint32_t port;
	uint8_t protocol;
};

/**
 * struct holder - a process that has sockets open
 * @known: bits as of all rows; all members are, so bit 0 is set
 * @ports: what it listens on, in order; after holders_sort()
 * @port_count: of @ports
 * @pid: in our pid namespace
 * @netns: inode of the network namespace, 0 where that does not matter
 * @unix_listeners: UNIX sockets that it listens on
 * @in: connections that came to it
 * @out: connections that it opened
 * @unix_sockets: other UNIX sockets
 * @other: all other sockets
 * @lingering: sockets of its ports that no process has open
 * @matches: it is one of those that are asked about
 * @comm: its name; empty where unknown
 * @unit: its unit or container; empty where unknown
 */
struct holder {
	uint64_t known;
	const struct held_port *ports;
	uint32_t port_count;
	uint32_t pid;
	uint32_t netns;
	uint32_t unix_listeners;
	uint32_t in;
	uint32_t out;
	uint32_t unix_sockets;
	uint32_t other;
	uint32_t lingering;
	bool matches;
	char comm[COMM_MAX + 1];
	char unit[UNIT_MAX + 1];
};

/**
 * struct holders - processes, each once; zeroed before use
 * @word: PID, name, unit or container that are asked about; NULL for all
 * @past: they were recorded: who has their PIDs now says nothing of them
 * @all: of struct holder
 * @ports: of struct held_port, what they listen on, each port once for each of them
 * @tokens: MPTCP connections of processes that were counted
 * @incomplete: sockets of which not all processes came
 */
struct holders {
	const char *word;
	bool past;
	struct hash all;
	struct hash ports;
	struct hash tokens;
	uint64_t incomplete;
};

/* What the kernel has to say of sockets that are counted. */
#define HOLDERS_WANT	(SOCKPORT_WANT_PROCESSES | SOCKPORT_WANT_CGROUP | SOCKPORT_WANT_OWNER | \
			 SOCKPORT_WANT_UNLISTED | SOCKPORT_WANT_TOKEN)

bool holder_is_meant(const char *word, uint32_t pid, const char *comm, const char *cgroup);
struct holder *holders_add(struct holders *holders, const struct process_row *process,
			   uint32_t netns, const char *cgroup);
bool holders_count(struct holders *holders, const struct socket_row *socket);
void holders_sort(struct holders *holders);
void holders_free(struct holders *holders);

#endif
