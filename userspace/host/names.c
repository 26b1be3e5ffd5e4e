// SPDX-License-Identifier: GPL-2.0
/*
 * Names of users, services, interfaces and network namespaces. Each costs a database or a system
 * call, so they are looked up when first asked for, and then remembered.
 */
#include "host/names.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "format/address.h"
#include "format/number.h"
#include "host/category.h"
#include "host/netns.h"
#include "host/services.h"
#include "host/users.h"
#include "table/plain.h"

#define SLOTS		64

/* A name in a cache that has one slot for many keys; without length, unknown. */
struct name {
	bool used;
	uint8_t length;
	uint32_t key;
	char text[NAME_MAX_LENGTH];
};

/**
 * struct names - what has been looked up so far
 * @numeric: do not look up users and services
 * @elsewhere: what is asked about is in a namespace that we could not enter
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

/* A name that is too long counts as none. */
static char *put_name(char *to, const char *name)
{
	const size_t length = strlen(name);

	return length > NAME_MAX_LENGTH ? to : plain_put(to, name, length);
}

static void remember(struct name *name, const char *text)
{
	name->length = put_name(name->text, text) - name->text;
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
		name->length = 0;
	}
	return name;
}

static char *put_name_or_number(char *to, const struct name *name, uint32_t number)
{
	if (!name || !name->length)
		return number_put(to, number);
	memcpy(to, name->text, name->length);
	return to + name->length;
}

/**
 * names_put_user - write the name of a user, or the uid if it has none
 * @names: the names
 * @to: room for NAME_MAX_LENGTH characters
 * @uid: the user
 *
 * Return: behind the last character.
 */
char *names_put_user(struct names *names, char *to, uint32_t uid)
{
	char text[NAME_MAX_LENGTH + 1];
	struct name *name;
	bool is_new;

	if (names->numeric)
		return number_put(to, uid);
	name = slot_of(&names->users, uid, &is_new);
	if (is_new && users_name(&names->owners, uid, text, sizeof(text)))
		remember(name, text);
	return put_name_or_number(to, name, uid);
}

/**
 * names_is_here - whether a network namespace is the one that we are in
 * @names: the names
 * @netns: its inode, 0 where the kernel did not say
 *
 * Return: true if its interfaces and settings are those that we see.
 */
bool names_is_here(struct names *names, uint32_t netns)
{
	return !names->elsewhere && netns_is_own(&names->netns, netns);
}

/**
 * names_put_netns - write the name of a network namespace, see netns_put_name()
 * @names: the names
 * @to: room for NAME_MAX_LENGTH characters
 * @netns: its inode
 *
 * Return: behind the last character.
 */
char *names_put_netns(struct names *names, char *to, uint32_t netns)
{
	return netns_put_name(&names->netns, to, netns);
}

/**
 * names_put_interface - write the name of an interface, or its index
 * @names: the names
 * @to: room for NAME_MAX_LENGTH characters
 * @netns: inode of its network namespace, 0 for ours; others' are not looked up
 * @ifindex: the interface
 *
 * Return: behind the last character.
 */
char *names_put_interface(struct names *names, char *to, uint32_t netns, uint32_t ifindex)
{
	char buffer[IF_NAMESIZE];
	struct name *name;
	bool is_new;

	if (!names_is_here(names, netns))
		return number_put(to, ifindex);
	name = slot_of(&names->interfaces, ifindex, &is_new);
	if (is_new && if_indextoname(ifindex, buffer))
		remember(name, buffer);
	return put_name_or_number(to, name, ifindex);
}

/**
 * names_put_address - write an address; a link-local one with its interface
 * @names: the names
 * @to: room for ADDRESS_MAX + 1 + NAME_MAX_LENGTH characters
 * @family: AF_INET or AF_INET6
 * @address: 4 or 16 bytes in network byte order
 * @netns: inode of its network namespace, 0 for ours
 * @ifindex: interface that the socket is bound to, 0 for none
 *
 * The form is that of RFC 4007, section 11.
 *
 * Return: behind the last character.
 */
char *names_put_address(struct names *names, char *to, int family, const uint8_t *address,
			uint32_t netns, uint32_t ifindex)
{
	to = address_put(to, family, address);
	if (!ifindex || !address_is_scoped(family, address))
		return to;
	*to++ = '%';
	return names_put_interface(names, to, netns, ifindex);
}

/**
 * names_put_service - write the name that a port has in the services database
 * @names: the names
 * @to: room for NAME_MAX_LENGTH characters
 * @port: the port
 * @protocol: of which protocol, SOCKPORT_PROTOCOL_*
 *
 * Return: behind the last character; @to if the port has no name.
 */
char *names_put_service(struct names *names, char *to, uint32_t port, uint8_t protocol)
{
	const char *service;

	if (names->numeric || port > UINT16_MAX)
		return to;
	service = services_name(&names->services, port, protocol);
	return service ? put_name(to, service) : to;
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
	if (names->elsewhere)
		return false;
	if (!names->range_read)
		names->range_read = category_local_range(&names->range) ? 1 : -1;
	*inside = port >= names->range.first && port <= names->range.last;
	return names->range_read > 0;
}
