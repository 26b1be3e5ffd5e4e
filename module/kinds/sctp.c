// SPDX-License-Identifier: GPL-2.0
/*
 * SCTP: endpoints that listen, and associations.
 *
 * Only functions of the protocol's module reach its tables, and they go on by
 * index: a table that changes between two steps may show one twice, or not at
 * all. So a table is taken in one go, in one RCU read-side critical section,
 * in which no address is used again: what comes twice is told by it.
 *
 * The module is neither loaded by a walk nor kept from being unloaded while a
 * reader is away.
 */
#include <linux/bitmap.h>
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <net/net_namespace.h>

#include "compat.h"
#include "memory/memory.h"
#include "net.h"
#include "walk/addresses.h"
#include "walk/filter.h"
#include "walk/walk.h"

#if IS_ENABLED(CONFIG_IP_SCTP)
#include <net/sctp/sctp.h>

#define PORTS		65536

/* How often a table that changes underneath is begun anew. */
#define RESTARTS	64

/* Further addresses that a record tells; a message has to hold them. */
#define SCTP_EXTRAS_MOST	64

/* Sockets that a pass begins with room for. */
#define PASS_ROOM	64U

/* What is known of a namespace when its associations are taken. */
struct sctp_ports {
	DECLARE_BITMAP(listening, PORTS);
};

/* A further address, of a record that has no memory for it yet. */
struct sctp_extra {
	unsigned int		record;
	bool			remote;
	u8			family;
	union sockport_address	address;
};

/**
 * struct sctp_pass - one pass over a table
 * @walk: the walk
 * @space: namespace under way
 * @mark: records that were in the batch before
 * @endpoints: of the module, which stays while they are kept
 * @associations: likewise
 * @room: sockets and further addresses that there is room for, a power of 2
 * @seen: hash table of addresses, twice as large
 * @sockets: how many are in @seen
 * @extra: further addresses, in the order of their records
 * @extras: how many
 * @full: the pass itself needs more room, not the walk's batch
 * @repeated: something came twice
 */
struct sctp_pass {
	struct sockport_walk	*walk;
	struct sockport_space	*space;
	unsigned int		mark;
	typeof(&sctp_for_each_endpoint)			endpoints;
	typeof(&sctp_transport_traverse_process)	associations;
	unsigned int		room;
	const void		**seen;
	unsigned int		sockets;
	struct sctp_extra	*extra;
	unsigned int		extras;
	bool			full;
	bool			repeated;
};

static size_t seen_bytes(const struct sctp_pass *pass)
{
	return array_size(2 * pass->room, sizeof(*pass->seen));
}

static size_t extra_bytes(const struct sctp_pass *pass)
{
	return array_size(pass->room, sizeof(*pass->extra));
}

static void pass_free(struct sctp_pass *pass)
{
	struct net *net = pass->walk->net;

	sockport_free(net, pass->seen, seen_bytes(pass));
	sockport_free(net, pass->extra, extra_bytes(pass));
}

static int pass_alloc(struct sctp_pass *pass, unsigned int room)
{
	struct net *net = pass->walk->net;

	pass->room = room;
	pass->seen = sockport_alloc(net, seen_bytes(pass));
	pass->extra = sockport_alloc(net, extra_bytes(pass));
	return pass->seen && pass->extra ? 0 : -ENOMEM;
}

static int pass_grow(struct sctp_pass *pass)
{
	unsigned int room = pass->room * 2;

	pass_free(pass);
	return pass_alloc(pass, room);
}

/* Returns 0 when @socket is new, 1 when it is not, -ENOBUFS without room. */
static int pass_see(struct sctp_pass *pass, const void *socket)
{
	unsigned int mask = 2 * pass->room - 1;
	unsigned int i;

	for (i = hash_ptr(socket, ilog2(mask + 1)); pass->seen[i];
	     i = (i + 1) & mask)
		if (pass->seen[i] == socket)
			return 1;
	if (pass->sockets == pass->room) {
		pass->full = true;
		return -ENOBUFS;
	}
	pass->seen[i] = socket;
	pass->sockets++;
	return 0;
}

/* An IPv6 socket may have IPv4 addresses among its own. */
static void set_address(u8 family, union sockport_address *to,
			const union sctp_addr *from)
{
	if (family == AF_INET)
		to->v4 = from->v4.sin_addr.s_addr;
	else if (from->sa.sa_family == AF_INET)
		ipv6_addr_set_v4mapped(from->v4.sin_addr.s_addr, &to->v6);
	else
		to->v6 = from->v6.sin6_addr;
}

static bool same_address(const union sctp_addr *one,
			 const union sctp_addr *other)
{
	if (one->sa.sa_family != other->sa.sa_family)
		return false;
	if (one->sa.sa_family == AF_INET)
		return one->v4.sin_addr.s_addr == other->v4.sin_addr.s_addr;
	return ipv6_addr_equal(&one->v6.sin6_addr, &other->v6.sin6_addr);
}

static int add_extra(struct sctp_pass *pass, const union sctp_addr *address,
		     bool remote)
{
	const unsigned int most = SCTP_EXTRAS_MOST;
	struct sctp_extra *extra;

	if (pass->extras >= most &&
	    pass->extra[pass->extras - most].record == pass->walk->count)
		return 0;
	if (pass->extras == pass->room) {
		pass->full = true;
		return -ENOBUFS;
	}
	extra = &pass->extra[pass->extras++];
	extra->record = pass->walk->count;
	extra->remote = remote;
	extra->family = address->sa.sa_family;
	set_address(extra->family, &extra->address, address);
	return 0;
}

/* The local address that a path sends from, or the first of all. */
static const struct sctp_sockaddr_entry *
first_local(const struct sctp_bind_addr *bind, const union sctp_addr *from)
{
	const struct sctp_sockaddr_entry *entry, *first = NULL;

	list_for_each_entry_rcu(entry, &bind->address_list, list) {
		if (!entry->valid)
			continue;
		if (from && same_address(&entry->a, from))
			return entry;
		if (!first)
			first = entry;
	}
	return first;
}

static int add_locals(struct sctp_pass *pass,
		      const struct sctp_bind_addr *bind,
		      const struct sctp_sockaddr_entry *first)
{
	const struct sctp_sockaddr_entry *entry;
	int err;

	list_for_each_entry_rcu(entry, &bind->address_list, list) {
		if (!entry->valid || entry == first)
			continue;
		err = add_extra(pass, &entry->a, false);
		if (err)
			return err;
	}
	return 0;
}

static int add_remotes(struct sctp_pass *pass,
		       const struct sctp_association *asoc,
		       const struct sctp_transport *first)
{
	const struct sctp_transport *transport;
	int err;

	list_for_each_entry_rcu(transport, &asoc->peer.transport_addr_list,
				transports) {
		if (transport == first)
			continue;
		err = add_extra(pass, &transport->ipaddr, true);
		if (err)
			return err;
	}
	return 0;
}

/* What endpoints and associations have. Returns false when it has no match. */
static bool sctp_identify(struct sockport_walk *walk,
			  struct sockport_record *rec, const struct sock *sk,
			  const struct sctp_sockaddr_entry *local)
{
	if (local)
		set_address(rec->family, &rec->local, &local->a);
	rec->type = sk->sk_type;
	rec->has |= SOCKPORT_HAS_TYPE;
	if (walk->want & SOCKPORT_WANT_UID)
		sockport_record_uid(rec, sk);
	return !walk->filter || sockport_filter_match(walk->filter, rec, sk);
}

static void sctp_fill(struct sockport_walk *walk, struct sockport_record *rec,
		      struct sock *sk)
{
	if (walk->want & SOCKPORT_WANT_COOKIE)
		sockport_record_cookie(rec, sk);
	sockport_record_full(rec, sk, walk->want);
	walk->count++;
}

/* Not all kernels let the callback sleep. */
static int take_endpoint(struct sctp_endpoint *ep, void *data)
{
	const struct sctp_bind_addr *bind = &ep->base.bind_addr;
	const struct sctp_sockaddr_entry *local;
	struct sctp_pass *pass = data;
	struct sockport_walk *walk = pass->walk;
	struct sctp_ports *ports = walk->state;
	struct sock *sk = ep->base.sk;
	struct sockport_record *rec;
	int err;

	if (!net_eq(sock_net(sk), pass->space->net))
		return 0;
	err = pass_see(pass, sk);
	if (err) {
		pass->repeated |= err > 0;
		return min(err, 0);
	}
	__set_bit(bind->port, ports->listening);
	rec = sockport_walk_slot(walk);
	if (!rec)
		return -ENOBUFS;

	sockport_record_tuple(rec, pass->space, sk, SOCKPORT_PROTOCOL_SCTP);
	rec->state = SOCKPORT_STATE_LISTEN;
	rec->role = SOCKPORT_ROLE_IN;
	rec->local_port = bind->port;
	rec->remote_port = 0;
	local = first_local(bind, NULL);
	if (!sctp_identify(walk, rec, sk, local))
		return 0;
	err = add_locals(pass, bind, local);
	if (err)
		return err;
	if (walk->want & SOCKPORT_WANT_QUEUES) {
		rec->rx_queue = 0;
		rec->tx_queue = 0;
		rec->backlog = READ_ONCE(sk->sk_ack_backlog);
		rec->backlog_limit = READ_ONCE(sk->sk_max_ack_backlog);
		rec->has |= SOCKPORT_HAS_QUEUES | SOCKPORT_HAS_BACKLOG;
	}
	sctp_fill(walk, rec, sk);
	return 0;
}

/*
 * An endpoint that stays where it is was left out only if one before it came
 * or went: that one has come twice, or listens no more.
 */
static bool endpoints_moved(const struct sctp_pass *pass)
{
	unsigned int i;

	for (i = 0; i < 2 * pass->room; i++)
		if (pass->seen[i] &&
		    inet_sk_state_load(pass->seen[i]) != TCP_LISTEN)
			return true;
	return pass->repeated;
}

static int take_endpoints(struct sctp_pass *pass)
{
	int err;

	rcu_read_lock();
	err = sockport_sctp_endpoints(pass->endpoints, take_endpoint,
				      pass->space->net, pass);
	if (!err && endpoints_moved(pass))
		err = -EAGAIN;
	sockport_walk_settle(pass->walk, pass->mark);
	rcu_read_unlock();
	return err;
}

/* States that TCP has too; one end waits for a cookie's acknowledgement. */
static const u8 sctp_states[] = {
	[SCTP_STATE_CLOSED]		= SOCKPORT_STATE_CLOSE,
	[SCTP_STATE_COOKIE_WAIT]	= SOCKPORT_STATE_SYN_SENT,
	[SCTP_STATE_COOKIE_ECHOED]	= SOCKPORT_STATE_SYN_SENT,
	[SCTP_STATE_ESTABLISHED]	= SOCKPORT_STATE_ESTABLISHED,
	[SCTP_STATE_SHUTDOWN_PENDING]	= SOCKPORT_STATE_FIN_WAIT1,
	[SCTP_STATE_SHUTDOWN_SENT]	= SOCKPORT_STATE_FIN_WAIT2,
	[SCTP_STATE_SHUTDOWN_RECEIVED]	= SOCKPORT_STATE_CLOSE_WAIT,
	[SCTP_STATE_SHUTDOWN_ACK_SENT]	= SOCKPORT_STATE_LAST_ACK,
};

static void association_identify(struct sockport_record *rec,
				 const struct sctp_association *asoc,
				 const struct sctp_transport *primary,
				 const struct sctp_ports *ports)
{
	unsigned int state = READ_ONCE(asoc->state);

	rec->association_state = state;
	rec->has |= SOCKPORT_HAS_ASSOCIATION;
	if (state < ARRAY_SIZE(sctp_states))
		rec->state = sctp_states[state];
	rec->local_port = asoc->base.bind_addr.port;
	rec->remote_port = asoc->peer.port;
	rec->role = test_bit(rec->local_port, ports->listening) ?
		    SOCKPORT_ROLE_IN : SOCKPORT_ROLE_OUT;
	set_address(rec->family, &rec->remote, &primary->ipaddr);
}

/*
 * Called for the primary path of an association only. That is under RCU, with
 * references to endpoint and path.
 */
static int take_association(struct sctp_endpoint *ep,
			    struct sctp_transport *primary, void *data)
{
	const struct sctp_association *asoc = primary->asoc;
	const struct sctp_bind_addr *bind = &asoc->base.bind_addr;
	const struct sctp_sockaddr_entry *local;
	struct sctp_pass *pass = data;
	struct sockport_walk *walk = pass->walk;
	struct sock *sk = ep->base.sk;
	struct sockport_record *rec;
	int err;

	if (asoc->base.dead)
		return 0;
	rec = sockport_walk_slot(walk);
	if (!rec)
		return -ENOBUFS;

	sockport_record_tuple(rec, pass->space, sk, SOCKPORT_PROTOCOL_SCTP);
	association_identify(rec, asoc, primary, walk->state);
	local = first_local(bind, &primary->saddr);
	if (!sctp_identify(walk, rec, sk, local))
		return 0;
	err = pass_see(pass, asoc);
	if (err)
		return min(err, 0);
	err = add_locals(pass, bind, local);
	if (!err)
		err = add_remotes(pass, asoc, primary);
	if (err)
		return err;
	if (walk->want & SOCKPORT_WANT_QUEUES) {
		rec->rx_queue = atomic_read(&asoc->rmem_alloc);
		rec->tx_queue = READ_ONCE(asoc->sndbuf_used);
		rec->has |= SOCKPORT_HAS_QUEUES;
	}
	sctp_fill(walk, rec, sk);
	return 0;
}

/* A table that grows has some twice, but leaves none out. */
static int take_associations(struct sctp_pass *pass)
{
	int pos = 0;
	int err;

	rcu_read_lock();
	err = pass->associations(take_association, NULL, pass->space->net,
				 &pos, pass);
	sockport_walk_settle(pass->walk, pass->mark);
	rcu_read_unlock();
	return err;
}

/* Give each record its further addresses. */
static int attach_extras(struct sctp_pass *pass)
{
	struct sockport_walk *walk = pass->walk;
	struct sockport_addresses *more;
	struct sctp_extra *extra, *end;
	unsigned int i, n;

	end = pass->extra + pass->extras;
	for (extra = pass->extra; extra < end; extra += n) {
		for (n = 1; extra + n < end; n++)
			if (extra[n].record != extra->record)
				break;
		more = sockport_addresses_alloc(walk->net, n);
		if (!more)
			return -ENOMEM;
		walk->batch[extra->record].more = more;
		for (i = 0; i < n; i++) {
			more->at[i].family = extra[i].family;
			more->at[i].address = extra[i].address;
			more->remotes += extra[i].remote;
		}
		more->locals = n - more->remotes;
		cond_resched();
	}
	return 0;
}

/* Before a table is begun anew: @err is why. */
static int make_ready(struct sctp_pass *pass, int err, unsigned int *restarts)
{
	struct sockport_walk *walk = pass->walk;

	sockport_walk_truncate(walk, pass->mark);
	cond_resched();
	if (fatal_signal_pending(current))
		return -EINTR;
	if (pass->full)
		return pass_grow(pass);
	if (err == -ENOBUFS)
		return sockport_walk_grow(walk);
	if (++*restarts > RESTARTS)
		return -ENOBUFS;
	atomic64_inc(&sockport_stats(walk->net)->chain_restarts);
	return 0;
}

static int take_table(struct sctp_pass *pass,
		      int (*take)(struct sctp_pass *pass))
{
	unsigned int restarts = 0;
	int err;

	err = pass_alloc(pass, PASS_ROOM);
	while (!err) {
		err = take(pass);
		if (!err) {
			err = attach_extras(pass);
			break;
		}
		err = make_ready(pass, err, &restarts);
		if (err)
			break;
		memset(pass->seen, 0, seen_bytes(pass));
		pass->sockets = 0;
		pass->extras = 0;
		pass->full = false;
		pass->repeated = false;
	}
	pass_free(pass);
	if (err != -ENOBUFS)
		return err;
	sockport_walk_miss(pass->walk);
	return 0;
}

/* Endpoints come first: they say to which port an association belongs. */
static int (*const sctp_phases[])(struct sctp_pass *pass) = {
	take_endpoints,
	take_associations,
};

static int sctp_batch(struct sockport_walk *walk)
{
	struct sctp_pass pass = {
		.walk	= walk,
		.space	= sockport_walk_here(walk),
		.mark	= walk->count,
	};
	int err = 0;

	pass.endpoints = symbol_get(sctp_for_each_endpoint);
	if (!pass.endpoints)
		return 0;
	pass.associations = symbol_get(sctp_transport_traverse_process);
	if (!pass.associations)
		goto put;

	if (!walk->state)
		err = sockport_walk_state(walk, sizeof(struct sctp_ports));
	if (!err)
		err = take_table(&pass, sctp_phases[walk->phase++]);
	if (!err)
		err = walk->phase < ARRAY_SIZE(sctp_phases);
	symbol_put(sctp_transport_traverse_process);
put:
	symbol_put(sctp_for_each_endpoint);
	return err;
}

#else /* CONFIG_IP_SCTP */
static int sctp_batch(struct sockport_walk *walk)
{
	return 0;
}
#endif /* CONFIG_IP_SCTP */

const struct sockport_kind sockport_sctp = {
	.protocol	= SOCKPORT_PROTOCOL_SCTP,
	.ports		= true,
	.per_net	= true,
	.batch		= sctp_batch,
};
