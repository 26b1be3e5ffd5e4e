// SPDX-License-Identifier: GPL-2.0
/*
 * One pass over a table of SCTP's: what it has seen, and the addresses of that
 */
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/sched.h>

#include "memory/memory.h"
#include "walk/addresses.h"
#include "walk/filter.h"

#if IS_ENABLED(CONFIG_IP_SCTP)
#include "kinds/sctp-pass.h"

/* Further addresses that a record tells; a message has to hold them. */
#define SCTP_EXTRAS_MOST	64

static size_t seen_bytes(const struct sockport_sctp_pass *pass)
{
	return array_size(2 * pass->room, sizeof(*pass->seen));
}

static size_t extra_bytes(const struct sockport_sctp_pass *pass)
{
	return array_size(pass->room, sizeof(*pass->extra));
}

/* Dropping the last reference to a socket can do about anything. */
static void forget(struct sockport_sctp_pass *pass)
{
	unsigned int i;

	for (i = 0; pass->seen && i < 2 * pass->room; i++) {
		if (pass->kept && pass->seen[i])
			sock_put((struct sock *)pass->seen[i]);
		pass->seen[i] = NULL;
		if (i % 256 == 255)
			cond_resched();
	}
}

/**
 * sockport_sctp_free - free what a pass has
 * @pass: the pass
 *
 * Context: process context, may sleep.
 */
void sockport_sctp_free(struct sockport_sctp_pass *pass)
{
	struct net *net = pass->walk->net;

	forget(pass);
	sockport_free(net, pass->seen, seen_bytes(pass));
	sockport_free(net, pass->extra, extra_bytes(pass));
}

/**
 * sockport_sctp_alloc - make room for a pass
 * @pass: the pass
 * @room: sockets and further addresses, a power of 2
 *
 * Context: process context, may sleep.
 *
 * Return: 0, or -ENOMEM, after which sockport_sctp_free() is to be called.
 */
int sockport_sctp_alloc(struct sockport_sctp_pass *pass, unsigned int room)
{
	struct net *net = pass->walk->net;

	pass->room = room;
	pass->seen = sockport_alloc(net, seen_bytes(pass));
	pass->extra = sockport_alloc(net, extra_bytes(pass));
	return pass->seen && pass->extra ? 0 : -ENOMEM;
}

/**
 * sockport_sctp_slot - where a socket is among those seen, or would be
 * @pass: the pass
 * @socket: the socket or association
 *
 * Context: any.
 *
 * Return: the slot.
 */
const void **sockport_sctp_slot(const struct sockport_sctp_pass *pass, const void *socket)
{
	unsigned int mask = 2 * pass->room - 1;
	unsigned int i;

	for (i = hash_ptr(socket, ilog2(mask + 1)); pass->seen[i];
	     i = (i + 1) & mask)
		if (pass->seen[i] == socket)
			break;
	return &pass->seen[i];
}

/**
 * sockport_sctp_grow - make twice the room
 * @pass: the pass; what is there stays
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int sockport_sctp_grow(struct sockport_sctp_pass *pass)
{
	struct sockport_sctp_pass old = *pass;
	unsigned int i;
	int err;

	err = sockport_sctp_alloc(pass, old.room * 2);
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
			*sockport_sctp_slot(pass, old.seen[i]) = old.seen[i];
	sockport_free(pass->walk->net, old.seen, seen_bytes(&old));
	sockport_free(pass->walk->net, old.extra, extra_bytes(&old));
	pass->full = false;
	return 0;
}

/**
 * sockport_sctp_see - note a socket
 * @pass: the pass
 * @socket: the socket or association
 *
 * Context: any.
 *
 * Return: 0 when it is new, 1 when it is not, -ENOBUFS without room.
 */
int sockport_sctp_see(struct sockport_sctp_pass *pass, const void *socket)
{
	const void **slot = sockport_sctp_slot(pass, socket);

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

/**
 * sockport_sctp_unsee - take back the socket that was noted last
 * @pass: the pass
 * @socket: that one; no other has its slot in the way of its own yet
 *
 * Context: any.
 */
void sockport_sctp_unsee(struct sockport_sctp_pass *pass, const void *socket)
{
	*sockport_sctp_slot(pass, socket) = NULL;
	pass->sockets--;
}

/**
 * sockport_sctp_address - copy an address
 * @family: of the socket: one of IPv6 may have IPv4 addresses among its own
 * @to: where to
 * @from: where from
 *
 * Context: any.
 */
void sockport_sctp_address(u8 family, union sockport_address *to,
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

static int add_extra(struct sockport_sctp_pass *pass, const union sctp_addr *address,
		     bool remote)
{
	const unsigned int most = SCTP_EXTRAS_MOST;
	struct sockport_sctp_extra *extra;

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
	sockport_sctp_address(extra->family, &extra->address, address);
	return 0;
}

/**
 * sockport_sctp_first_local - the local address that is told first
 * @bind: addresses
 * @from: the one that a path sends from, or NULL
 *
 * Context: RCU read-side critical section.
 *
 * Return: that one, or the first of all; NULL when there is none.
 */
const struct sctp_sockaddr_entry *
sockport_sctp_first_local(const struct sctp_bind_addr *bind, const union sctp_addr *from)
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

/**
 * sockport_sctp_add_locals - note the other local addresses
 * @pass: the pass
 * @bind: addresses
 * @first: the one that is told first
 *
 * Context: RCU read-side critical section.
 *
 * Return: 0, or -ENOBUFS without room.
 */
int sockport_sctp_add_locals(struct sockport_sctp_pass *pass,
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

/**
 * sockport_sctp_add_remotes - note the other addresses of the peer
 * @pass: the pass
 * @asoc: association
 * @first: the path whose address is told first
 *
 * Context: RCU read-side critical section.
 *
 * Return: 0, or -ENOBUFS without room.
 */
int sockport_sctp_add_remotes(struct sockport_sctp_pass *pass,
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

/**
 * sockport_sctp_identify - what endpoints and associations have
 * @walk: walk
 * @rec: record to fill
 * @sk: the socket
 * @local: address that is told first, or NULL
 *
 * Context: RCU read-side critical section, with a reference or lock that keeps @sk.
 *
 * Return: false when the filter does not want it.
 */
bool sockport_sctp_identify(struct sockport_walk *walk,
			    struct sockport_record *rec, const struct sock *sk,
			    const struct sctp_sockaddr_entry *local)
{
	if (local)
		sockport_sctp_address(rec->family, &rec->local, &local->a);
	rec->type = sk->sk_type;
	rec->has |= SOCKPORT_HAS_TYPE;
	if (walk->want & SOCKPORT_WANT_UID)
		sockport_record_uid(rec, sk);
	return !walk->filter || sockport_filter_match(walk->filter, rec, sk);
}

/**
 * sockport_sctp_fill - fill and keep the record of an endpoint or association
 * @walk: walk
 * @rec: record to fill
 * @sk: the socket
 *
 * Context: as sockport_sctp_identify().
 */
void sockport_sctp_fill(struct sockport_walk *walk, struct sockport_record *rec,
			struct sock *sk)
{
	if (walk->want & SOCKPORT_WANT_COOKIE)
		sockport_record_cookie(rec, sk);
	sockport_record_full(rec, sockport_walk_slot_detail(walk), sk,
			     walk->want);
	sockport_walk_keep(walk, sk);
}
/**
 * sockport_sctp_attach - give each record its further addresses
 * @pass: the pass
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int sockport_sctp_attach(struct sockport_sctp_pass *pass)
{
	struct sockport_walk *walk = pass->walk;
	struct sockport_addresses *more;
	struct sockport_sctp_extra *extra, *end;
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

#endif /* CONFIG_IP_SCTP */
