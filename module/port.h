/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_PORT_H
#define SOCKPORT_PORT_H

#include <linux/rbtree.h>
#include <linux/types.h>
#include <linux/uidgid.h>
#include <uapi/linux/sockport.h>

struct net;
struct sockport_filter;
struct sockport_owners;
struct sockport_scope;

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
 * @uids: how many owners are in @uid
 * @uids_more: there are more owners than that
 * @uid: owners, ascending
 * @processes: how many are in @process
 * @processes_more: there are more than that
 * @by_listener: they have the port's listeners open
 * @process: indices of processes among the owners
 */
struct sockport_port {
	struct rb_node	node;
	u32	netns;
	u32	port;
	u8	protocol;
	u8	role;
	u8	families;
	u32	listeners;
	u32	unconnected;
	u32	sockets;
	u32	states[SOCKPORT_STATE_MAX + 1];
	u32	backlog;
	u32	backlog_limit;
	u64	rx_queue;
	u64	tx_queue;
	u64	drops;
	u8	uids;
	bool	uids_more;
	kuid_t	uid[SOCKPORT_PORT_UIDS];
	u8	processes;
	bool	processes_more;
	bool	by_listener;
	u32	process[SOCKPORT_PORT_PROCESSES];
};

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
			 struct sockport_scope *scope,
			 const struct sockport_filter *filter,
			 struct sockport_owners *owners);
void sockport_ports_free(struct sockport_ports *ports);
u8 sockport_port_state(const struct sockport_port *port);

#endif /* SOCKPORT_PORT_H */
