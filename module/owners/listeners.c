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

/*
 * Remember a listener and who has it open. One whose owner nobody may know counts
 * as well: its connections are no one else's.
 */
static int add_listener(struct sockport_waiting *waiting,
			const struct sockport_record *rec)
{
	struct sockport_owners *owners = container_of(waiting, struct sockport_owners,
						      waiting);
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
 * sockport_listeners_init - begin without listeners
 * @owners: owners
 * @net: namespace whose account it goes to, kept alive by the caller
 */
void sockport_listeners_init(struct sockport_owners *owners, struct net *net)
{
	sockport_table_init(&owners->listened, net, sizeof(struct listened));
	/* Who can choose addresses shall not choose their slots. */
	owners->listened.seed = get_random_u32();
	sockport_waiting_init(&owners->waiting, net, add_listener);
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
	sockport_waiting_exit(&owners->waiting);
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

/* Inode of the listener in whose queue it was seen, or 0. */
static u64 find_queued(const struct sockport_owners *owners,
		       const struct sockport_record *rec)
{
	struct sockport_tuple tuple = {
		.space		= rec->space->index,
		.ifindex	= rec->ifindex,
		.local_port	= rec->local_port,
		.remote_port	= rec->remote_port,
		.protocol	= rec->protocol,
	};

	address_of(&tuple.local, rec);
	if (rec->family == AF_INET6)
		tuple.remote = rec->remote.v6;
	else
		ipv6_addr_set_v4mapped(rec->remote.v4, &tuple.remote);
	return sockport_waiting_listener(&owners->waiting, &tuple);
}

/* Of a connection that came in and that no file refers to. */
static void by_listener(struct sockport_owner *owner,
			const struct sockport_owners *owners,
			const struct sockport_record *rec)
{
	const struct listened *listened;
	u64 inode;

	inode = rec->has & SOCKPORT_HAS_LISTENER ? rec->inode :
						   find_queued(owners, rec);
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
