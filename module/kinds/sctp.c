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
 * known when it comes twice.
 *
 * That of the associations is gone through in one RCU read-side critical section
 * by each call, which passes over those before the index. So each call takes
 * some that are new, and leaves when it has; the last one goes through the table
 * from its beginning, and finds none that is new, or few. Nothing keeps an
 * association: when the address of one is used again, that is another one, which
 * came later, and may be left out.
 *
 * The module is neither loaded by a walk nor kept from being unloaded while a
 * reader is away.
 */
#include <linux/bitmap.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <net/net_namespace.h>

#include "compat.h"
#include "net.h"
#include "walk/walk.h"

#if IS_ENABLED(CONFIG_IP_SCTP)
#include "kinds/sctp-pass.h"

/* How often a table that changes underneath is begun anew. */
#define RESTARTS	64

/* Sockets that a pass begins with room for. */
#define PASS_ROOM	128U

/* Passing over so many associations takes as long as taking one. */
#define PASSED_OVER	16

static int fill_endpoint(struct sockport_sctp_pass *pass, struct sctp_endpoint *ep)
{
	const struct sctp_bind_addr *bind = &ep->base.bind_addr;
	struct sockport_walk *walk = pass->walk;
	const struct sctp_sockaddr_entry *local;
	struct sockport_sctp_ports *ports = walk->state;
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
	local = sockport_sctp_first_local(bind, NULL);
	if (!sockport_sctp_identify(walk, rec, sk, local))
		return 0;
	err = sockport_sctp_add_locals(pass, bind, local);
	if (err)
		return err;
	if (walk->want & SOCKPORT_WANT_QUEUES) {
		rec->rx_queue = 0;
		rec->tx_queue = 0;
		rec->backlog = READ_ONCE(sk->sk_ack_backlog);
		rec->backlog_limit = READ_ONCE(sk->sk_max_ack_backlog);
		rec->has |= SOCKPORT_HAS_QUEUES | SOCKPORT_HAS_BACKLOG;
	}
	sockport_sctp_fill(walk, rec, sk);
	return 0;
}

/*
 * In an RCU read-side critical section. What is new gets a reference, so that
 * its address is nobody else's until the pass ends.
 */
static int note_endpoint(struct sockport_sctp_pass *pass, struct sctp_endpoint *ep)
{
	unsigned int extras = pass->extras;
	struct sock *sk = ep->base.sk;
	int err;

	if (!net_eq(sock_net(sk), pass->space->net))
		return 0;
	if (inet_sk_state_load(sk) == TCP_CLOSE)
		pass->leaving = true;
	if (*sockport_sctp_slot(pass, sk))
		goto found;
	err = sockport_sctp_see(pass, sk);
	if (err)
		return err;
	if (!refcount_inc_not_zero(&sk->sk_refcnt)) {
		sockport_sctp_unsee(pass, sk);
		goto found;
	}
	err = fill_endpoint(pass, ep);
	if (err) {
		/* Comes again when there is room: whoever calls has one, too. */
		__sock_put(sk);
		sockport_sctp_unsee(pass, sk);
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
static int note_some(struct sockport_sctp_pass *pass, struct sctp_endpoint *ep)
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

/* Room for the next step, of @most sockets; what there is stays. */
static int make_room(struct sockport_sctp_pass *pass, unsigned int most)
{
	int err;

	while (pass->full || pass->room - pass->sockets < most) {
		err = sockport_sctp_grow(pass);
		if (err)
			return err;
	}
	return sockport_walk_reserve(pass->walk, most);
}

/*
 * The rest of a bucket. @ep has a reference for as long as this takes, and is
 * begun anew when no other place is known.
 */
static int take_bucket(struct sockport_sctp_pass *pass, struct sctp_endpoint *ep)
{
	struct sctp_endpoint *place = NULL;
	struct sock *sk = NULL;
	unsigned int mark;
	int err = 1;
	u64 begin;

	while (err > 0 || err == -ENOBUFS) {
		err = make_room(pass, SOCKPORT_HOLD);
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
	struct sockport_sctp_pass *pass = data;
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
static unsigned int count_gone(const struct sockport_sctp_pass *pass)
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
static int take_endpoints(struct sockport_sctp_pass *pass)
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
				 const struct sockport_sctp_ports *ports)
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
	sockport_sctp_address(rec->family, &rec->remote, &primary->ipaddr);
}

static int fill_association(struct sockport_sctp_pass *pass, struct sock *sk,
			    struct sctp_transport *primary)
{
	const struct sctp_association *asoc = primary->asoc;
	const struct sctp_bind_addr *bind = &asoc->base.bind_addr;
	const struct sctp_sockaddr_entry *local;
	struct sockport_walk *walk = pass->walk;
	struct sockport_record *rec;
	int err;

	rec = sockport_walk_slot(walk);
	if (!rec)
		return -ENOBUFS;

	sockport_record_tuple(rec, pass->space, sk, SOCKPORT_PROTOCOL_SCTP);
	sockport_record_address(rec, sk);
	association_identify(rec, sockport_walk_slot_detail(walk), asoc,
			     primary, walk->state);
	local = sockport_sctp_first_local(bind, &primary->saddr);
	if (!sockport_sctp_identify(walk, rec, sk, local))
		return 0;
	err = sockport_sctp_add_locals(pass, bind, local);
	if (!err)
		err = sockport_sctp_add_remotes(pass, asoc, primary);
	if (err)
		return err;
	if (walk->want & SOCKPORT_WANT_QUEUES) {
		rec->rx_queue = atomic_read(&asoc->rmem_alloc);
		rec->tx_queue = READ_ONCE(asoc->sndbuf_used);
		rec->has |= SOCKPORT_HAS_QUEUES;
	}
	sockport_sctp_fill(walk, rec, sk);
	return 0;
}

/*
 * Called for the primary path of an association only. That is under RCU, with
 * references to endpoint and path. Returns 1 when enough have been taken.
 */
static int take_association(struct sctp_endpoint *ep,
			    struct sctp_transport *primary, void *data)
{
	const struct sctp_association *asoc = primary->asoc;
	struct sockport_sctp_pass *pass = data;
	unsigned int extras = pass->extras;
	int err;

	if (asoc->base.dead || *sockport_sctp_slot(pass, asoc))
		return 0;
	if (!pass->left)
		return 1;
	err = sockport_sctp_see(pass, asoc);
	if (err)
		return err;
	err = fill_association(pass, ep->base.sk, primary);
	if (err) {
		/* Comes again when there is room. */
		sockport_sctp_unsee(pass, asoc);
		pass->extras = extras;
		return err;
	}
	pass->left--;
	return 0;
}

/*
 * More are taken the more have to be passed over, so that all calls together are
 * linear in the number of associations.
 */
static unsigned int at_once(const struct sockport_sctp_pass *pass)
{
	return max(SOCKPORT_HOLD, pass->pos / PASSED_OVER);
}

static int associations_hold(struct sockport_sctp_pass *pass)
{
	const unsigned int mark = pass->walk->count;
	const u64 begin = sockport_hold_begin();
	int err;

	pass->left = at_once(pass);
	rcu_read_lock();
	err = pass->associations(take_association, NULL, pass->space->net,
				 &pass->pos, pass);
	sockport_walk_settle(pass->walk, mark);
	rcu_read_unlock();
	sockport_hold_end(pass->walk, begin);
	cond_resched();
	return fatal_signal_pending(current) ? -EINTR : err;
}

static int take_associations(struct sockport_sctp_pass *pass)
{
	bool begun;
	int err;

	pass->pos = 0;
	do {
		err = make_room(pass, at_once(pass));
		if (err)
			return err;
		begun = pass->pos;
		err = associations_hold(pass);
		/* The end, but some may have come to be passed over. */
		if (!err && begun)
			pass->pos = 0;
	} while (err > 0 || err == -ENOBUFS || (!err && begun));
	return err;
}

/* Before a table is begun anew: @err is why. */
static int make_ready(struct sockport_sctp_pass *pass, int err, unsigned int *restarts)
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
		err = sockport_sctp_grow(pass);
	else
		err = sockport_walk_grow(walk);
	return err;
}

static int take_table(struct sockport_sctp_pass *pass,
		      int (*take)(struct sockport_sctp_pass *pass))
{
	unsigned int restarts = 0;
	int err;

	err = sockport_sctp_alloc(pass, PASS_ROOM);
	while (!err) {
		err = take(pass);
		if (!err) {
			err = sockport_sctp_attach(pass);
			break;
		}
		err = make_ready(pass, err, &restarts);
	}
	sockport_sctp_free(pass);
	if (err)
		sockport_walk_truncate(pass->walk, pass->mark);
	if (err != -ENOBUFS)
		return err;
	sockport_walk_miss(pass->walk);
	return 0;
}

/* Endpoints come first: they say to which port an association belongs. */
static int (*const sctp_phases[])(struct sockport_sctp_pass *pass) = {
	take_endpoints,
	take_associations,
};

static int sctp_batch(struct sockport_walk *walk)
{
	struct sockport_sctp_pass pass = {
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
		err = sockport_walk_state(walk, sizeof(struct sockport_sctp_ports));
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
