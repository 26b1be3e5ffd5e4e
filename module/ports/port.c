// SPDX-License-Identifier: GPL-2.0
/*
 * The port table: a row for each (protocol, role, port)
 */
#include <linux/overflow.h>
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
#include "ports/tree.h"
#include "walk/filter.h"
#include "walk/record.h"
#include "walk/scope.h"
#include "walk/walk.h"

static struct sockport_port_key key_of(const struct sockport_record *rec)
{
	return (struct sockport_port_key) {
		.space	= rec->space,
		.port	= sockport_record_port(rec),
		.dir	= sockport_tree_dir(rec->protocol, rec->role),
	};
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
	if (rec->has & SOCKPORT_HAS_AGE) {
		port->age = max(port->age, rec->age);
		port->has_age = true;
	}
	if (rec->has & SOCKPORT_HAS_WAITING) {
		port->waiting = max(port->waiting, rec->waiting);
		port->has_waiting = true;
	}
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
	struct sockport_build *build = container_of(sink, struct sockport_build, sink);
	const struct sockport_port_key key = key_of(rec);
	struct sockport_port *port;

	if (!(rec->has & SOCKPORT_HAS_PORTS) || key.port > U16_MAX)
		return false;
	port = sockport_tree_find(build, &key);
	if (!port)
		return false;
	add_record(port, rec);
	return true;
}

static int add_sockets(struct sockport_build *build, struct sockport_walk *walk)
{
	struct sockport_record *rec;
	struct sockport_port *port;
	struct sockport_port_key key;

	while ((rec = sockport_walk_current(walk))) {
		if (IS_ERR(rec))
			return PTR_ERR(rec);
		/* A socket of such a kind may have no port yet. */
		if (rec->has & SOCKPORT_HAS_PORTS) {
			key = key_of(rec);
			port = sockport_tree_row(build, &key);
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

/* Do rows without sockets match, and that of the rest? */
static bool wanted(const struct sockport_filter *filter,
		   const struct sockport_past *past)
{
	return past->active &&
	       sockport_filter_port(filter, past->protocol, past->role,
				    past->port, past->rest);
}

static struct sockport_port_key key_of_past(const struct sockport_space *space,
				   const struct sockport_past *past)
{
	return (struct sockport_port_key) {
		.space	= space,
		.port	= past->port,
		.dir	= sockport_tree_dir(past->protocol, past->role),
		.rest	= past->rest,
	};
}

/* Have room for all that did something; nobody is kept from anything by that. */
static int prepare_history(struct sockport_build *build,
			   const struct sockport_ports_ask *ask,
			   const struct sockport_space *space,
			   const struct sockport_pasts *pasts)
{
	struct sockport_port *port;
	struct sockport_port_key key;
	unsigned int i;
	int err = 0;

	for (i = 0; i < pasts->count && !err; i++) {
		key = key_of_past(space, &pasts->at[i]);
		port = sockport_tree_find(build, &key);
		if (!port && wanted(ask->filter, &pasts->at[i]))
			port = sockport_tree_row(build, &key);
		if (IS_ERR(port))
			return PTR_ERR(port);
		if (port)
			err = sockport_port_prepare(build->net, port, ask->want);
		cond_resched();
	}
	return err;
}

static void read_history(struct sockport_build *build, const struct sockport_era *era,
			 const struct sockport_ports_ask *ask,
			 const struct sockport_space *space)
{
	struct sockport_reading reading;
	struct sockport_history *row;
	struct sockport_past past;
	struct sockport_port *port;
	struct sockport_port_key key;

	sockport_reading_begin(&reading, era->rows, space->net);
	while ((row = sockport_reading_next(&reading))) {
		past = sockport_past_of(row);
		key = key_of_past(space, &past);
		port = sockport_tree_find(build, &key);
		if (port && port->prepared)
			sockport_port_recall(port, row, &reading, ask->reader);
		cond_resched();
	}
	sockport_reading_end(&reading);
}

static int add_history_of(struct sockport_build *build, const struct sockport_era *era,
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
	const struct sockport_build	*build;
	struct sockport_scope	*scope;
};

/* Nothing is told of a row that was made since the others were recalled. */
static void add_rtt(const struct sockport_history *row, u32 rtt, void *data)
{
	struct alive *alive = data;
	struct sockport_port *port;
	struct sockport_port_key key = {
		.space	= sockport_scope_find(alive->scope, row->net),
		.port	= row->port,
		.dir	= sockport_tree_dir(row->protocol, row->role),
		.rest	= row->is_rest,
	};

	port = key.space ? sockport_tree_find(alive->build, &key) : NULL;
	if (!port || !port->rtt_now)
		return;
	port->rtt_now->sum += rtt;
	port->rtt_now->bucket[sockport_bucket(rtt)]++;
}

/* What ports did, also those that have no sockets any more. */
static int add_history(struct sockport_build *build,
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

static int walk_ports(struct sockport_build *build, struct sockport_ports *ports,
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
	if (ask->want & SOCKPORT_WANT_AGE) {
		walk.age = sockport_follow_state_age;
		walk.established = sockport_follow_age;
	}
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
	struct sockport_build *build;
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
		err = sockport_tree_take(ports, build);
	sockport_tree_free(build);
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
		sockport_port_free(ports->net, ports->row[i]);
		if (i % 256 == 0)
			cond_resched();
	}
	sockport_free(ports->net, ports->row, array_size(ports->room, sizeof(*ports->row)));
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
