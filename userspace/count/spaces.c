// SPDX-License-Identifier: GPL-2.0
/*
 * Network namespaces: counters and settings, each read from inside of it, and who uses its
 * local ports.
 */
#include "count/spaces.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/file.h"
#include "host/names.h"
#include "host/netns-each.h"
#include "host/place.h"

static uint32_t hash_space(const void *thing)
{
	return hash_bytes(0, &((const struct space *)thing)->netns, sizeof(uint32_t));
}

static bool same_space(const void *a, const void *b)
{
	return ((const struct space *)a)->netns == ((const struct space *)b)->netns;
}

static const struct hash_kind kind = {
	.size = sizeof(struct space), .hash = hash_space, .same = same_space,
};

/**
 * spaces_get - a network namespace
 * @spaces: where it is, or will be
 * @netns: its inode
 *
 * Return: the namespace, until another one is added; NULL without memory.
 */
struct space *spaces_get(struct spaces *spaces, uint32_t netns)
{
	return hash_add(&spaces->hash, &kind, &(struct space){ .netns = netns, .file = -1 });
}

static void add_space(uint32_t inode, const char *path, void *data)
{
	struct space *space = spaces_get(data, inode);

	if (space && space->file < 0)
		space->file = open(path, O_RDONLY | O_CLOEXEC);
}

static struct place place_of(const struct spaces *spaces, const struct space *space)
{
	return (struct place){ .is_other = true, .there = space->file, .home = spaces->home };
}

static bool visit(const struct spaces *spaces, const struct space *space)
{
	const struct place place = place_of(spaces, space);

	if (!spaces->all)
		return names_visit(spaces->names);
	return space->file >= 0 && spaces->home >= 0 && place_visit(&place);
}

static void go_home(const struct spaces *spaces, const struct space *space)
{
	const struct place place = place_of(spaces, space);

	if (spaces->all)
		place_return(&place);
	else
		names_return(spaces->names);
}

static void read_reuse(struct space *space)
{
	uint64_t timestamps = 0;

	file_read_number("/proc/sys/net/ipv4/tcp_timestamps", 0, &timestamps);
	if (timestamps)
		file_read_number("/proc/sys/net/ipv4/tcp_tw_reuse", 0, &space->destinations.reuse);
}

static void read_first(const struct spaces *spaces, struct space *space)
{
	if (!visit(spaces, space))
		return;
	space->is_seen = counters_read(&space->before);
	space->has_range = limits_local_ports(&space->destinations.range, &space->available);
	file_read_number("/proc/sys/net/ipv4/tcp_syncookies", 0, &space->tcp_syncookies);
	file_read_number("/proc/sys/net/ipv4/tcp_max_syn_backlog", 0,
			 &space->tcp_max_syn_backlog);
	read_reuse(space);
	limits_read(space->limits, true);
	go_home(spaces, space);
}

/**
 * spaces_at - one of them
 * @spaces: all of them
 * @i: number of the one, less than spaces->hash.count
 *
 * Return: the namespace, until another one is added.
 */
struct space *spaces_at(const struct spaces *spaces, size_t i)
{
	return (struct space *)spaces->hash.list + i;
}

/**
 * spaces_read - read the counters, settings and limits of network namespaces
 * @spaces: zeroed before; spaces_free() it whatever happens
 * @names: know the namespace that is asked about
 * @all: of all that there is a way to; else of that one, whose inode is 0 here
 *
 * Return: false without memory.
 */
bool spaces_read(struct spaces *spaces, struct names *names, bool all)
{
	size_t i;

	*spaces = (struct spaces){ .names = names, .home = -1, .all = all };
	if (all) {
		spaces->home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
		netns_each(add_space, spaces);
	} else if (!spaces_get(spaces, 0)) {
		return false;
	}
	for (i = 0; i < spaces->hash.count; i++)
		read_first(spaces, spaces_at(spaces, i));
	return true;
}

/**
 * spaces_read_again - read the counters once more, and limits
 * @spaces: the namespaces
 */
void spaces_read_again(struct spaces *spaces)
{
	struct space *space;
	size_t i;

	for (i = 0; i < spaces->hash.count; i++) {
		space = spaces_at(spaces, i);
		if (!space->is_seen || !visit(spaces, space)) {
			space->is_seen = false;
			continue;
		}
		space->is_seen = counters_read(&space->after);
		limits_read(space->limits, true);
		go_home(spaces, space);
	}
}

static bool add_pool(struct space *space, const struct socket_row *row)
{
	if (!space->pools) {
		space->pools = calloc(1, sizeof(*space->pools));
		if (!space->pools)
			return false;
		space->pools->range = space->destinations.range;
	}
	return pools_add(space->pools, row);
}

/**
 * spaces_add_socket - count the local port of a socket
 * @spaces: the namespaces
 * @row: the socket
 *
 * Return: false without memory.
 */
bool spaces_add_socket(struct spaces *spaces, const struct socket_row *row)
{
	const bool known = spaces->all && row_knows(row, SOCKPORT_A_SOCKET_NETNS);
	struct space *space;

	if (!destination_takes_ports(row->protocol))
		return true;
	space = spaces_get(spaces, known ? row->netns : 0);
	if (!space)
		return false;
	return !space->has_range ||
	       (destinations_add(&space->destinations, row) && add_pool(space, row));
}

static void free_space(struct space *space)
{
	destinations_free(&space->destinations);
	if (space->pools)
		pools_free(space->pools);
	free(space->pools);
	if (space->file >= 0)
		close(space->file);
}

/**
 * spaces_free - forget the network namespaces
 * @spaces: zeroed, or read
 */
void spaces_free(struct spaces *spaces)
{
	size_t i;

	for (i = 0; i < spaces->hash.count; i++)
		free_space(spaces_at(spaces, i));
	hash_free(&spaces->hash);
	if (spaces->names && spaces->home >= 0)
		close(spaces->home);
	*spaces = (struct spaces){ 0 };
}
