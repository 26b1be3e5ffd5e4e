// SPDX-License-Identifier: GPL-2.0
/*
 * Whose a connection is that no file refers to: who has its listener open
 *
 * A connection that waits for accept() is in the queue of one listener, and a
 * request knows its listener. Of all others, in TIME_WAIT or closed by their
 * process, only the addresses are left: they take the listener that has them,
 * as the kernel would look for it. A child has the family of its listener, and
 * its device when the listener is bound to one.
 */
#include <linux/jhash.h>
#include <linux/random.h>
#include <linux/socket.h>
#include <net/ipv6.h>

#include "owners/listeners.h"
#include "owners/owners.h"
#include "walk/record.h"
#include "walk/scope.h"

/**
 * struct address_key - what tells listeners apart; those of a group that
 *	SO_REUSEPORT makes have the same
 * @address: local address, of IPv4 mapped
 * @space: place of the network namespace in the scope
 * @ifindex: interface that it is bound to, or 0
 * @port: host order
 * @protocol: enum sockport_protocol
 * @family: address family
 * @v6only: takes no IPv4
 */
struct address_key {
	struct in6_addr	address;
	u32		space;
	u32		ifindex;
	u32		port;
	u8		protocol;
	u8		v6only;
	u16		family;
};

/**
 * struct listened - the listeners of an address
 * @key: the address
 * @held: who has one of them open
 * @used: the element is not free
 * @kernel: one of them is the kernel's
 */
struct listened {
	struct address_key	key;
	struct sockport_held	held;
	bool			used;
	bool			kernel;
};

/**
 * struct queued - a connection that waits for accept()
 * @key: of its tuple; 0 for a free element
 * @listener: inode of the listener
 * @sweep: the pass through the queue in which it was seen last
 * @place: as how manieth
 */
struct queued {
	u64	key;
	u64	listener;
	u32	sweep;
	u32	place;
};

/**
 * sockport_listeners_init - begin without listeners
 * @owners: owners
 * @net: namespace whose account it goes to, kept alive by the caller
 */
void sockport_listeners_init(struct sockport_owners *owners, struct net *net)
{
	sockport_table_init(&owners->listened, net, sizeof(struct listened));
	sockport_table_init(&owners->queued, net, sizeof(struct queued));
	/* Who can choose addresses shall not choose their slots. */
	owners->listened.seed = get_random_u32();
	get_random_bytes(&owners->tuple_key, sizeof(owners->tuple_key));
	owners->sweeps = 0;
	owners->err = 0;
}

/**
 * sockport_listeners_exit - free everything
 * @owners: owners that sockport_listeners_init() began
 *
 * Context: process context, may sleep.
 */
void sockport_listeners_exit(struct sockport_owners *owners)
{
	sockport_table_free(&owners->listened);
	sockport_table_free(&owners->queued);
}

static void address_of(struct in6_addr *address,
		       const struct sockport_record *rec)
{
	if (rec->family == AF_INET6)
		*address = rec->local.v6;
	else
		ipv6_addr_set_v4mapped(rec->local.v4, address);
}

static struct address_key key_of(const struct sockport_record *rec)
{
	struct address_key key = {
		.space		= rec->space->index,
		.ifindex	= rec->ifindex,
		.port		= rec->local_port,
		.protocol	= rec->protocol,
		.v6only		= rec->v6only,
		.family		= rec->family,
	};

	address_of(&key.address, rec);
	return key;
}

static struct listened *listened_slot(const struct sockport_table *table,
				      const struct address_key *key)
{
	u32 slot = jhash2((const u32 *)key, sizeof(*key) / sizeof(u32),
			  table->seed);
	struct listened *at = table->at;

	for (slot &= table->room - 1; at[slot].used;
	     slot = (slot + 1) & (table->room - 1))
		if (!memcmp(&at[slot].key, key, sizeof(*key)))
			break;
	return &at[slot];
}

static void put_listened(struct sockport_table *table, const void *element)
{
	const struct listened *listened = element;

	if (!listened->used)
		return;
	*listened_slot(table, &listened->key) = *listened;
	table->count++;
}

/**
 * sockport_listeners_add - remember a listener and who has it open
 * @owners: owners
 * @rec: the listener; one whose owner nobody may know counts as well, its
 *	connections are no one else's
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int sockport_listeners_add(struct sockport_owners *owners,
			   const struct sockport_record *rec)
{
	const struct address_key key = key_of(rec);
	const struct sockport_held *held;
	struct listened *listened;
	int err;

	err = sockport_table_rehash(&owners->listened, 1, put_listened);
	if (!err)
		err = sockport_table_reserve(&owners->holder,
					     SOCKPORT_HOLDERS);
	if (err)
		return err;
	listened = listened_slot(&owners->listened, &key);
	if (!listened->used) {
		listened->key = key;
		listened->used = true;
		owners->listened.count++;
	}
	held = rec->has & SOCKPORT_HAS_INODE ?
	       sockport_owners_find(owners, rec->inode) : NULL;
	if (held)
		sockport_owners_add_all(owners, &listened->held, held);
	else if (rec->has & SOCKPORT_IS_KERNEL)
		listened->kernel = true;
	return 0;
}

/**
 * sockport_queued_key - the key of a connection
 * @owners: owners
 * @tuple: what tells the connection from others
 *
 * Return: the key.
 */
u64 sockport_queued_key(const struct sockport_owners *owners,
			const struct sockport_tuple *tuple)
{
	BUILD_BUG_ON(sizeof(*tuple) != 48);
	return siphash(tuple, sizeof(*tuple), &owners->tuple_key) | 1;
}

static struct queued *queued_slot(const struct sockport_table *table, u64 key)
{
	unsigned int slot = (key >> 32) & (table->room - 1);
	struct queued *at = table->at;

	while (at[slot].key && at[slot].key != key)
		slot = (slot + 1) & (table->room - 1);
	return &at[slot];
}

static void put_queued(struct sockport_table *table, const void *element)
{
	const struct queued *queued = element;

	if (!queued->key)
		return;
	*queued_slot(table, queued->key) = *queued;
	table->count++;
}

/**
 * sockport_queued_reserve - make room
 * @owners: owners
 * @more: how often sockport_queued_add() will be called
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int sockport_queued_reserve(struct sockport_owners *owners, unsigned int more)
{
	return sockport_table_rehash(&owners->queued, more, put_queued);
}

/**
 * sockport_queued_add - a connection waits for accept()
 * @owners: owners in which sockport_queued_reserve() has made room
 * @key: its key
 * @listener: inode of the listener in whose queue it is
 * @place: how many came before it in the present sweep
 *
 * Context: any.
 */
void sockport_queued_add(struct sockport_owners *owners, u64 key, u64 listener,
			 u32 place)
{
	struct queued *queued = queued_slot(&owners->queued, key);

	if (!queued->key) {
		queued->key = key;
		owners->queued.count++;
	}
	queued->listener = listener;
	queued->sweep = owners->sweeps;
	queued->place = place;
}

/**
 * sockport_queued_place - where was a connection seen in the present sweep?
 * @owners: owners
 * @key: its key
 * @place: where to put how many came before
 *
 * Context: any.
 *
 * Return: false when it was not seen.
 */
bool sockport_queued_place(const struct sockport_owners *owners, u64 key,
			   u32 *place)
{
	const struct queued *queued = queued_slot(&owners->queued, key);

	if (!queued->key || queued->sweep != owners->sweeps)
		return false;
	*place = queued->place;
	return true;
}

static const struct listened *find_listened(const struct sockport_owners *owners,
					    const struct address_key *key)
{
	const struct listened *listened;

	listened = listened_slot(&owners->listened, key);
	return listened->used ? listened : NULL;
}

/* Bound to the device first, then to none; @v6only: such listeners as well. */
static const struct listened *find_address(const struct sockport_owners *owners,
					   struct address_key key, bool v6only)
{
	const u32 ifindex[] = { key.ifindex, 0 };
	const struct listened *listened;
	unsigned int i;

	for (i = key.ifindex ? 0 : 1; i < ARRAY_SIZE(ifindex); i++) {
		key.ifindex = ifindex[i];
		key.v6only = false;
		listened = find_listened(owners, &key);
		if (!listened && v6only) {
			key.v6only = true;
			listened = find_listened(owners, &key);
		}
		if (listened)
			return listened;
	}
	return NULL;
}

/* The address itself first, then any. */
static const struct listened *find_listener(const struct sockport_owners *owners,
					    const struct sockport_record *rec)
{
	struct address_key key = key_of(rec);
	bool mapped = ipv6_addr_v4mapped(&key.address);
	const struct listened *listened;

	if (!owners->listened.count)
		return NULL;
	listened = find_address(owners, key, !mapped);
	if (!listened && mapped) {
		ipv6_addr_set_v4mapped(htonl(INADDR_ANY), &key.address);
		listened = find_address(owners, key, false);
	}
	if (listened || rec->family != AF_INET6)
		return listened;
	key.address = in6addr_any;
	return find_address(owners, key, !mapped);
}

static const struct queued *find_queued(const struct sockport_owners *owners,
					const struct sockport_record *rec)
{
	struct sockport_tuple tuple = {
		.space		= rec->space->index,
		.ifindex	= rec->ifindex,
		.local_port	= rec->local_port,
		.remote_port	= rec->remote_port,
		.protocol	= rec->protocol,
	};
	const struct queued *queued;

	if (!owners->queued.count)
		return NULL;
	address_of(&tuple.local, rec);
	if (rec->family == AF_INET6)
		tuple.remote = rec->remote.v6;
	else
		ipv6_addr_set_v4mapped(rec->remote.v4, &tuple.remote);
	queued = queued_slot(&owners->queued,
			     sockport_queued_key(owners, &tuple));
	return queued->key ? queued : NULL;
}

/* Of a connection that came in and that no file refers to. */
static void by_listener(struct sockport_owner *owner,
			const struct sockport_owners *owners,
			const struct sockport_record *rec)
{
	const struct listened *listened;
	const struct queued *queued;
	u64 inode = 0;

	queued = find_queued(owners, rec);
	if (rec->has & SOCKPORT_HAS_LISTENER)
		inode = rec->inode;
	else if (queued)
		inode = queued->listener;
	listened = find_listener(owners, rec);
	owner->by_listener = inode || listened;
	if (inode)
		owner->held = sockport_owners_find(owners, inode);
	else if (listened && listened->held.count)
		owner->held = &listened->held;
	owner->kernel |= !owner->held && listened && listened->kernel;
}

/**
 * sockport_owner_of - whose a socket is
 * @owners: owners
 * @rec: the socket
 *
 * Return: that; what it points to does not change until something is added to
 * @owners.
 */
struct sockport_owner sockport_owner_of(const struct sockport_owners *owners,
					const struct sockport_record *rec)
{
	struct sockport_owner owner = {
		.kernel	= rec->has & SOCKPORT_IS_KERNEL,
	};

	if (rec->has & SOCKPORT_HAS_INODE)
		owner.held = sockport_owners_find(owners, rec->inode);
	else if (rec->role == SOCKPORT_ROLE_IN)
		by_listener(&owner, owners, rec);
	/* A file refers to it after all, whoever opened it. */
	if (owner.held)
		owner.kernel = false;
	return owner;
}
