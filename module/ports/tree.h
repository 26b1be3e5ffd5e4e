/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_TREE_H
#define SOCKPORT_TREE_H

#include <linux/bits.h>
#include <linux/overflow.h>
#include <linux/rbtree.h>
#include <linux/types.h>
#include <uapi/linux/sockport.h>

#include "ports/port.h"
#include "walk/walk.h"

struct sockport_owners;

/*
 * Rows are found by their key, and come out in its order. Each namespace has
 * a tree: for a protocol and role a directory, for 256 ports of it a leaf, made
 * when the first row needs it. Beyond 16 bits there are few ports (vsock), their
 * rows hang in a red-black tree.
 */
#define SOCKPORT_LEAF_BITS	8
#define SOCKPORT_LEAF_ROWS	BIT(SOCKPORT_LEAF_BITS)
#define SOCKPORT_DIR_LEAVES	BIT(16 - SOCKPORT_LEAF_BITS)
#define SOCKPORT_DIRS		((SOCKPORT_PROTOCOL_MAX + 1) << 1)

struct sockport_port_leaf {
	struct sockport_port	*row[SOCKPORT_LEAF_ROWS];
};

struct sockport_port_dir {
	struct sockport_port_leaf	*leaf[SOCKPORT_DIR_LEAVES];
};

struct sockport_port_tree {
	struct sockport_port	*rest[SOCKPORT_DIRS];
	struct sockport_port_dir		*dir[SOCKPORT_DIRS];
	struct rb_root		wide;
};

/**
 * struct sockport_build - a port table in the making
 * @sink: takes sockets whose row is there already
 * @net: namespace whose account it goes to
 * @owners: who has sockets open, or NULL
 * @rows: so far
 * @trees: elements of @tree
 * @tree: rows of each namespace, by its place in the scope
 */
struct sockport_build {
	struct sockport_sink	sink;
	struct net		*net;
	struct sockport_owners	*owners;
	unsigned int		rows;
	unsigned int		trees;
	struct sockport_port_tree	*tree[];
};

/**
 * struct sockport_port_key - what tells rows apart
 * @space: network namespace
 * @port: host order
 * @dir: protocol and role
 * @rest: it is that of the ports whose history has been given back
 */
struct sockport_port_key {
	const struct sockport_space	*space;
	u32				port;
	unsigned int			dir;
	bool				rest;
};

/**
 * sockport_tree_dir - place of the rows of a protocol and role
 * @protocol: enum sockport_protocol
 * @role: enum sockport_role
 *
 * Return: the place.
 */
static inline unsigned int sockport_tree_dir(u8 protocol, u8 role)
{
	return protocol << 1 | (role == SOCKPORT_ROLE_OUT);
}

/**
 * sockport_tree_find - the row of a port of 16 bits
 * @build: port table in the making
 * @key: the port
 *
 * Context: any.
 *
 * Return: the row, or NULL when there is none.
 */
static inline struct sockport_port *
sockport_tree_find(const struct sockport_build *build,
		   const struct sockport_port_key *key)
{
	const struct sockport_port_tree *tree = build->tree[key->space->index];
	const struct sockport_port_dir *dir = tree ? tree->dir[key->dir] : NULL;
	const struct sockport_port_leaf *leaf;

	if (key->rest)
		return tree ? tree->rest[key->dir] : NULL;
	leaf = dir ? dir->leaf[key->port >> SOCKPORT_LEAF_BITS] : NULL;
	return leaf ? leaf->row[key->port % SOCKPORT_LEAF_ROWS] : NULL;
}

struct sockport_port *sockport_tree_row(struct sockport_build *build,
					const struct sockport_port_key *key);
void sockport_tree_free(struct sockport_build *build);
int sockport_tree_take(struct sockport_ports *ports,
		       struct sockport_build *build);
void sockport_port_free(struct net *net, struct sockport_port *port);

#endif /* SOCKPORT_TREE_H */
