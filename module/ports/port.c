// SPDX-License-Identifier: GPL-2.0
/*
 * The port table: a row for each (protocol, role, port)
 */
#include <linux/moduleparam.h>
#include <linux/overflow.h>
#include <linux/rbtree.h>
#include <linux/sched.h>
#include <linux/socket.h>

#include "history/era.h"
#include "history/follow.h"
#include "history/rows.h"
#include "history/sums.h"
#include "memory/memory.h"
#include "net.h"
#include "owners/owners.h"
#include "ports/port.h"
#include "walk/filter.h"
#include "walk/record.h"
#include "walk/scope.h"
#include "walk/walk.h"

static unsigned int max_rows = 1 << 18;
module_param(max_rows, uint, 0644);
MODULE_PARM_DESC(max_rows, "most rows that a port table may have");

/*
 * Rows are found by their key, and come out in its order. Each namespace has
 * a tree: for a protocol and role a directory, for 256 ports of it a leaf, made
 * when the first row needs it. Beyond 16 bits there are few ports (vsock), their
 * rows hang in a red-black tree.
 */
#define LEAF_BITS	8
#define LEAF_ROWS	BIT(LEAF_BITS)
#define DIR_LEAVES	BIT(16 - LEAF_BITS)
#define DIRS		((SOCKPORT_PROTOCOL_MAX + 1) << 1)

struct port_leaf {
	struct sockport_port	*row[LEAF_ROWS];
};

struct port_dir {
	struct port_leaf	*leaf[DIR_LEAVES];
};

struct port_tree {
	struct sockport_port	*rest[DIRS];
	struct port_dir		*dir[DIRS];
	struct rb_root		wide;
};

/**
 * struct build - a port table in the making
 * @sink: takes sockets whose row is there already
 * @net: namespace whose account it goes to
 * @owners: who has sockets open, or NULL
 * @rows: so far
 * @trees: elements of @tree
 * @tree: rows of each namespace, by its place in the scope
 */
struct build {
	struct sockport_sink	sink;
	struct net		*net;
	struct sockport_owners	*owners;
	unsigned int		rows;
	unsigned int		trees;
	struct port_tree	*tree[];
};

/**
 * struct port_key - what tells rows apart
 * @space: network namespace
 * @port: host order
 * @dir: protocol and role
 * @rest: it is that of the ports whose history has been given back
 */
struct port_key {
	const struct sockport_space	*space;
	u32				port;
	unsigned int			dir;
	bool				rest;
};

static unsigned int dir_of(u8 protocol, u8 role)
{
	return protocol << 1 | (role == SOCKPORT_ROLE_OUT);
}

static struct port_key key_of(const struct sockport_record *rec)
{
	return (struct port_key) {
		.space	= rec->space,
		.port	= sockport_record_port(rec),
		.dir	= dir_of(rec->protocol, rec->role),
	};
}

static struct sockport_port *port_new(struct build *build,
				      const struct port_key *key)
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
	return dir_of(port->protocol, port->role);
}

static struct sockport_port *wide_port(struct build *build,
				       struct port_tree *tree,
				       const struct port_key *key)
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

static struct sockport_port **port_slot(struct build *build,
					const struct port_key *key)
{
	struct port_tree *tree = build->tree[key->space->index];
	struct port_dir **dir = &tree->dir[key->dir];
	struct port_leaf **leaf;

	if (unlikely(key->rest))
		return &tree->rest[key->dir];
	if (unlikely(!*dir)) {
		*dir = sockport_alloc(build->net, sizeof(**dir));
		if (!*dir)
			return NULL;
	}
	leaf = &(*dir)->leaf[key->port >> LEAF_BITS];
	if (unlikely(!*leaf)) {
		*leaf = sockport_alloc(build->net, sizeof(**leaf));
		if (!*leaf)
			return NULL;
	}
	return &(*leaf)->row[key->port % LEAF_ROWS];
}

/* The row, made when there is none. */
static struct sockport_port *port_of(struct build *build,
				     const struct port_key *key)
{
	struct port_tree **tree = &build->tree[key->space->index];
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

/* The row of a port of 16 bits, if there is one. */
static struct sockport_port *port_find(const struct build *build,
				       const struct port_key *key)
{
	const struct port_tree *tree = build->tree[key->space->index];
	const struct port_dir *dir = tree ? tree->dir[key->dir] : NULL;
	const struct port_leaf *leaf;

	if (key->rest)
		return tree ? tree->rest[key->dir] : NULL;
	leaf = dir ? dir->leaf[key->port >> LEAF_BITS] : NULL;
	return leaf ? leaf->row[key->port % LEAF_ROWS] : NULL;
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

static void add_process(struct sockport_port *port,
			const struct sockport_process *process, u32 index)
{
	unsigned int i;

	for (i = 0; i < port->processes; i++)
		if (process[port->process[i]].pid == process[index].pid)
			return;
	if (port->processes < SOCKPORT_PORT_PROCESSES)
		port->process[port->processes++] = index;
	else
		port->processes_more = true;
}

/* Who has listeners open counts before who has connections. */
static void add_processes(struct sockport_port *port,
			  const struct sockport_record *rec,
			  const struct sockport_owners *owners)
{
	bool listener = rec->has & SOCKPORT_HAS_BACKLOG ||
			rec->state == SOCKPORT_STATE_CLOSE;
	const struct sockport_holder *holder;
	const struct sockport_held *held;

	if (!(rec->has & SOCKPORT_HAS_INODE) || (port->by_listener && !listener))
		return;
	held = sockport_owners_find(owners, rec->inode);
	if (!held) {
		port->kernel |= listener && rec->has & SOCKPORT_IS_KERNEL;
		return;
	}
	if (listener && !port->by_listener) {
		port->by_listener = true;
		port->processes = 0;
		port->processes_more = false;
	}
	for (holder = sockport_owners_first(owners, held); holder;
	     holder = sockport_owners_next(owners, holder))
		add_process(port, owners->process.at, holder->process);
	if (held->count > SOCKPORT_HOLDERS)
		port->processes_more = true;
}

static u8 family_bit(u8 family)
{
	switch (family) {
	case AF_INET:
		return SOCKPORT_PORT_INET;
	case AF_INET6:
		return SOCKPORT_PORT_INET6;
	}
	return SOCKPORT_PORT_VSOCK;
}

static bool is_unconnected(const struct sockport_record *rec)
{
	return rec->state == SOCKPORT_STATE_CLOSE &&
	       (rec->protocol == SOCKPORT_PROTOCOL_UDP ||
		rec->protocol == SOCKPORT_PROTOCOL_UDPLITE ||
		(rec->protocol == SOCKPORT_PROTOCOL_VSOCK &&
		 rec->type == SOCK_DGRAM));
}

static void add_record(struct sockport_port *port,
		       const struct sockport_record *rec)
{
	port->sockets++;
	port->states[rec->state]++;
	port->families |= family_bit(rec->family);
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
	if (is_unconnected(rec))
		port->unconnected++;
}

/* A new row has to be allocated, which waits for the end of the hold. */
static bool ports_take_socket(struct sockport_sink *sink,
			      const struct sockport_record *rec,
			      struct sock *sk)
{
	struct build *build = container_of(sink, struct build, sink);
	const struct port_key key = key_of(rec);
	struct sockport_port *port;

	if (!(rec->has & SOCKPORT_HAS_PORTS) || key.port > U16_MAX)
		return false;
	port = port_find(build, &key);
	if (!port)
		return false;
	add_record(port, rec);
	return true;
}

static int add_sockets(struct build *build, struct sockport_walk *walk)
{
	struct sockport_record *rec;
	struct sockport_port *port;
	struct port_key key;

	while ((rec = sockport_walk_current(walk))) {
		if (IS_ERR(rec))
			return PTR_ERR(rec);
		/* A socket of such a kind may have no port yet. */
		if (rec->has & SOCKPORT_HAS_PORTS) {
			key = key_of(rec);
			port = port_of(build, &key);
			if (IS_ERR(port)) {
				walk->err = PTR_ERR(port);
				return walk->err;
			}
			add_record(port, rec);
			if (build->owners)
				add_processes(port, rec, build->owners);
		}
		sockport_walk_advance(walk);
	}
	return 0;
}

static size_t rows_bytes(unsigned int rows)
{
	return array_size(rows, sizeof(struct sockport_port *));
}

static void port_free(struct net *net, struct sockport_port *port)
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
		port_free(ports->net, port);
}

static void take_leaf(struct sockport_ports *ports, struct port_leaf *leaf)
{
	unsigned int i;

	for (i = 0; i < LEAF_ROWS; i++)
		take_port(ports, &leaf->row[i]);
}

/* Those of a directory come after its others. */
static void take_wide(struct sockport_ports *ports, struct port_tree *tree,
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
static void take_tree(struct sockport_ports *ports, struct port_tree *tree)
{
	unsigned int i, j;

	for (i = 0; i < DIRS; i++) {
		take_port(ports, &tree->rest[i]);
		for (j = 0; tree->dir[i] && j < DIR_LEAVES; j++)
			if (tree->dir[i]->leaf[j])
				take_leaf(ports, tree->dir[i]->leaf[j]);
		take_wide(ports, tree, i);
	}
	cond_resched();
}

static void dir_free(struct net *net, struct port_dir *dir)
{
	struct port_leaf *leaf;
	unsigned int i, j;

	for (i = 0; dir && i < DIR_LEAVES; i++) {
		leaf = dir->leaf[i];
		for (j = 0; leaf && j < LEAF_ROWS; j++)
			port_free(net, leaf->row[j]);
		sockport_free(net, leaf, sizeof(*leaf));
	}
	sockport_free(net, dir, sizeof(*dir));
	cond_resched();
}

static void tree_free(struct net *net, struct port_tree *tree)
{
	struct sockport_port *port, *next;
	unsigned int i;

	if (!tree)
		return;
	for (i = 0; i < DIRS; i++) {
		port_free(net, tree->rest[i]);
		dir_free(net, tree->dir[i]);
	}
	rbtree_postorder_for_each_entry_safe(port, next, &tree->wide, node)
		port_free(net, port);
	sockport_free(net, tree, sizeof(*tree));
}

static void build_free(struct build *build)
{
	unsigned int i;

	for (i = 0; i < build->trees; i++)
		tree_free(build->net, build->tree[i]);
	sockport_free(build->net, build,
		      struct_size(build, tree, build->trees));
}

static int ports_take(struct sockport_ports *ports, struct build *build)
{
	unsigned int i;

	ports->room = build->rows;
	ports->row = sockport_alloc(build->net, rows_bytes(ports->room));
	if (!ports->row)
		return -ENOMEM;
	for (i = 0; i < build->trees; i++)
		if (build->tree[i])
			take_tree(ports, build->tree[i]);
	return 0;
}

/* Do rows without sockets match, and that of the rest? */
static bool wanted(const struct sockport_filter *filter,
		   const struct sockport_past *past)
{
	return past->active &&
	       sockport_filter_port(filter, past->protocol, past->role,
				    past->port) &&
	       !(past->rest && filter && filter->port.count);
}

static struct port_key key_of_past(const struct sockport_space *space,
				   const struct sockport_past *past)
{
	return (struct port_key) {
		.space	= space,
		.port	= past->port,
		.dir	= dir_of(past->protocol, past->role),
		.rest	= past->rest,
	};
}

/* Have room for all that did something; nobody is kept from anything by that. */
static int prepare_history(struct build *build,
			   const struct sockport_ports_ask *ask,
			   const struct sockport_space *space,
			   const struct sockport_pasts *pasts)
{
	struct sockport_port *port;
	struct port_key key;
	unsigned int i;
	int err = 0;

	for (i = 0; i < pasts->count && !err; i++) {
		key = key_of_past(space, &pasts->at[i]);
		port = port_find(build, &key);
		if (!port && wanted(ask->filter, &pasts->at[i]))
			port = port_of(build, &key);
		if (IS_ERR(port))
			return PTR_ERR(port);
		if (port)
			err = sockport_port_prepare(build->net, port, ask->want);
		cond_resched();
	}
	return err;
}

static void read_history(struct build *build, const struct sockport_era *era,
			 const struct sockport_ports_ask *ask,
			 const struct sockport_space *space)
{
	struct sockport_reading reading;
	struct sockport_history *row;
	struct sockport_past past;
	struct sockport_port *port;
	struct port_key key;

	sockport_reading_begin(&reading, era->rows, space->net);
	while ((row = sockport_reading_next(&reading))) {
		past = sockport_past_of(row);
		key = key_of_past(space, &past);
		port = port_find(build, &key);
		if (port && port->prepared)
			sockport_port_recall(port, row, &reading, ask->reader);
		cond_resched();
	}
	sockport_reading_end(&reading);
}

static int add_history_of(struct build *build, const struct sockport_era *era,
			  const struct sockport_ports_ask *ask,
			  const struct sockport_space *space)
{
	struct sockport_pasts pasts;
	int err;

	err = sockport_pasts_init(&pasts, build->net, era->rows, space->net);
	if (err)
		return err;
	err = prepare_history(build, ask, space, &pasts);
	sockport_pasts_exit(&pasts);
	if (!err)
		read_history(build, era, ask, space);
	return err;
}

/**
 * struct alive - where round trip times go
 * @build: table that is made
 * @scope: its namespaces
 */
struct alive {
	const struct build	*build;
	struct sockport_scope	*scope;
};

/* Nothing is told of a row that was made since the others were recalled. */
static void add_rtt(const struct sockport_history *row, u32 rtt, void *data)
{
	struct alive *alive = data;
	struct sockport_port *port;
	struct port_key key = {
		.space	= sockport_scope_find(alive->scope, row->net),
		.port	= row->port,
		.dir	= dir_of(row->protocol, row->role),
		.rest	= row->is_rest,
	};

	port = key.space ? port_find(alive->build, &key) : NULL;
	if (!port || !port->rtt_now)
		return;
	port->rtt_now->sum += rtt;
	port->rtt_now->bucket[sockport_bucket(rtt)]++;
}

/* What ports did, also those that have no sockets any more. */
static int add_history(struct build *build,
		       const struct sockport_ports_ask *ask)
{
	struct sockport_scope *scope = ask->scope;
	struct net *one = scope->count == 1 ? scope->space[0].net : NULL;
	struct alive alive = { .build = build, .scope = scope };
	struct sockport_era *era;
	unsigned int i;
	int err = 0;

	if (!(ask->want & SOCKPORT_WANT_RECALL))
		return 0;
	era = sockport_era_get();
	if (!era)
		return 0;
	sockport_follow_fold(era->followed, one);
	for (i = 0; i < scope->count && !err; i++)
		err = add_history_of(build, era, ask, &scope->space[i]);
	if (!err && ask->want & SOCKPORT_WANT_DISTRIBUTIONS)
		sockport_follow_rtts(era->followed, one, add_rtt, &alive);
	sockport_era_put(era);
	return err;
}

static int walk_ports(struct build *build, struct sockport_ports *ports,
		      const struct sockport_ports_ask *ask)
{
	u32 want = SOCKPORT_WANT_QUEUES | SOCKPORT_WANT_UID;
	struct sockport_walk walk;
	int err;

	if (ask->owners)
		want |= SOCKPORT_WANT_PROCESSES;
	build->sink.ports = true;
	/* Who has a socket open is found by its inode, known after the hold. */
	if (!ask->owners)
		build->sink.take = ports_take_socket;
	err = sockport_walk_init(&walk, ask->scope, ask->filter, want,
				 &build->sink);
	if (err)
		return err;
	err = add_sockets(build, &walk);
	if (err == -ENOBUFS && walk.missed) {
		ports->err = err;
		err = 0;
	}
	sockport_walk_exit(&walk);
	return err;
}

/**
 * sockport_ports_build - walk all sockets and make the table of their ports
 * @ports: table to fill
 * @ask: what is asked for
 *
 * Context: process context, may sleep.
 *
 * Return: 0, and then @ports->err is -ENOBUFS when sockets had to be left out;
 * -ENOMEM; -ENOBUFS when the table has more rows than the module parameter
 * max_rows allows; -EINTR after a fatal signal. Only after 0 there is
 * something to free.
 */
int sockport_ports_build(struct sockport_ports *ports,
			 const struct sockport_ports_ask *ask)
{
	unsigned int trees = ask->scope->count;
	struct build *build;
	int err;

	memset(ports, 0, sizeof(*ports));
	ports->net = ask->scope->account;
	build = sockport_alloc(ports->net, struct_size(build, tree, trees));
	if (!build)
		return -ENOMEM;
	build->net = ports->net;
	build->owners = ask->owners;
	build->trees = trees;
	err = walk_ports(build, ports, ask);
	if (!err)
		err = add_history(build, ask);
	if (!err)
		err = ports_take(ports, build);
	build_free(build);
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
 * Return: enum sockport_port_state, or 0 for a row of role out that has
 * sockets.
 */
u8 sockport_port_state(const struct sockport_port *port)
{
	if (!port->sockets)
		return SOCKPORT_PORT_STATE_CLOSED;
	if (port->role == SOCKPORT_ROLE_OUT)
		return 0;
	if (port->listeners || port->unconnected)
		return SOCKPORT_PORT_STATE_OPEN;
	/* What is neither listening nor idle is a connection. */
	if (port->protocol != SOCKPORT_PROTOCOL_UDP &&
	    port->protocol != SOCKPORT_PROTOCOL_UDPLITE &&
	    port->sockets > port->states[SOCKPORT_STATE_CLOSE])
		return SOCKPORT_PORT_STATE_DRAINING;
	return SOCKPORT_PORT_STATE_ASSIGNED;
}
