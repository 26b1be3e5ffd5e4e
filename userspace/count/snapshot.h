/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>

#include "failure.h"
#include "kernel/rows.h"

/**
 * enum snapshot_bound - to what the listeners of a port were bound
 * @SNAPSHOT_BOUND_UNKNOWN: nobody has said
 * @SNAPSHOT_BOUND_NONE: there were none
 * @SNAPSHOT_BOUND_SOME: to addresses, or interfaces
 * @SNAPSHOT_BOUND_ALL: one of them at least to all addresses
 */
enum snapshot_bound {
	SNAPSHOT_BOUND_UNKNOWN,
	SNAPSHOT_BOUND_NONE,
	SNAPSHOT_BOUND_SOME,
	SNAPSHOT_BOUND_ALL,
};

/**
 * struct snapshot_row - the counters of a port at some time
 * @time: when, in milliseconds since 1970
 * @netns: inode of its network namespace, 0 where unknown
 * @port: the port
 * @protocol: SOCKPORT_PROTOCOL_*
 * @role: SOCKPORT_ROLE_*
 * @bound: SNAPSHOT_BOUND_*
 * @history: its counters, and when they began
 */
struct snapshot_row {
	uint64_t time;
	uint32_t netns;
	uint32_t port;
	uint8_t protocol;
	uint8_t role;
	uint8_t bound;
	struct history_row history;
};

/**
 * struct snapshot - an earlier answer; zeroed before use
 * @list: its rows
 * @count: how many there are
 * @room: for how many @list has room
 * @time: of the latest of them, in milliseconds since 1970
 */
struct snapshot {
	struct snapshot_row *list;
	size_t count;
	size_t room;
	uint64_t time;
};

bool snapshot_add(struct snapshot *snapshot, const struct snapshot_row *row);
bool snapshot_add_port(struct snapshot *snapshot, const struct port_row *port);
void snapshot_sort(struct snapshot *snapshot);
void snapshot_subtract(const struct snapshot *snapshot, struct port_row *port);
void snapshot_since(struct port_row *port, const struct history_row *before, uint64_t time);
void snapshot_free(struct snapshot *snapshot);
int snapshot_read(struct snapshot *snapshot, const char *path, struct failure *failure);

#endif
