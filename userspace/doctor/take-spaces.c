// SPDX-License-Identifier: GPL-2.0
/* Counters and settings of network namespaces, each read from inside of it. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "doctor/take.h"
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
 * take_space - the network namespace of something
 * @look: the look
 * @netns: its inode
 *
 * Return: the namespace, until another one is added; NULL without memory.
 */
struct space *take_space(struct look *look, uint32_t netns)
{
	return hash_add(&look->spaces, &kind, &(struct space){ .netns = netns, .file = -1 });
}

static void add_space(uint32_t inode, const char *path, void *data)
{
	struct look *look = data;
	struct space *space = take_space(look, inode);

	if (space && space->file < 0)
		space->file = open(path, O_RDONLY | O_CLOEXEC);
}

static struct place place_of(const struct look *look, const struct space *space)
{
	return (struct place){ .is_other = true, .there = space->file, .home = look->home };
}

static bool visit(const struct look *look, const struct space *space)
{
	const struct place place = place_of(look, space);

	if (!look->how.all_netns)
		return names_visit(look->how.names);
	return space->file >= 0 && look->home >= 0 && place_visit(&place);
}

static void go_home(const struct look *look, const struct space *space)
{
	const struct place place = place_of(look, space);

	if (look->how.all_netns)
		place_return(&place);
	else
		names_return(look->how.names);
}

static void read_first(const struct look *look, struct space *space)
{
	if (!visit(look, space))
		return;
	space->is_seen = counters_read(&space->before);
	space->has_range = limits_local_ports(&space->destinations.range, &space->available);
	file_read_number("/proc/sys/net/ipv4/tcp_syncookies", 0, &space->tcp_syncookies);
	go_home(look, space);
}

static struct space *space_at(const struct look *look, size_t i)
{
	return (struct space *)look->spaces.list + i;
}

/**
 * take_spaces - read the counters and settings of network namespaces
 * @look: the look
 *
 * Return: 0, or -1 without memory.
 */
int take_spaces(struct look *look)
{
	size_t i;

	if (look->how.all_netns) {
		look->home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
		netns_each(add_space, look);
	} else if (!take_space(look, 0)) {
		return look_no_memory(look);
	}
	for (i = 0; i < look->spaces.count; i++)
		read_first(look, space_at(look, i));
	return 0;
}

/**
 * take_spaces_again - read the counters once more, and limits
 * @look: the look
 */
void take_spaces_again(struct look *look)
{
	struct space *space;
	size_t i;

	for (i = 0; i < look->spaces.count; i++) {
		space = space_at(look, i);
		if (!space->is_seen || !visit(look, space)) {
			space->is_seen = false;
			continue;
		}
		space->is_seen = counters_read(&space->after);
		limits_read(space->limits, true);
		go_home(look, space);
	}
}

/**
 * take_spaces_free - forget the network namespaces
 * @look: the look
 */
void take_spaces_free(struct look *look)
{
	struct space *space;
	size_t i;

	for (i = 0; i < look->spaces.count; i++) {
		space = space_at(look, i);
		destinations_free(&space->destinations);
		if (space->pools)
			pools_free(space->pools);
		free(space->pools);
		if (space->file >= 0)
			close(space->file);
	}
	hash_free(&look->spaces);
	if (look->home >= 0)
		close(look->home);
}
