/* SPDX-License-Identifier: GPL-2.0 */
#ifndef METRICS_H
#define METRICS_H

#include <stdio.h>

#include "cmd/options.h"
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
 * @gauges: by enum metrics_gauge
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
	struct names *names;
	struct stats_row stats;
	char version[32];
	uint64_t attempts;
};

bool metrics_add(struct metrics *metrics, const struct port_row *row);
void metrics_sort(struct metrics *metrics);
bool metrics_units(struct metrics *metrics, const struct accounts *accounts);
void metrics_free(struct metrics *metrics);
void metrics_write(FILE *stream, const struct metrics *metrics, enum metrics_format format);
int metrics_print(struct client *client, const struct options *options, struct names *names,
		  struct failure *failure);

#endif
