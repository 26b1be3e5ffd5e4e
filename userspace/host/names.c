// SPDX-License-Identifier: GPL-2.0
/*
 * Names of users, services, interfaces and network namespaces. Each costs a database or a system
 * call, so they are looked up when first asked for, and then remembered.
 */
#include "host/names.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "host/book.h"
#include "host/limit.h"
#include "host/netns.h"
#include "host/place.h"
#include "host/services.h"
#include "host/users.h"

#define SLOTS		64

/* A name in a cache that has one slot for many keys; unknown where it is empty. */
struct name {
	bool used;
	uint32_t key;
	char text[NAME_MAX_LENGTH + 1];
};

/**
 * struct names - what has been looked up so far
 * @numeric: do not look up users and services
 * @elsewhere: what is asked about is in a namespace that we could not enter
 * @book: has all names, NULL where this machine has them
 * @place: the namespace that is asked about, if it is another one that we can visit
 * @range_read: 0 not yet, 1 read, -1 cannot be read
 * @range: net.ipv4.ip_local_port_range
 * @services: the services database
 * @owners: where @users come from
 * @users: SLOTS names by uid; NULL before the first
 * @interfaces: SLOTS names by ifindex; NULL before the first
 * @netns: names of network namespaces
 */
struct names {
	bool numeric;
	bool elsewhere;
	const struct book *book;
	struct place *place;
	int range_read;
	struct port_range range;
	struct services services;
	struct users owners;
	struct name *users;
	struct name *interfaces;
	struct netns_names netns;
};

/**
 * names_new - begin to remember names
 * @numeric: leave the names of users and services unknown
 *
 * Return: to be freed with names_free(), or NULL without memory.
 */
struct names *names_new(bool numeric)
{
	struct names *names = calloc(1, sizeof(*names));

	if (names)
		names->numeric = numeric;
	return names;
}

/**
 * names_are_numbers - whether numbers are wanted where there are names
 * @names: the names
 *
 * Return: as names_new() was told.
 */
bool names_are_numbers(const struct names *names)
{
	return names->numeric;
}

/**
 * names_set_place - what follows is about a namespace that we can visit
 * @names: its interfaces and settings are those of that one from now on
 * @place: must stay
 */
void names_set_place(struct names *names, struct place *place)
{
	names->place = place;
}

/**
 * names_set_book - names are those of a book from now on, and nothing of this machine is read
 * @names: the names
 * @book: must stay
 */
void names_set_book(struct names *names, const struct book *book)
{
	names->book = book;
}

static const char *from_book(const struct names *names, enum book_kind kind, uint32_t first,
			     uint32_t second)
{
	return names->book->find(names->book, kind, first, second);
}

/**
 * names_visit - be in the namespace that is asked about, to read its settings
 * @names: the names
 *
 * Return: whether we are there; names_return() must be called then.
 */
bool names_visit(struct names *names)
{
	if (names->elsewhere || names->book)
		return false;
	return !names->place || place_visit(names->place);
}

/**
 * names_return - be at home again
 * @names: the names
 */
void names_return(struct names *names)
{
	if (names->place)
		place_return(names->place);
}

/**
 * names_refresh - forget what may have another name by now
 * @names: the names; numbers of interfaces and namespaces are used again
 */
void names_refresh(struct names *names)
{
	users_free(&names->owners);
	netns_free(&names->netns);
	free(names->users);
	free(names->interfaces);
	names->users = NULL;
	names->interfaces = NULL;
	names->range_read = 0;
}

/**
 * names_set_elsewhere - what follows is about a namespace that we are not in
 * @names: its interfaces and settings count as unknown from now on
 */
void names_set_elsewhere(struct names *names)
{
	names->elsewhere = true;
}

/**
 * names_free - forget all names
 * @names: from names_new(), or NULL
 */
void names_free(struct names *names)
{
	if (!names)
		return;
	services_free(&names->services);
	users_free(&names->owners);
	netns_free(&names->netns);
	free(names->users);
	free(names->interfaces);
	free(names);
}

/* The slot of a key, NULL without memory; a new one is empty and to be filled. */
static struct name *slot_of(struct name **slots, uint32_t key, bool *is_new)
{
	struct name *name;

	*is_new = false;
	if (!*slots)
		*slots = calloc(SLOTS, sizeof(**slots));
	if (!*slots)
		return NULL;
	name = &(*slots)[key % SLOTS];
	*is_new = !name->used || name->key != key;
	if (*is_new) {
		name->used = true;
		name->key = key;
		*name->text = 0;
	}
	return name;
}

static const char *text_of(const struct name *name)
{
	return name && *name->text ? name->text : NULL;
}

/**
 * names_user - the name of a user
 * @names: the names
 * @uid: the user
 *
 * Return: any bytes, until the next call; NULL if there is none, or numbers are wanted.
 */
const char *names_user(struct names *names, uint32_t uid)
{
	struct name *name;
	bool is_new;

	if (names->numeric)
		return NULL;
	if (names->book)
		return from_book(names, BOOK_USER, uid, 0);
	name = slot_of(&names->users, uid, &is_new);
	if (is_new && !users_name(&names->owners, uid, name->text, sizeof(name->text)))
		*name->text = 0;
	return text_of(name);
}

static bool is_own(struct names *names, uint32_t netns)
{
	bool own;

	if (!netns)
		return true;
	if (names->book)
		return netns == names->book->own;
	if (names->netns.own_read)
		return netns_is_own(&names->netns, netns);
	if (!names_visit(names))
		return false;
	own = netns_is_own(&names->netns, netns);
	names_return(names);
	return own;
}

/**
 * names_is_here - whether a network namespace is the one whose names and settings we see
 * @names: the names
 * @netns: its inode, 0 where the kernel did not say
 *
 * Return: true if its interfaces and settings are those that we see.
 */
bool names_is_here(struct names *names, uint32_t netns)
{
	return !names->elsewhere && is_own(names, netns);
}

/**
 * names_own_netns - the network namespace that is asked about
 * @names: the names
 *
 * Return: its inode, 0 if it is not known.
 */
uint32_t names_own_netns(struct names *names)
{
	if (names->book)
		return names->book->own;
	/* That asks for it. */
	is_own(names, UINT32_MAX);
	return names->netns.own;
}

/**
 * names_netns - the name of a network namespace
 * @names: the names
 * @netns: its inode
 *
 * Return: any bytes, until the next call; NULL if it has none.
 */
const char *names_netns(struct names *names, uint32_t netns)
{
	if (names->book)
		return from_book(names, BOOK_NETNS, netns, 0);
	return netns_name(&names->netns, netns);
}

static bool interface_name(struct names *names, uint32_t ifindex, char *text)
{
	bool found;

	if (!names_visit(names))
		return false;
	found = if_indextoname(ifindex, text);
	names_return(names);
	return found;
}

/**
 * names_interface - the name of an interface
 * @names: the names
 * @netns: inode of its network namespace, 0 for ours; others' are not looked up
 * @ifindex: the interface
 *
 * Return: any bytes, until the next call; NULL if it has none, or that is not known.
 */
const char *names_interface(struct names *names, uint32_t netns, uint32_t ifindex)
{
	struct name *name;
	bool is_new;

	if (!names_is_here(names, netns))
		return NULL;
	if (names->book)
		return from_book(names, BOOK_INTERFACE, ifindex, 0);
	name = slot_of(&names->interfaces, ifindex, &is_new);
	if (is_new && !interface_name(names, ifindex, name->text))
		*name->text = 0;
	return text_of(name);
}

/**
 * names_service - the name that a port has in the services database
 * @names: the names
 * @port: the port
 * @protocol: of which protocol, SOCKPORT_PROTOCOL_*
 *
 * Return: the name; NULL if it has none, or numbers are wanted.
 */
const char *names_service(struct names *names, uint32_t port, uint8_t protocol)
{
	if (names->numeric || port > UINT16_MAX)
		return NULL;
	if (names->book)
		return from_book(names, BOOK_SERVICE, port, protocol);
	return services_name(&names->services, port, protocol);
}

static bool read_range(struct names *names)
{
	bool known;

	if (!names_visit(names))
		return false;
	known = category_local_range(&names->range);
	names_return(names);
	return known;
}

/**
 * names_local_range - net.ipv4.ip_local_port_range
 * @names: remember it
 * @range: where to put it
 *
 * Return: whether it is known.
 */
bool names_local_range(struct names *names, struct port_range *range)
{
	if (names->book) {
		*range = names->book->range;
		return names->book->has_range;
	}
	if (!names->range_read)
		names->range_read = read_range(names) ? 1 : -1;
	*range = names->range;
	return names->range_read > 0;
}

/**
 * names_in_local_range - whether a port lies in net.ipv4.ip_local_port_range
 * @names: remember the range
 * @port: the port
 * @inside: the answer
 *
 * Return: whether the range is known.
 */
bool names_in_local_range(struct names *names, uint32_t port, bool *inside)
{
	struct port_range range;

	if (!names_local_range(names, &range))
		return false;
	*inside = port >= range.first && port <= range.last;
	return true;
}

/**
 * names_local_ports - which ports the kernel chooses from
 * @names: of the namespace that is asked about
 * @range: net.ipv4.ip_local_port_range
 * @available: how many ports of it are not reserved
 *
 * Return: whether that is known.
 */
bool names_local_ports(struct names *names, struct port_range *range, uint32_t *available)
{
	bool known;

	if (names->book) {
		*range = names->book->range;
		*available = names->book->available;
		return names->book->has_range && *available;
	}
	if (!names_visit(names))
		return false;
	known = limits_local_ports(range, available);
	names_return(names);
	return known;
}
