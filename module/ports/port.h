/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_PORT_H
#define SOCKPORT_PORT_H

#include <linux/rbtree.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <linux/uidgid.h>
#include <uapi/linux/sockport.h>

#include "history/accept.h"

struct net;
struct sockport_filter;
struct sockport_history;
struct sockport_owners;
struct sockport_reader;
struct sockport_reading;
struct sockport_rows;
struct sockport_record;
struct sockport_scope;
struct sockport_spread;
struct sockport_totals;

#define SOCKPORT_PORT_UIDS	8
#define SOCKPORT_PORT_PROCESSES	16

/* Families of a port's sockets. */
#define SOCKPORT_PORT_INET	BIT(0)
#define SOCKPORT_PORT_INET6	BIT(1)
#define SOCKPORT_PORT_VSOCK	BIT(2)

/**
 * struct sockport_port - a row of the port table
 * @node: among the rows of ports that are no 16 bit numbers
 * @netns: inode of the network namespace
 * @rest: it is of ports whose history has been given back
 * @prepared: there is room for what it did
 * @recalled: something is known of that
 * @protocol: enum sockport_protocol
 * @role: enum sockport_role
 * @port: host order
 * @families: mask of SOCKPORT_PORT_*
 * @listeners: sockets with a backlog
 * @unconnected: datagram sockets without a peer
 * @sockets: sockets counted
 * @states: sockets in each state, by enum sockport_state
 * @backlog: connections that wait for accept()
 * @backlog_limit: connections
 * @rx_queue: bytes
 * @tx_queue: bytes
 * @drops: packets
 * @age: tenths of a second that a connection has been in CLOSE_WAIT, of the
 *	oldest
 * @has_age: @age is known
 * @waiting: likewise, that one has been waiting for accept()
 * @has_waiting: @waiting is known
 * @uids: how many owners are in @uid
 * @uids_more: there are more owners than that
 * @uid: owners, ascending
 * @processes: how many are in @process
 * @processes_more: there are more than that
 * @by_listener: they have the port's listeners open
 * @process: indices of processes among the owners
 * @kernel: the kernel has some of the port's listeners
 * @totals: what it did, or NULL
 * @spread: distributions of that, or NULL
 * @rtt_now: round trip times of connections that live, with @spread
 * @opener: who opened it last, or NULL
 * @workers: who accepts its connections, or NULL
 */
struct sockport_port {
	struct rb_node	node;
	u32	netns;
	u32	port;
	u8	protocol;
	u8	role;
	u8	families;
	bool	rest;
	bool	prepared;
	bool	recalled;
	u32	listeners;
	u32	unconnected;
	u32	sockets;
	u32	states[SOCKPORT_STATE_MAX + 1];
	u32	backlog;
	u32	backlog_limit;
	u64	rx_queue;
	u64	tx_queue;
	u64	drops;
	u32	age;
	bool	has_age;
	u32	waiting;
	bool	has_waiting;
	u8	uids;
	bool	uids_more;
	kuid_t	uid[SOCKPORT_PORT_UIDS];
	u8	processes;
	bool	processes_more;
	bool	by_listener;
	u32	process[SOCKPORT_PORT_PROCESSES];
	bool	kernel;
	struct sockport_totals		*totals;
	struct sockport_spread		*spread;
	struct sockport_distribution	*rtt_now;
	struct sockport_port_opener	*opener;
	struct sockport_port_workers	*workers;
};

/**
 * struct sockport_port_opener - who opened a port, for an encoder
 * @pid: in the reader's pid namespace, 0 when it is not in there
 * @uid: owner of the socket
 * @seen: the reader may see the process, if it is in there
 * @cgroup: id of the socket's cgroup, 0 when unknown
 * @comm: name of the process; empty when the reader may not see it
 */
struct sockport_port_opener {
	pid_t	pid;
	kuid_t	uid;
	bool	seen;
	u64	cgroup;
	char	comm[TASK_COMM_LEN];
};

/**
 * struct sockport_port_workers - who accepts connections of a port, for an encoder
 * @others: connections that were accepted by others than those
 * @count: how many are in @at
 * @at: processes that the reader may see: number in its pid namespace, name,
 *	connections
 */
struct sockport_port_workers {
	u64		others;
	unsigned int	count;
	struct {
		pid_t	pid;
		char	comm[TASK_COMM_LEN];
		u64	accepts;
	} at[SOCKPORT_WORKERS];
};

/**
 * struct sockport_ports_ask - what is asked of a port table
 * @scope: namespaces to walk, kept by the caller as long as building lasts;
 *	the one whose account it goes to until sockport_ports_free()
 * @filter: sockets that count, NULL for all
 * @owners: who has sockets open, kept until sockport_ports_free(); NULL when
 *	rows need not tell
 * @reader: who asks, when rows are to tell who opened them, or accepts there
 * @want: mask of enum sockport_want, only age, history, distributions, opener
 *	and workers mean something
 */
struct sockport_ports_ask {
	struct sockport_scope		*scope;
	const struct sockport_filter	*filter;
	struct sockport_owners		*owners;
	const struct sockport_reader	*reader;
	u32				want;
};

/**
 * struct sockport_past - a port that has history
 * @port: host order, 0 for the rest
 * @protocol: enum sockport_protocol
 * @role: enum sockport_role
 * @rest: it is of the ports whose history has been given back
 * @active: something happened there
 */
struct sockport_past {
	u16	port;
	u8	protocol;
	u8	role;
	bool	rest;
	bool	active;
};

/**
 * struct sockport_pasts - ports of a namespace that have history
 * @net: namespace whose account it goes to
 * @count: how many
 * @room: what @at has been allocated for
 * @at: each, in no order; some twice
 */
struct sockport_pasts {
	struct net		*net;
	unsigned int		count;
	unsigned int		room;
	struct sockport_past	*at;
};

#define SOCKPORT_WANT_RECALL	(SOCKPORT_WANT_HISTORY | \
				 SOCKPORT_WANT_DISTRIBUTIONS | \
				 SOCKPORT_WANT_OPENER | \
				 SOCKPORT_WANT_WORKERS)

/**
 * struct sockport_ports - a port table
 * @net: namespace whose account it goes to
 * @count: rows
 * @err: -ENOBUFS when sockets had to be left out, else 0
 * @room: what @row has been allocated for
 * @row: the rows, by namespace, protocol, role and port
 */
struct sockport_ports {
	struct net		*net;
	unsigned int		count;
	int			err;
	unsigned int		room;
	struct sockport_port	**row;
};

int sockport_ports_build(struct sockport_ports *ports,
			 const struct sockport_ports_ask *ask);
void sockport_ports_free(struct sockport_ports *ports);
u8 sockport_port_state(const struct sockport_port *port);
struct sockport_past sockport_past_of(const struct sockport_history *row);
int sockport_pasts_init(struct sockport_pasts *pasts, struct net *account,
			struct sockport_rows *rows, struct net *net);
void sockport_pasts_exit(struct sockport_pasts *pasts);
int sockport_port_prepare(struct net *net, struct sockport_port *port,
			  u32 want);
void sockport_port_recall(struct sockport_port *port,
			  struct sockport_history *row,
			  struct sockport_reading *reading,
			  const struct sockport_reader *reader);
void sockport_port_forget(struct net *net, struct sockport_port *port);
bool sockport_port_opener(const struct sockport_record *rec,
			  const struct sockport_reader *reader,
			  struct sockport_port_opener *opener);
bool sockport_port_remembers(const struct sockport_record *rec,
			     const struct sockport_reader *reader,
			     struct sockport_port_opener *opener);

#endif /* SOCKPORT_PORT_H */
