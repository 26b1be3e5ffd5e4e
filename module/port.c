// SPDX-License-Identifier: GPL-2.0
/*
 * The port table: a row for each (protocol, role, port)
 */
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/socket.h>

#include "filter.h"
#include "memory.h"
#include "net.h"
#include "port.h"
#include "record.h"
#include "walk.h"

static unsigned int max_rows = 1 << 18;
module_param(max_rows, uint, 0644);
MODULE_PARM_DESC(max_rows, "most rows that a port table may have");

/*
 * Rows are found by their key, and come out in its order: a leaf holds the
 * rows of 256 ports, and is there once one of them is.
 */
#define LEAF_BITS	8
#define LEAF_ROWS	BIT(LEAF_BITS)
#define LEAVES		((SOCKPORT_PROTOCOL_MAX + 1) << 1 << (16 - LEAF_BITS))

struct port_leaf {
	struct sockport_port	*row[LEAF_ROWS];
};

struct port_tree {
	struct net		*net;
	unsigned int		rows;
	struct port_leaf	*leaf[LEAVES];
};

static u32 port_key(u8 protocol, u8 role, u16 port)
{
	return (protocol << 1 | (role == SOCKPORT_ROLE_OUT)) << 16 | port;
}

static struct sockport_port *port_new(struct port_tree *tree,
				      struct port_leaf *leaf,
				      const struct sockport_record *rec)
{
	u16 number = sockport_record_port(rec);
	struct sockport_port *port;

	if (tree->rows >= READ_ONCE(max_rows))
		return ERR_PTR(-ENOBUFS);
	port = sockport_alloc(tree->net, sizeof(*port));
	if (!port)
		return ERR_PTR(-ENOMEM);
	port->protocol = rec->protocol;
	port->role = rec->role;
	port->port = number;
	leaf->row[number % LEAF_ROWS] = port;
	tree->rows++;
	return port;
}

static struct sockport_port *port_of(struct port_tree *tree,
				     const struct sockport_record *rec)
{
	u16 number = sockport_record_port(rec);
	u32 key = port_key(rec->protocol, rec->role, number);
	struct port_leaf **leaf = &tree->leaf[key >> LEAF_BITS];
	struct sockport_port *port;

	if (unlikely(!*leaf)) {
		*leaf = sockport_alloc(tree->net, sizeof(**leaf));
		if (!*leaf)
			return ERR_PTR(-ENOMEM);
	}
	port = (*leaf)->row[number % LEAF_ROWS];
	return port ? port : port_new(tree, *leaf, rec);
}

/* Keep the lowest ones, ascending. */
static void add_uid(struct sockport_port *port, kuid_t uid)
{
	unsigned int i, last;

	for (i = 0; i < port->uids && uid_lt(port->uid[i], uid); i++)
		;
	if (i < port->uids && uid_eq(port->uid[i], uid))
		return;
	if (port->uids == SOCKPORT_PORT_UIDS)
		port->uids_more = true;
	else
		port->uids++;
	if (i == SOCKPORT_PORT_UIDS)
		return;
	for (last = port->uids - 1; last > i; last--)
		port->uid[last] = port->uid[last - 1];
	port->uid[i] = uid;
}

/* Limits of INT_MAX are allowed, and several of them. */
static u32 add_limited(u32 sum, u32 more)
{
	return sum + more < sum ? U32_MAX : sum + more;
}

static void add_record(struct sockport_port *port,
		       const struct sockport_record *rec)
{
	port->sockets++;
	port->states[rec->state]++;
	port->families |= rec->family == AF_INET6 ? SOCKPORT_PORT_INET6 :
						    SOCKPORT_PORT_INET;
	if (rec->has & SOCKPORT_HAS_QUEUES) {
		port->rx_queue += rec->rx_queue;
		port->tx_queue += rec->tx_queue;
	}
	if (rec->has & SOCKPORT_HAS_BACKLOG) {
		port->listeners++;
		port->backlog = add_limited(port->backlog, rec->backlog);
		port->backlog_limit = add_limited(port->backlog_limit,
						  rec->backlog_limit);
	}
	if (rec->has & SOCKPORT_HAS_DROPS)
		port->drops += rec->drops;
	if (rec->has & SOCKPORT_HAS_UID)
		add_uid(port, rec->uid);
	if (rec->protocol != SOCKPORT_PROTOCOL_TCP &&
	    rec->state == SOCKPORT_STATE_CLOSE)
		port->unconnected++;
}

static int add_sockets(struct port_tree *tree, struct sockport_walk *walk)
{
	struct sockport_record *rec;
	struct sockport_port *port;

	while ((rec = sockport_walk_current(walk))) {
		if (IS_ERR(rec))
			return PTR_ERR(rec);
		port = port_of(tree, rec);
		if (IS_ERR(port)) {
			walk->err = PTR_ERR(port);
			return walk->err;
		}
		add_record(port, rec);
		sockport_walk_advance(walk);
	}
	return 0;
}

static size_t rows_bytes(unsigned int rows)
{
	return array_size(rows, sizeof(struct sockport_port *));
}

/* Move all rows from the tree to the table. */
static void ports_take(struct sockport_ports *ports, struct port_tree *tree)
{
	struct port_leaf *leaf;
	unsigned int i, j;

	for (i = 0; i < LEAVES; i++) {
		leaf = tree->leaf[i];
		for (j = 0; leaf && j < LEAF_ROWS; j++) {
			if (!leaf->row[j])
				continue;
			ports->row[ports->count++] = leaf->row[j];
			leaf->row[j] = NULL;
		}
	}
}

static void port_free(struct net *net, struct sockport_port *port)
{
	sockport_free(net, port, sizeof(*port));
}

static void leaf_free(struct net *net, struct port_leaf *leaf)
{
	unsigned int i;

	for (i = 0; leaf && i < LEAF_ROWS; i++)
		port_free(net, leaf->row[i]);
	sockport_free(net, leaf, sizeof(*leaf));
	cond_resched();
}

static void tree_free(struct port_tree *tree)
{
	struct net *net = tree->net;
	unsigned int i;

	for (i = 0; i < LEAVES; i++)
		leaf_free(net, tree->leaf[i]);
	sockport_free(net, tree, sizeof(*tree));
}

/**
 * sockport_ports_build - walk all sockets of a namespace and make its table
 * @ports: table to fill
 * @net: namespace, kept alive by the caller until sockport_ports_free()
 * @filter: sockets that count, NULL for all
 *
 * Context: process context, may sleep.
 *
 * Return: 0, and then @ports->err is -ENOBUFS when sockets had to be left out;
 * -ENOMEM; -ENOBUFS when the table has more rows than the module parameter
 * max_rows allows; -EINTR after a fatal signal. Only after 0 there is
 * something to free.
 */
int sockport_ports_build(struct sockport_ports *ports, struct net *net,
			 const struct sockport_filter *filter)
{
	struct sockport_walk walk;
	struct port_tree *tree;
	int err;

	ports->net = net;
	ports->count = 0;
	ports->err = 0;
	tree = sockport_alloc(net, sizeof(*tree));
	if (!tree)
		return -ENOMEM;
	tree->net = net;
	err = sockport_walk_init(&walk, net, filter,
				 SOCKPORT_WANT_QUEUES | SOCKPORT_WANT_UID);
	if (err)
		goto free_tree;
	walk.for_ports = true;
	err = add_sockets(tree, &walk);
	if (err == -ENOBUFS && walk.missed) {
		ports->err = err;
		err = 0;
	}
	if (err)
		goto exit_walk;

	ports->room = tree->rows;
	ports->row = sockport_alloc(net, rows_bytes(ports->room));
	if (ports->row)
		ports_take(ports, tree);
	else
		err = -ENOMEM;
exit_walk:
	sockport_walk_exit(&walk);
free_tree:
	tree_free(tree);
	return err;
}

/**
 * sockport_ports_free - free a port table
 * @ports: table that sockport_ports_build() made
 *
 * Context: process context, may sleep.
 */
void sockport_ports_free(struct sockport_ports *ports)
{
	unsigned int i;

	for (i = 0; i < ports->count; i++) {
		port_free(ports->net, ports->row[i]);
		if (i % 256 == 0)
			cond_resched();
	}
	sockport_free(ports->net, ports->row, rows_bytes(ports->room));
}

/**
 * sockport_port_state - what a port is for
 * @port: row
 *
 * Return: enum sockport_port_state, or 0 for a row of role out.
 */
u8 sockport_port_state(const struct sockport_port *port)
{
	if (port->role == SOCKPORT_ROLE_OUT)
		return 0;
	if (port->listeners || port->unconnected)
		return SOCKPORT_PORT_STATE_OPEN;
	/* Of TCP, what is neither listening nor idle is a connection. */
	if (port->protocol == SOCKPORT_PROTOCOL_TCP &&
	    port->sockets > port->states[SOCKPORT_STATE_CLOSE])
		return SOCKPORT_PORT_STATE_DRAINING;
	return SOCKPORT_PORT_STATE_ASSIGNED;
}
