/* SPDX-License-Identifier: GPL-2.0 */
#ifndef METRICS_H
#define METRICS_H

#include <stdio.h>

#include "cmd/options.h"
#include "count/spaces.h"
#include "host/names.h"
#include "kernel/client.h"

/* Protocols and roles that totals are kept of; those of newer modules are left out. */
#define METRICS_PROTOCOLS	(SOCKPORT_PROTOCOL_MAX + 1)
#define METRICS_ROLES		(SOCKPORT_ROLE_MAX + 1)

/**
 * enum metrics_gauge - what a port has now
 */
enum metrics_gauge {
	METRICS_SOCKETS,
	METRICS_RX_QUEUE,
	METRICS_TX_QUEUE,
	METRICS_BACKLOG,
	METRICS_BACKLOG_LIMIT,
	METRICS_PORTS,
	METRICS_CLOSE_WAIT,
	METRICS_DROPS,
	METRICS_FULLEST,
	METRICS_FULLEST_SYN_QUEUE,
	METRICS_OLDEST_CLOSE_WAIT,
	METRICS_OLDEST_UNACCEPTED,
	METRICS_RECEIVE_MEMORY,
	METRICS_SEND_MEMORY,
	METRICS_RESERVED_MEMORY,
	METRICS_GAUGES,
};

/**
 * struct metrics_port - a port, or the sum over many
 * @activity: how much it did
 * @port: its number
 * @netns: inode of its network namespace
 * @protocol: SOCKPORT_PROTOCOL_*
 * @role: SOCKPORT_ROLE_*
 * @is_rest: it is no port, but all whose history has been given back; or likewise of
 *	programs
 * @unit: of a unit or container its name, empty where unknown; else NULL
 * @gauges_known: bits of enum metrics_gauge
 * @gauges: by enum metrics_gauge; METRICS_FULLEST in thousandths,
 *	METRICS_OLDEST_CLOSE_WAIT and METRICS_OLDEST_UNACCEPTED in milliseconds; of
 *	these the largest
 * @has_states: @states are known
 * @states: sockets in each SOCKPORT_STATE_*
 * @history: counters
 * @kinds_known: bits of SOCKPORT_DISTRIBUTION_KIND_*
 * @sums: of distributions
 * @buckets: of distributions
 */
struct metrics_port {
	uint64_t activity;
	uint32_t port;
	uint32_t netns;
	uint8_t protocol;
	uint8_t role;
	bool is_rest;
	const char *unit;
	uint32_t gauges_known;
	uint64_t gauges[METRICS_GAUGES];
	bool has_states;
	uint64_t states[ROW_STATES];
	struct history_row history;
	uint32_t kinds_known;
	uint64_t sums[ROW_KINDS];
	uint64_t buckets[ROW_KINDS][ROW_BUCKETS];
};

/**
 * struct metrics_space - sums over the ports of a network namespace
 * @netns: its inode
 * @totals: by protocol and role; NULL where there are none
 */
struct metrics_space {
	uint32_t netns;
	struct metrics_port *totals[METRICS_PROTOCOLS][METRICS_ROLES];
};

/**
 * struct metrics_holder - a unit or container that holds memory; an item of a hash
 * @netns: inode of the network namespace
 * @unit: its name, empty where unknown
 * @gauges: those of memory
 */
struct metrics_holder {
	uint32_t netns;
	char unit[UNIT_MAX + 1];
	uint64_t gauges[METRICS_GAUGES];
};

/**
 * struct metrics_pool - the local ports of an address
 * @pool: of its namespace
 * @available: ports that there are
 */
struct metrics_pool {
	const struct pool *pool;
	uint32_t available;
};

/**
 * struct metrics - all that is told; zeroed before use but for @top and @names
 * @top: how many ports have series of their own, and units
 * @ports: these, those that did most; after metrics_sort() in their order
 * @count: how many of them there are
 * @least: which of them did least, when @count is @top
 * @spaces: sums over all ports of each network namespace
 * @space_count: how many there are; without @names at most one
 * @doers: what units and containers did, the greatest payload first; see metrics_units()
 * @units: the first of them, as @ports
 * @unit_count: how many of them there are
 * @holders: what units and containers hold of memory, of struct metrics_holder
 * @holding: the first of them, as @ports; see metrics_sort_sockets()
 * @holding_count: how many of them there are
 * @around: what the kernel says of network namespaces
 * @destinations: those to which most local ports are in use, with all that there are
 * @destination_count: so many of them have series
 * @pools: the local addresses of which most are in use; the same
 * @pool_count: so many of them have series
 * @has_sockets: all sockets were looked at
 * @names: series are told by the name of their namespace; NULL where there is one only
 * @stats: the module's own account, its text is @version
 * @version: of the module
 * @attempts: on ports where nobody listens; unknown when no history is kept
 */
struct metrics {
	uint32_t top;
	struct metrics_port *ports;
	size_t count;
	size_t least;
	struct metrics_space *spaces;
	size_t space_count;
	struct doer *doers;
	struct metrics_port *units;
	size_t unit_count;
	struct hash holders;
	struct metrics_port *holding;
	size_t holding_count;
	struct spaces around;
	struct destination **destinations;
	size_t destination_count;
	struct metrics_pool *pools;
	size_t pool_count;
	bool has_sockets;
	struct names *names;
	struct stats_row stats;
	char version[32];
	uint64_t attempts;
};

bool metrics_add(struct metrics *metrics, const struct port_row *row);
void metrics_sort(struct metrics *metrics);
bool metrics_add_socket(struct metrics *metrics, const struct socket_row *row);
bool metrics_sort_sockets(struct metrics *metrics);
struct metrics_port *metrics_find(const struct metrics *metrics, const struct metrics_port *key);
struct metrics_port *metrics_total(struct metrics *metrics, uint32_t netns, uint8_t protocol,
				   uint8_t role);
bool metrics_units(struct metrics *metrics, const struct accounts *accounts);
void metrics_free(struct metrics *metrics);
void metrics_write(FILE *stream, const struct metrics *metrics, enum metrics_format format);
int metrics_print(struct client *client, const struct options *options, struct names *names,
		  struct failure *failure);

#endif
