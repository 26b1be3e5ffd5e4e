// SPDX-License-Identifier: GPL-2.0
/*
 * SCTP: endpoints that listen, and associations.
 *
 * Only functions of the protocol's module reach its tables, and they go on by
 * index: a table that changes between two steps may show one twice, or not at
 * all. That of the endpoints begins a bucket anew after each one, which takes
 * forever where somebody has chosen ports that share a bucket: so we ask for the
 * first one of a bucket only, and step from it to the others ourselves, under
 * RCU. What has been taken is kept, so that its address is not used again, and
 * known when it comes twice. The associations are taken in one go, in one RCU
 * read-side critical section, in which no address is used again.
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
#define PASS_ROOM	128U

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
 * @kept: they are sockets, with references
 * @sockets: how many are in @seen
 * @extra: further addresses, in the order of their records
 * @extras: how many
 * @full: the pass itself needs more room, not the walk's batch
 * @leaving: an endpoint was met that is about to go
 * @place: where to go on in a bucket of endpoints, its socket has a reference
 * @found: endpoints of the namespace in this bucket so far
 * @pos: how many endpoints the module is to pass over
 */
struct sctp_pass {
	struct sockport_walk	*walk;
	struct sockport_space	*space;
	unsigned int		mark;
	typeof(&sctp_for_each_endpoint)			endpoints;
	typeof(&sctp_transport_traverse_process)	associations;
	unsigned int		room;
	const void		**seen;
	bool			kept;
	unsigned int		sockets;
	struct sctp_extra	*extra;
	unsigned int		extras;
	bool			full;
	bool			leaving;
	struct sctp_endpoint	*place;
	int			found;
	int			pos;
};

static size_t seen_bytes(const struct sctp_pass *pass)
{
	return array_size(2 * pass->room, sizeof(*pass->seen));
}

static size_t extra_bytes(const struct sctp_pass *pass)
{
	return array_size(pass->room, sizeof(*pass->extra));
}

/* Dropping the last reference to a socket can do about anything. */
static void pass_forget(struct sctp_pass *pass)
{
	unsigned int i;

	for (i = 0; pass->seen && i < 2 * pass->room; i++) {
		if (pass->kept && pass->seen[i])
			sock_put((struct sock *)pass->seen[i]);
		pass->seen[i] = NULL;
		if (i % 256 == 255)
			cond_resched();
	}
	pass->sockets = 0;
	pass->extras = 0;
}

static void pass_free(struct sctp_pass *pass)
{
	struct net *net = pass->walk->net;

	pass_forget(pass);
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

/* Where a socket is among those seen, or would be. */
static const void **pass_slot(const struct sctp_pass *pass, const void *socket)
{
	unsigned int mask = 2 * pass->room - 1;
	unsigned int i;

	for (i = hash_ptr(socket, ilog2(mask + 1)); pass->seen[i];
	     i = (i + 1) & mask)
		if (pass->seen[i] == socket)
			break;
	return &pass->seen[i];
}

/* Twice the room, for what is there as well. */
static int pass_grow(struct sctp_pass *pass)
{
	struct sctp_pass old = *pass;
	unsigned int i;
	int err;

	err = pass_alloc(pass, old.room * 2);
	if (err) {
		sockport_free(pass->walk->net, pass->seen, seen_bytes(pass));
		sockport_free(pass->walk->net, pass->extra, extra_bytes(pass));
		pass->room = old.room;
		pass->seen = old.seen;
		pass->extra = old.extra;
		return err;
	}
	memcpy(pass->extra, old.extra, old.extras * sizeof(*old.extra));
	for (i = 0; i < 2 * old.room; i++)
		if (old.seen[i])
			*pass_slot(pass, old.seen[i]) = old.seen[i];
	sockport_free(pass->walk->net, old.seen, seen_bytes(&old));
	sockport_free(pass->walk->net, old.extra, extra_bytes(&old));
	pass->full = false;
	return 0;
}

/* Returns 0 when @socket is new, 1 when it is not, -ENOBUFS without room. */
static int pass_see(struct sctp_pass *pass, const void *socket)
{
	const void **slot = pass_slot(pass, socket);

	if (*slot)
		return 1;
	if (pass->sockets == pass->room) {
		pass->full = true;
		return -ENOBUFS;
	}
	*slot = socket;
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

	if (!pass->walk->details)
		return 0;
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
	sockport_record_full(rec, sockport_walk_slot_detail(walk), sk,
			     walk->want);
	sockport_walk_keep(walk, sk);
}

static int fill_endpoint(struct sctp_pass *pass, struct sctp_endpoint *ep)
{
	const struct sctp_bind_addr *bind = &ep->base.bind_addr;
	struct sockport_walk *walk = pass->walk;
	const struct sctp_sockaddr_entry *local;
	struct sctp_ports *ports = walk->state;
	struct sock *sk = ep->base.sk;
	struct sockport_record *rec;
	int err;

	__set_bit(bind->port, ports->listening);
	rec = sockport_walk_slot(walk);
	if (!rec)
		return -ENOBUFS;

	sockport_record_tuple(rec, pass->space, sk, SOCKPORT_PROTOCOL_SCTP);
	sockport_record_address(rec, sk);
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
 * In an RCU read-side critical section. What is new gets a reference, so that
 * its address is nobody else's until the pass ends.
 */
static int note_endpoint(struct sctp_pass *pass, struct sctp_endpoint *ep)
{
	unsigned int extras = pass->extras;
	struct sock *sk = ep->base.sk;
	const void **slot;
	int err;

	if (!net_eq(sock_net(sk), pass->space->net))
		return 0;
	if (inet_sk_state_load(sk) == TCP_CLOSE)
		pass->leaving = true;
	slot = pass_slot(pass, sk);
	if (*slot)
		goto found;
	err = pass_see(pass, sk);
	if (err)
		return err;
	if (!refcount_inc_not_zero(&sk->sk_refcnt)) {
		*slot = NULL;
		pass->sockets--;
		goto found;
	}
	err = fill_endpoint(pass, ep);
	if (err) {
		/* Comes again when there is room: whoever calls has one, too. */
		__sock_put(sk);
		*slot = NULL;
		pass->sockets--;
		pass->extras = extras;
		return err;
	}
found:
	pass->found++;
	return 0;
}

static struct sctp_endpoint *endpoint_after(const struct sctp_endpoint *ep)
{
	return hlist_entry_safe(READ_ONCE(ep->node.next), struct sctp_endpoint,
				node);
}

/*
 * Endpoints are freed after a grace period, and are CLOSED before they leave
 * their bucket; what joins one does so at its beginning.
 */
static bool endpoint_on(const struct sctp_endpoint *ep, const struct sock *sk)
{
	return inet_sk_state_load(sk) != TCP_CLOSE &&
	       !hlist_unhashed_lockless(&ep->node);
}

/*
 * Some endpoints of a bucket, from @ep on, in an RCU read-side critical section.
 * Returns 1 when there are more, 0 at the end, -EAGAIN when the place is lost,
 * -ENOBUFS for want of room.
 */
static int note_some(struct sctp_pass *pass, struct sctp_endpoint *ep)
{
	const struct sctp_endpoint *last = ep;
	unsigned int n;
	int err;

	for (n = 0; ep; last = ep, ep = endpoint_after(ep), n++) {
		if (n >= SOCKPORT_HOLD &&
		    refcount_inc_not_zero(&ep->base.sk->sk_refcnt)) {
			pass->place = ep;
			return 1;
		}
		err = note_endpoint(pass, ep);
		if (!err)
			continue;
		if (n && refcount_inc_not_zero(&ep->base.sk->sk_refcnt))
			pass->place = ep;
		return err;
	}
	/* That one after @last may be none because @last has just left. */
	smp_rmb();
	return endpoint_on(last, last->base.sk) ? 0 : -EAGAIN;
}

/* Room for the next step; what there is stays. */
static int make_room(struct sctp_pass *pass, int err)
{
	if (err == -ENOBUFS && pass->full) {
		err = pass_grow(pass);
		if (err)
			return err;
	}
	while (pass->room - pass->sockets < SOCKPORT_HOLD) {
		err = pass_grow(pass);
		if (err)
			return err;
	}
	return sockport_walk_reserve(pass->walk, SOCKPORT_HOLD);
}

/*
 * The rest of a bucket. @ep has a reference for as long as this takes, and is
 * begun anew when no other place is known.
 */
static int take_bucket(struct sctp_pass *pass, struct sctp_endpoint *ep)
{
	struct sctp_endpoint *place = NULL;
	struct sock *sk = NULL;
	unsigned int mark;
	int err = 1;
	u64 begin;

	while (err > 0 || err == -ENOBUFS) {
		err = make_room(pass, err);
		if (err)
			break;
		pass->place = NULL;
		mark = pass->walk->count;
		begin = sockport_hold_begin();
		rcu_read_lock();
		err = -EAGAIN;
		if (!place || endpoint_on(place, sk))
			err = note_some(pass, place ?: ep);
		sockport_walk_settle(pass->walk, mark);
		rcu_read_unlock();
		sockport_hold_end(pass->walk, begin);
		/* Without a new place the old one is tried again. */
		if (pass->place) {
			if (sk)
				sock_put(sk);
			place = pass->place;
			sk = place->base.sk;
		}
		cond_resched();
		if (fatal_signal_pending(current))
			err = -EINTR;
	}
	if (sk)
		sock_put(sk);
	return err;
}

/* Not all kernels let the callback sleep: then it comes for each endpoint. */
static int take_endpoint(struct sctp_endpoint *ep, void *data)
{
	struct sctp_pass *pass = data;
	int err;

	if (!SOCKPORT_SCTP_ENDPOINTS_SLEEP)
		return note_endpoint(pass, ep);
	pass->found = 0;
	err = take_bucket(pass, ep);
	/* The module counts the first one itself. */
	if (!err && pass->found)
		pass->pos += pass->found - 1;
	return err;
}

/* How many of those that were taken have gone since. */
static unsigned int count_gone(const struct sctp_pass *pass)
{
	unsigned int gone = 0, i;

	for (i = 0; i < 2 * pass->room; i++)
		if (pass->seen[i] &&
		    inet_sk_state_load(pass->seen[i]) == TCP_CLOSE)
			gone++;
	return gone;
}

/*
 * An endpoint that stays where it is was passed over only if one that had been
 * taken, or was met again, went: then all are looked through once more.
 */
static int take_endpoints(struct sctp_pass *pass)
{
	unsigned int gone = count_gone(pass);
	int err;

	pass->kept = true;
	pass->leaving = false;
	pass->pos = 0;
	err = sockport_sctp_endpoints(pass->endpoints, take_endpoint,
				      pass->space->net, &pass->pos, pass);
	if (!err && (pass->leaving || count_gone(pass) != gone))
		err = -EAGAIN;
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
				 struct sockport_detail *detail,
				 const struct sctp_association *asoc,
				 const struct sctp_transport *primary,
				 const struct sctp_ports *ports)
{
	unsigned int state = READ_ONCE(asoc->state);

	if (detail) {
		detail->association_state = state;
		rec->has |= SOCKPORT_HAS_ASSOCIATION;
	}
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
	sockport_record_address(rec, sk);
	association_identify(rec, sockport_walk_slot_detail(walk), asoc,
			     primary, walk->state);
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
		walk->details[extra->record].more = more;
		walk->batch[extra->record].has |= SOCKPORT_HAS_MORE;
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

	cond_resched();
	if (fatal_signal_pending(current))
		return -EINTR;
	if (err == -EAGAIN) {
		if (++*restarts > RESTARTS)
			return -ENOBUFS;
		atomic64_inc(&sockport_stats(walk->net)->chain_restarts);
		schedule_timeout_killable(1);
		return 0;
	}
	if (err != -ENOBUFS)
		return err;
	if (pass->full)
		err = pass_grow(pass);
	else
		err = sockport_walk_grow(walk);
	if (!pass->kept) {
		sockport_walk_truncate(walk, pass->mark);
		pass_forget(pass);
	}
	return err;
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
	}
	pass_free(pass);
	if (err)
		sockport_walk_truncate(pass->walk, pass->mark);
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
	.detail		= true,
	.batch		= sctp_batch,
};
