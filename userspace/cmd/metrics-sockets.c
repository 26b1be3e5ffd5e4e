// SPDX-License-Identifier: GPL-2.0
/*
 * What only the sockets themselves tell: memory by port and by unit, the fullest listener of a
 * port, and who uses the local ports.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/metrics.h"
#include "host/cgroup.h"

/* A full backlog is so many thousandths. */
#define FULL	1000
#define MEMORY	(1u << METRICS_RECEIVE_MEMORY | 1u << METRICS_SEND_MEMORY | \
		 1u << METRICS_RESERVED_MEMORY)

static uint32_t hash_holder(const void *thing)
{
	const struct metrics_holder *holder = thing;

	return hash_bytes(holder->netns, holder->unit, strlen(holder->unit));
}

static bool same_holder(const void *left, const void *right)
{
	const struct metrics_holder *a = left, *b = right;

	return a->netns == b->netns && !strcmp(a->unit, b->unit);
}

static const struct hash_kind kind = {
	.size = sizeof(struct metrics_holder), .hash = hash_holder, .same = same_holder,
};

/* Sockets of one namespace do not say which it is, ports do. */
static uint32_t netns_of(const struct metrics *metrics, const struct socket_row *row)
{
	if (row_knows(row, SOCKPORT_A_SOCKET_NETNS))
		return row->netns;
	return metrics->space_count ? metrics->spaces[0].netns : 0;
}

/* What TCP has queued counts as such; others have nothing but what is under way. */
static uint64_t send_memory(const struct socket_row *row)
{
	const uint32_t queued = row->memory[SOCKPORT_A_MEMORY_WMEM_QUEUED];

	return queued ? queued : row->memory[SOCKPORT_A_MEMORY_WMEM_ALLOC];
}

static void add_memory(uint64_t gauges[METRICS_GAUGES], const struct socket_row *row)
{
	gauges[METRICS_RECEIVE_MEMORY] += row->memory[SOCKPORT_A_MEMORY_RMEM_ALLOC] +
					  row->memory[SOCKPORT_A_MEMORY_BACKLOG];
	gauges[METRICS_SEND_MEMORY] += send_memory(row);
	gauges[METRICS_RESERVED_MEMORY] += row->memory[SOCKPORT_A_MEMORY_FWD_ALLOC] +
					   row->memory[SOCKPORT_A_MEMORY_OPTMEM];
}

static void raise(struct metrics_port *port, unsigned int gauge, uint32_t used, uint64_t max)
{
	const uint64_t full = max ? used * (uint64_t)FULL / max : 0;

	port->gauges_known |= 1u << gauge;
	if (full > port->gauges[gauge])
		port->gauges[gauge] = full;
}

/* One connection more than the limit can wait; half open can be as many as it says. */
static void raise_fullest(struct metrics_port *port, const struct socket_row *row)
{
	if (row->state != SOCKPORT_STATE_LISTEN || !row_knows(row, SOCKPORT_A_SOCKET_BACKLOG) ||
	    !row_knows(row, SOCKPORT_A_SOCKET_BACKLOG_LIMIT))
		return;
	raise(port, METRICS_FULLEST, row->backlog, row->limit + 1ull);
	if (row_knows(row, SOCKPORT_A_SOCKET_SYN_QUEUE))
		raise(port, METRICS_FULLEST_SYN_QUEUE, row->syn_queue, row->limit);
}

static void add_to(struct metrics_port *port, const struct socket_row *row)
{
	if (row_knows(row, SOCKPORT_A_SOCKET_MEMORY)) {
		add_memory(port->gauges, row);
		port->gauges_known |= MEMORY;
	}
	raise_fullest(port, row);
}

static bool add_to_holder(struct metrics *metrics, const struct socket_row *row)
{
	struct metrics_holder key, *holder;

	if (!row_knows(row, SOCKPORT_A_SOCKET_MEMORY))
		return true;
	memset(&key, 0, sizeof(key));
	key.netns = netns_of(metrics, row);
	if (row_knows(row, SOCKPORT_A_SOCKET_CGROUP))
		cgroup_unit(row->cgroup, key.unit);
	holder = hash_add(&metrics->holders, &kind, &key);
	if (holder)
		add_memory(holder->gauges, row);
	return holder;
}

/**
 * metrics_add_socket - count what a socket has
 * @metrics: after metrics_sort()
 * @row: the socket
 *
 * Return: false without memory.
 */
bool metrics_add_socket(struct metrics *metrics, const struct socket_row *row)
{
	const struct metrics_port key = {
		.netns = netns_of(metrics, row), .protocol = row->protocol, .role = row->role,
		.port = row->role == SOCKPORT_ROLE_OUT ? row->remote_port : row->local_port,
	};
	struct metrics_port *total, *port;

	if (row->protocol >= METRICS_PROTOCOLS || row->role >= METRICS_ROLES)
		return true;
	total = metrics_total(metrics, key.netns, key.protocol, key.role);
	if (!total || !add_to_holder(metrics, row) || !spaces_add_socket(&metrics->around, row))
		return false;
	add_to(total, row);
	port = metrics_find(metrics, &key);
	if (port && !port->is_rest)
		add_to(port, row);
	return true;
}

static uint64_t held_by(const struct metrics_holder *holder)
{
	return holder->gauges[METRICS_RECEIVE_MEMORY] + holder->gauges[METRICS_SEND_MEMORY] +
	       holder->gauges[METRICS_RESERVED_MEMORY];
}

static int compare_holders(const void *left, const void *right)
{
	const uint64_t a = held_by(left), b = held_by(right);

	return a == b ? strcmp(((const struct metrics_holder *)left)->unit,
			       ((const struct metrics_holder *)right)->unit) : a < b ? 1 : -1;
}

static size_t least_of(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The list does not move any more: names can stay in it. */
static bool sort_holders(struct metrics *metrics)
{
	struct metrics_holder *list = metrics->holders.list;
	struct metrics_port *port;

	metrics->holding = calloc(metrics->top + 1, sizeof(*metrics->holding));
	if (!metrics->holding)
		return false;
	if (metrics->holders.count)
		qsort(list, metrics->holders.count, sizeof(*list), compare_holders);
	metrics->holding_count = least_of(metrics->holders.count, metrics->top);
	for (port = metrics->holding; port < metrics->holding + metrics->holding_count; port++) {
		port->netns = list->netns;
		port->unit = list->unit;
		port->gauges_known = MEMORY;
		memcpy(port->gauges, list++->gauges, sizeof(port->gauges));
	}
	return true;
}

/* a of b is more than c of d. */
static int compare_shares(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	return (a * d < c * b) - (a * d > c * b);
}

static int compare_destinations(const void *left, const void *right)
{
	const struct destination *a = *(struct destination *const *)left;
	const struct destination *b = *(struct destination *const *)right;
	int order = compare_shares(a->ports, a->available, b->ports, b->available);

	if (!order)
		order = memcmp(a->remote, b->remote, sizeof(a->remote));
	return order ? order : (a->port > b->port) - (a->port < b->port);
}

static int compare_pools(const void *left, const void *right)
{
	const struct metrics_pool *a = left, *b = right;

	return compare_shares(a->pool->used, a->available, b->pool->used, b->available);
}

/* How many destinations and pools there are in all. */
static void count_all(const struct metrics *metrics, size_t *destinations, size_t *pools)
{
	const struct space *space;
	size_t i;

	for (i = 0; i < metrics->around.hash.count; i++) {
		space = spaces_at(&metrics->around, i);
		*destinations += space->destinations.hash.count;
		*pools += space->pools ? space->pools->count : 0;
	}
}

static void gather_space(struct metrics *metrics, const struct space *space)
{
	struct destination *list = space->destinations.hash.list;
	size_t i;

	for (i = 0; i < space->destinations.hash.count; i++) {
		list[i].available = space->available;
		metrics->destinations[metrics->destination_count++] = &list[i];
	}
	if (space->pools)
		pools_share(space->pools);
	for (i = 0; space->pools && i < space->pools->count; i++)
		metrics->pools[metrics->pool_count++] = (struct metrics_pool){
			.pool = &space->pools->list[i], .available = space->available };
}

/**
 * metrics_sort_sockets - let those that have most have series of their own
 * @metrics: no socket can be added after that
 *
 * Return: false without memory.
 */
bool metrics_sort_sockets(struct metrics *metrics)
{
	size_t destinations = 1, pools = 1, i;

	count_all(metrics, &destinations, &pools);
	metrics->destinations = calloc(destinations, sizeof(*metrics->destinations));
	metrics->pools = calloc(pools, sizeof(*metrics->pools));
	if (!metrics->destinations || !metrics->pools || !sort_holders(metrics))
		return false;
	for (i = 0; i < metrics->around.hash.count; i++)
		gather_space(metrics, spaces_at(&metrics->around, i));
	qsort(metrics->destinations, metrics->destination_count, sizeof(*metrics->destinations),
	      compare_destinations);
	qsort(metrics->pools, metrics->pool_count, sizeof(*metrics->pools), compare_pools);
	metrics->destination_count = least_of(metrics->destination_count, metrics->top);
	metrics->pool_count = least_of(metrics->pool_count, metrics->top);
	metrics->has_sockets = true;
	return true;
}
