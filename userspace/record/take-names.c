// SPDX-License-Identifier: GPL-2.0
/* What things are called when they are recorded; later, or elsewhere, that may be different. */
#include <unistd.h>

#include "record/take.h"

#ifndef HOST_NAME_MAX
#define HOST_NAME_MAX	64
#endif

/* Something that has been looked up; an item of a hash. */
struct named {
	uint32_t kind;
	uint32_t first;
	uint32_t second;
};

static uint32_t hash_named(const void *thing)
{
	return hash_bytes(0, thing, sizeof(struct named));
}

static bool same_named(const void *left, const void *right)
{
	const struct named *a = left, *b = right;

	return a->kind == b->kind && a->first == b->first && a->second == b->second;
}

static const struct hash_kind kind_of_named = {
	.size = sizeof(struct named), .hash = hash_named, .same = same_named,
};

static const char *look_up(struct take *take, const struct named *named)
{
	switch (named->kind) {
	case BOOK_USER:
		return names_user(take->names, named->first);
	case BOOK_SERVICE:
		return names_service(take->names, named->first, named->second);
	case BOOK_NETNS:
		return names_netns(take->names, named->first);
	default:
		return names_interface(take->names, 0, named->first);
	}
}

/**
 * take_name - record what something is called, once
 * @take: the moment in the making
 * @kind: of thing
 * @first: its number
 * @second: another one, or 0
 */
void take_name(struct take *take, enum book_kind kind, uint32_t first, uint32_t second)
{
	const struct named named = { kind, first, second };
	uint64_t buffer[MOMENT_MESSAGE_MAX / sizeof(uint64_t)];
	const size_t before = take->named.count;
	struct nlmsghdr *message;
	const char *name;

	if (!hash_add(&take->named, &kind_of_named, &named) || take->named.count == before)
		return;
	name = look_up(take, &named);
	if (!name)
		return;
	message = moment_begin(buffer);
	moment_put_number(message, RECORD_A_NAME_KIND, kind);
	moment_put_number(message, RECORD_A_NAME_FIRST, first);
	moment_put_number(message, RECORD_A_NAME_SECOND, second);
	moment_put_text(message, RECORD_A_NAME_TEXT, name);
	moment_end(take->moment, message, RECORD_KIND_NAME);
}

/* Interfaces of other namespaces are not looked up. */
static void take_interface(struct take *take, uint32_t netns, uint32_t ifindex)
{
	if (ifindex && names_is_here(take->names, netns))
		take_name(take, BOOK_INTERFACE, ifindex, 0);
}

static void take_netns(struct take *take, bool known, uint32_t netns)
{
	if (known)
		take_name(take, BOOK_NETNS, netns, 0);
}

/**
 * take_names_of_port - record the names in a row of the port table
 * @take: the moment in the making
 * @row: the row
 */
void take_names_of_port(struct take *take, const struct port_row *row)
{
	unsigned int i;

	take_netns(take, row_knows(row, SOCKPORT_A_PORT_NETNS), row->netns);
	take_name(take, BOOK_SERVICE, row->port, row->protocol);
	for (i = 0; i < row->uid_count; i++)
		take_name(take, BOOK_USER, row->uids[i], 0);
	if (row_knows(&row->opener, SOCKPORT_A_OPENER_UID))
		take_name(take, BOOK_USER, row->opener.uid, 0);
}

/**
 * take_names_of_socket - record the names in a socket
 * @take: the moment in the making
 * @row: the socket
 */
void take_names_of_socket(struct take *take, const struct socket_row *row)
{
	const bool has_netns = row_knows(row, SOCKPORT_A_SOCKET_NETNS);

	take_netns(take, has_netns, row->netns);
	if (row_knows(row, SOCKPORT_A_SOCKET_UID))
		take_name(take, BOOK_USER, row->uid, 0);
	if (row_knows(row, SOCKPORT_A_SOCKET_IFINDEX))
		take_interface(take, has_netns ? row->netns : 0, row->ifindex);
	if (row_knows(row, SOCKPORT_A_SOCKET_LOCAL_PORT))
		take_name(take, BOOK_SERVICE, row->local_port, row->protocol);
	if (row_knows(row, SOCKPORT_A_SOCKET_REMOTE_PORT))
		take_name(take, BOOK_SERVICE, row->remote_port, row->protocol);
}

/**
 * take_names_of_event - record the names in a connection that ended
 * @take: the moment in the making
 * @row: the connection
 */
void take_names_of_event(struct take *take, const struct event_row *row)
{
	const bool has_netns = row_knows(row, SOCKPORT_A_EVENT_NETNS);

	take_netns(take, has_netns, row->netns);
	if (row_knows(row, SOCKPORT_A_EVENT_UID))
		take_name(take, BOOK_USER, row->uid, 0);
	if (row_knows(row, SOCKPORT_A_EVENT_IFINDEX))
		take_interface(take, has_netns ? row->netns : 0, row->ifindex);
	if (row_knows(row, SOCKPORT_A_EVENT_PORT))
		take_name(take, BOOK_SERVICE, row->port, row->protocol);
}

/**
 * take_names_of_door - record the names in a port where nobody listens
 * @take: the moment in the making
 * @row: the port
 */
void take_names_of_door(struct take *take, const struct door_row *row)
{
	take_netns(take, row_knows(row, SOCKPORT_A_CLOSED_DOOR_NETNS), row->netns);
	take_name(take, BOOK_SERVICE, row->port, row->protocol);
}

/**
 * take_names_of_program - record the names in what a program did
 * @take: the moment in the making
 * @row: the program
 */
void take_names_of_program(struct take *take, const struct program_row *row)
{
	take_netns(take, row_knows(row, SOCKPORT_A_PROGRAM_NETNS), row->netns);
	if (row_knows(row, SOCKPORT_A_PROGRAM_UID))
		take_name(take, BOOK_USER, row->uid, 0);
}

/**
 * take_host - record who records, and of what
 * @take: the moment in the making
 */
void take_host(struct take *take)
{
	uint64_t buffer[MOMENT_MESSAGE_MAX / sizeof(uint64_t)];
	const uint32_t netns = names_own_netns(take->names);
	struct nlmsghdr *message = moment_begin(buffer);
	char name[HOST_NAME_MAX + 1] = "";
	struct port_range range;
	uint32_t available;

	gethostname(name, sizeof(name) - 1);
	moment_put_text(message, RECORD_A_HOST_NAME, name);
	if (netns)
		moment_put_number(message, RECORD_A_HOST_NETNS, netns);
	if (take->all_netns)
		moment_put_number(message, RECORD_A_HOST_NETNS_ALL, 1);
	if (names_local_ports(take->names, &range, &available)) {
		moment_put_number(message, RECORD_A_HOST_FIRST_PORT, range.first);
		moment_put_number(message, RECORD_A_HOST_LAST_PORT, range.last);
		moment_put_number(message, RECORD_A_HOST_PORTS, available);
	}
	moment_end(take->moment, message, RECORD_KIND_HOST);
}
