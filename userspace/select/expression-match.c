// SPDX-License-Identifier: GPL-2.0
/*
 * What is left of an expression for us to decide, socket by socket. As in the kernel,
 * what is unknown meets no condition.
 */
#include "select/expression.h"

#include <dirent.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/cgroup.h"
#include "kernel/rows.h"
#include "select/filter.h"

#define KNOWS(row, NAME)	row_knows(row, SOCKPORT_A_SOCKET_##NAME)

static bool is_port(const struct expression *test, const struct socket_row *row, uint32_t port)
{
	return filter_has_ports(row->protocol) && KNOWS(row, LOCAL_PORT) && test->first <= port && port <= test->last;
}

static bool equal_bits(const uint8_t *one, const uint8_t *other, unsigned int bits)
{
	const unsigned int bytes = bits / 8;

	if (memcmp(one, other, bytes))
		return false;
	return !(bits % 8) || !((one[bytes] ^ other[bytes]) >> (8 - bits % 8));
}

static bool in_prefix(const struct prefix *prefix, const uint8_t *address, uint8_t size)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (!size)
		return false;
	if (prefix->family == AF_INET && size == 16 && !memcmp(address, mapped, sizeof(mapped))) {
		address += sizeof(mapped);
		size = 4;
	}
	return size == (prefix->family == AF_INET ? 4 : 16) &&
	       equal_bits(prefix->address, address, prefix->length);
}

/* The kernel names some of those who share a socket and counts the others. */
static bool is_open_in(uint32_t pid, uint64_t inode)
{
	char directory[32], link[64], name[64];
	struct dirent *file;
	bool found = false;
	ssize_t length;
	DIR *files;

	snprintf(name, sizeof(name), "socket:[%" PRIu64 "]", inode);
	snprintf(directory, sizeof(directory), "/proc/%" PRIu32 "/fd", pid);
	files = opendir(directory);
	while (files && !found && (file = readdir(files))) {
		length = readlinkat(dirfd(files), file->d_name, link, sizeof(link) - 1);
		link[length > 0 ? length : 0] = 0;
		found = !strcmp(link, name);
	}
	if (files)
		closedir(files);
	return found;
}

static bool has_pid(const struct socket_row *row, uint32_t pid)
{
	unsigned int i;

	for (i = 0; i < row->processes.count && i < ROW_PROCESSES; i++)
		if (row->processes.list[i].pid == pid)
			return true;
	return KNOWS(row, PROCESSES) && row->process_count > row->processes.count &&
	       KNOWS(row, INODE) && is_open_in(pid, row->inode);
}

/* An abstract name is shown with an @ for its first byte. */
static bool has_name(const struct expression *test, const struct socket_row *row)
{
	char name[ROW_NAME_MAX + 1];
	size_t i;

	if (!KNOWS(row, NAME) || row->name_size > ROW_NAME_MAX)
		return false;
	for (i = 0; i < row->name_size; i++)
		name[i] = row->name[i] ? row->name[i] : '@';
	name[i] = 0;
	return !fnmatch(test->text, name, FNM_CASEFOLD);
}

static bool is_ours(const struct expression *test, const struct socket_row *row)
{
	switch (test->condition) {
	/* Only beside "and": those of others were not looked at. */
	case EXPRESSION_NETNS:
		return true;
	case EXPRESSION_PID:
		return KNOWS(row, PROCESS) && has_pid(row, test->first);
	case EXPRESSION_UNIT:
		return KNOWS(row, CGROUP) && cgroup_matches(row->cgroup, test->text);
	case EXPRESSION_LOCAL_NAME:
		return row->protocol == SOCKPORT_PROTOCOL_UNIX && has_name(test, row);
	case EXPRESSION_NUMBER:
		return KNOWS(row, NUMBER) && row->number == test->first;
	case EXPRESSION_LOCAL_ID:
		return row->protocol == SOCKPORT_PROTOCOL_NETLINK && KNOWS(row, LOCAL_PORT) &&
		       row->local_port == test->first;
	case EXPRESSION_REMOTE_ID:
		return row->protocol == SOCKPORT_PROTOCOL_NETLINK && KNOWS(row, REMOTE_PORT) &&
		       row->remote_port == test->first;
	case EXPRESSION_TYPE:
		return KNOWS(row, TYPE) && row->type == test->first;
	case EXPRESSION_LOCAL_CID:
		return KNOWS(row, LOCAL_CID) && row->local_cid == test->first;
	case EXPRESSION_REMOTE_CID:
		return KNOWS(row, REMOTE_CID) && row->remote_cid == test->first;
	}
	return false;
}

static bool holds(const struct expression *test, const struct socket_row *row)
{
	switch (test->condition) {
	case SOCKPORT_CONDITION_PROTOCOL:
		return test->mask >> row->protocol & 1;
	case SOCKPORT_CONDITION_FAMILY:
		return row->family == test->first;
	case SOCKPORT_CONDITION_ROLE:
		return test->mask >> row->role & 1;
	case SOCKPORT_CONDITION_STATE:
		return test->mask >> row->state & 1;
	case SOCKPORT_CONDITION_PORT:
		return is_port(test, row, row->role == SOCKPORT_ROLE_OUT ? row->remote_port :
									   row->local_port);
	case SOCKPORT_CONDITION_LOCAL_PORT:
		return is_port(test, row, row->local_port);
	case SOCKPORT_CONDITION_REMOTE_PORT:
		return is_port(test, row, row->remote_port);
	case SOCKPORT_CONDITION_LOCAL_ADDRESS:
		return in_prefix(&test->prefix, row->local, row->local_size);
	case SOCKPORT_CONDITION_REMOTE_ADDRESS:
		return in_prefix(&test->prefix, row->remote, row->remote_size);
	case SOCKPORT_CONDITION_UID:
		return KNOWS(row, UID) && row->uid == test->first;
	case SOCKPORT_CONDITION_IFINDEX:
		return (KNOWS(row, IFINDEX) ? row->ifindex : 0) == test->first;
	case SOCKPORT_CONDITION_MARK:
		return KNOWS(row, MARK) && (row->mark & test->mask) == test->first;
	case SOCKPORT_CONDITION_INODE:
		return (KNOWS(row, INODE) ? row->inode : 0) == test->number;
	case SOCKPORT_CONDITION_COOKIE:
		return KNOWS(row, COOKIE) && row->cookie == test->number;
	}
	return is_ours(test, row);
}

static bool matches(const struct expression *part, const struct socket_row *row)
{
	switch (part->kind) {
	case EXPRESSION_ANY:
		return true;
	case EXPRESSION_TEST:
		return holds(part, row);
	case EXPRESSION_NOT:
		return !matches(part->one, row);
	case EXPRESSION_AND:
		return matches(part->one, row) && matches(part->other, row);
	default:
		return matches(part->one, row) || matches(part->other, row);
	}
}

/**
 * expression_matches - decide what the kernel could not
 * @plan: of an expression
 * @row: a socket that the kernel let through, with what @plan->want has
 *
 * Return: whether the socket is wanted.
 */
bool expression_matches(const struct expression_plan *plan, const struct socket_row *row)
{
	unsigned int i;

	for (i = 0; i < plan->rests; i++)
		if (!matches(plan->rest[i], row))
			return false;
	return true;
}

/**
 * expression_holds - decide all of it, where no kernel does
 * @plan: of an expression
 * @row: a socket, with all that the conditions are about
 *
 * Return: whether the socket is wanted.
 */
bool expression_holds(const struct expression_plan *plan, const struct socket_row *row)
{
	return !plan->top || matches(plan->top, row);
}
