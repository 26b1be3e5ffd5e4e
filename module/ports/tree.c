// SPDX-License-Identifier: GPL-2.0
/*
 * Rows of a port table in the making, in the order of their keys
 */
#include <linux/err.h>
#include <linux/moduleparam.h>
#include <linux/rbtree.h>
#include <linux/sched.h>

#include "memory/memory.h"
#include "ports/port.h"
#include "ports/tree.h"
#include "walk/scope.h"

static unsigned int max_rows = 1 << 18;
module_param(max_rows, uint, 0644);
MODULE_PARM_DESC(max_rows, "most rows that a port table may have");

static struct sockport_port *port_new(struct sockport_build *build,
				      const struct sockport_port_key *key)
{
	struct sockport_port *port;

	if (build->rows >= READ_ONCE(max_rows))
		return ERR_PTR(-ENOBUFS);
	port = sockport_alloc(build->net, sizeof(*port));
	if (!port)
		return ERR_PTR(-ENOMEM);
	port->netns = key->space->inode;
	port->protocol = key->dir >> 1;
	port->role = key->dir & 1 ? SOCKPORT_ROLE_OUT : SOCKPORT_ROLE_IN;
	port->port = key->port;
	port->rest = key->rest;
	build->rows++;
	return port;
}

static unsigned int port_dir(const struct sockport_port *port)
{
	return sockport_tree_dir(port->protocol, port->role);
}

static struct sockport_port *wide_port(struct sockport_build *build,
				       struct sockport_port_tree *tree,
				       const struct sockport_port_key *key)
{
	struct rb_node **link = &tree->wide.rb_node, *parent = NULL;
	struct sockport_port *port;
	unsigned int dir;

	while (*link) {
		parent = *link;
		port = rb_entry(parent, struct sockport_port, node);
		dir = port_dir(port);
		if (dir == key->dir && port->port == key->port)
			return port;
		if (dir < key->dir ||
		    (dir == key->dir && port->port < key->port))
			link = &parent->rb_right;
		else
			link = &parent->rb_left;
	}
	port = port_new(build, key);
	if (IS_ERR(port))
		return port;
	rb_link_node(&port->node, parent, link);
	rb_insert_color(&port->node, &tree->wide);
	return port;
}

static struct sockport_port **port_slot(struct sockport_build *build,
					const struct sockport_port_key *key)
{
	struct sockport_port_tree *tree = build->tree[key->space->index];
	struct sockport_port_dir **dir = &tree->dir[key->dir];
	struct sockport_port_leaf **leaf;

	if (unlikely(key->rest))
		return &tree->rest[key->dir];
	if (unlikely(!*dir)) {
		*dir = sockport_alloc(build->net, sizeof(**dir));
		if (!*dir)
			return NULL;
	}
	leaf = &(*dir)->leaf[key->port >> SOCKPORT_LEAF_BITS];
	if (unlikely(!*leaf)) {
		*leaf = sockport_alloc(build->net, sizeof(**leaf));
		if (!*leaf)
			return NULL;
	}
	return &(*leaf)->row[key->port % SOCKPORT_LEAF_ROWS];
}

/**
 * sockport_tree_row - the row of a port, made when there is none
 * @build: port table in the making
 * @key: the port
 *
 * Context: process context, may sleep.
 *
 * Return: the row; ERR_PTR() of -ENOMEM, or of -ENOBUFS when there are as many as
 * the module parameter max_rows allows.
 */
struct sockport_port *sockport_tree_row(struct sockport_build *build,
				     const struct sockport_port_key *key)
{
	struct sockport_port_tree **tree = &build->tree[key->space->index];
	struct sockport_port **slot, *port;

	if (unlikely(!*tree)) {
		*tree = sockport_alloc(build->net, sizeof(**tree));
		if (!*tree)
			return ERR_PTR(-ENOMEM);
	}
	if (unlikely(key->port > U16_MAX))
		return wide_port(build, *tree, key);
	slot = port_slot(build, key);
	if (!slot)
		return ERR_PTR(-ENOMEM);
	if (*slot)
		return *slot;
	port = port_new(build, key);
	if (!IS_ERR(port))
		*slot = port;
	return port;
}

/**
 * sockport_port_free - free a row, with what it tells of the past
 * @net: namespace whose account it goes to
 * @port: row, may be NULL
 *
 * Context: process context, may sleep.
 */
void sockport_port_free(struct net *net, struct sockport_port *port)
{
	if (!port)
		return;
	sockport_port_forget(net, port);
	sockport_free(net, port, sizeof(*port));
}

/* History may be given back after there was room for it. */
static void take_port(struct sockport_ports *ports, struct sockport_port **slot)
{
	struct sockport_port *port = *slot;

	if (!port)
		return;
	*slot = NULL;
	if (!port->recalled)
		sockport_port_forget(ports->net, port);
	if (port->recalled || port->sockets)
		ports->row[ports->count++] = port;
	else
		sockport_port_free(ports->net, port);
}

static void take_leaf(struct sockport_ports *ports, struct sockport_port_leaf *leaf)
{
	unsigned int i;

	for (i = 0; i < SOCKPORT_LEAF_ROWS; i++)
		take_port(ports, &leaf->row[i]);
}

/* Those of a directory come after its others. */
static void take_wide(struct sockport_ports *ports, struct sockport_port_tree *tree,
		      unsigned int dir)
{
	struct sockport_port *port;
	struct rb_node *node;

	while ((node = rb_first(&tree->wide))) {
		port = rb_entry(node, struct sockport_port, node);
		if (port_dir(port) != dir)
			return;
		rb_erase(node, &tree->wide);
		ports->row[ports->count++] = port;
	}
}

/* Move all rows of a namespace to the table. */
static void take_tree(struct sockport_ports *ports, struct sockport_port_tree *tree)
{
	unsigned int i, j;

	for (i = 0; i < SOCKPORT_DIRS; i++) {
		take_port(ports, &tree->rest[i]);
		for (j = 0; tree->dir[i] && j < SOCKPORT_DIR_LEAVES; j++)
			if (tree->dir[i]->leaf[j])
				take_leaf(ports, tree->dir[i]->leaf[j]);
		take_wide(ports, tree, i);
	}
	cond_resched();
}

static void dir_free(struct net *net, struct sockport_port_dir *dir)
{
	struct sockport_port_leaf *leaf;
	unsigned int i, j;

	for (i = 0; dir && i < SOCKPORT_DIR_LEAVES; i++) {
		leaf = dir->leaf[i];
		for (j = 0; leaf && j < SOCKPORT_LEAF_ROWS; j++)
			sockport_port_free(net, leaf->row[j]);
		sockport_free(net, leaf, sizeof(*leaf));
	}
	sockport_free(net, dir, sizeof(*dir));
	cond_resched();
}

static void tree_free(struct net *net, struct sockport_port_tree *tree)
{
	struct sockport_port *port, *next;
	unsigned int i;

	if (!tree)
		return;
	for (i = 0; i < SOCKPORT_DIRS; i++) {
		sockport_port_free(net, tree->rest[i]);
		dir_free(net, tree->dir[i]);
	}
	rbtree_postorder_for_each_entry_safe(port, next, &tree->wide, node)
		sockport_port_free(net, port);
	sockport_free(net, tree, sizeof(*tree));
}

/**
 * sockport_tree_free - free a port table in the making, and the rows left in it
 * @build: what to free
 *
 * Context: process context, may sleep.
 */
void sockport_tree_free(struct sockport_build *build)
{
	unsigned int i;

	for (i = 0; i < build->trees; i++)
		tree_free(build->net, build->tree[i]);
	sockport_free(build->net, build,
		      struct_size(build, tree, build->trees));
}

/**
 * sockport_tree_take - move all rows to the table
 * @ports: table, empty
 * @build: where they are
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int sockport_tree_take(struct sockport_ports *ports, struct sockport_build *build)
{
	unsigned int i;

	ports->room = build->rows;
	ports->row = sockport_alloc(build->net, array_size(ports->room, sizeof(*ports->row)));
	if (!ports->row)
		return -ENOMEM;
	for (i = 0; i < build->trees; i++)
		if (build->tree[i])
			take_tree(ports, build->tree[i]);
	return 0;
}
