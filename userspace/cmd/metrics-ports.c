// SPDX-License-Identifier: GPL-2.0
/*
 * Metrics of ports: of those that did most each one, and sums over all ports of a protocol
 * and role.
 *
 * The sums have all ports in them, also those with series of their own: a sum over the
 * others would go down whenever one of them comes to the fore, which looks like a
 * counter that began anew.
 */
#include "cmd/metrics.h"

#include <stdlib.h>
#include <string.h>

#include "count/accounts.h"

/* Ports whose datagrams nobody counts come forward by those that are dropped. */
static uint64_t activity_of(const struct port_row *row)
{
	const struct history_row *history = &row->history;
	static const uint8_t counters[] = {
		SOCKPORT_A_HISTORY_OPENED, SOCKPORT_A_HISTORY_ACCEPTED,
		SOCKPORT_A_HISTORY_TAKEN_IN, SOCKPORT_A_HISTORY_REFUSED,
		SOCKPORT_A_HISTORY_TIMED_OUT, SOCKPORT_A_HISTORY_UNREACHABLE,
		SOCKPORT_A_HISTORY_FAILED, SOCKPORT_A_HISTORY_NO_LOCAL_PORT,
		SOCKPORT_A_HISTORY_RESET_OPENING, SOCKPORT_A_HISTORY_GIVEN_UP,
		SOCKPORT_A_HISTORY_SEGMENTS_IN,
		SOCKPORT_A_HISTORY_SEGMENTS_OUT, SOCKPORT_A_HISTORY_LISTEN_DROPS,
	};
	uint64_t activity = row_knows(row, SOCKPORT_A_PORT_DROPS) ? row->drops : 0;
	size_t i;

	for (i = 0; i < sizeof(counters); i++)
		if (row_knows(history, counters[i]))
			activity += history->values[counters[i]];
	return activity;
}

static void add_gauge(struct metrics_port *port, enum metrics_gauge gauge, bool known,
		      uint64_t value)
{
	if (!known)
		return;
	port->gauges_known |= 1u << gauge;
	port->gauges[gauge] += value;
}

static void raise_gauge(struct metrics_port *port, enum metrics_gauge gauge, bool known,
			uint64_t value)
{
	if (!known)
		return;
	port->gauges_known |= 1u << gauge;
	if (value > port->gauges[gauge])
		port->gauges[gauge] = value;
}

static void add_history(struct metrics_port *port, const struct history_row *history)
{
	unsigned int i;

	for (i = 0; i <= SOCKPORT_A_HISTORY_MAX; i++)
		if (row_knows(history, i))
			port->history.values[i] += history->values[i];
	port->history.known |= history->known;
}

static void add_distribution(struct metrics_port *port, unsigned int kind,
			     const struct distribution_row *distribution)
{
	unsigned int i;

	if (!distribution->known)
		return;
	port->kinds_known |= 1u << kind;
	port->sums[kind] += distribution->sum;
	for (i = 0; i < distribution->count; i++)
		port->buckets[kind][i] += distribution_count(distribution, i);
}

static void add_states(struct metrics_port *port, const struct port_row *row)
{
	unsigned int state;

	if (!row_knows(row, SOCKPORT_A_PORT_STATES))
		return;
	port->has_states = true;
	for (state = 0; state < ROW_STATES; state++)
		port->states[state] += row->states[state];
}

static void add_row(struct metrics_port *port, const struct port_row *row)
{
	unsigned int kind;

	add_gauge(port, METRICS_PORTS, true, 1);
	add_gauge(port, METRICS_SOCKETS, row_knows(row, SOCKPORT_A_PORT_SOCKETS), row->sockets);
	add_gauge(port, METRICS_RX_QUEUE, row_knows(row, SOCKPORT_A_PORT_RX_QUEUE), row->rx_queue);
	add_gauge(port, METRICS_TX_QUEUE, row_knows(row, SOCKPORT_A_PORT_TX_QUEUE), row->tx_queue);
	add_gauge(port, METRICS_BACKLOG, row_knows(row, SOCKPORT_A_PORT_BACKLOG), row->backlog);
	add_gauge(port, METRICS_BACKLOG_LIMIT, row_knows(row, SOCKPORT_A_PORT_BACKLOG_LIMIT),
		  row->limit);
	add_gauge(port, METRICS_CLOSE_WAIT, row->protocol == SOCKPORT_PROTOCOL_TCP &&
		  row_knows(row, SOCKPORT_A_PORT_STATES),
		  row->states[SOCKPORT_STATE_CLOSE_WAIT]);
	raise_gauge(port, METRICS_OLDEST_CLOSE_WAIT,
		    row_knows(row, SOCKPORT_A_PORT_CLOSE_WAIT_AGE), row->close_wait_age);
	raise_gauge(port, METRICS_OLDEST_UNACCEPTED,
		    row_knows(row, SOCKPORT_A_PORT_ACCEPT_AGE), row->accept_age);
	add_gauge(port, METRICS_DROPS, row_knows(row, SOCKPORT_A_PORT_DROPS), row->drops);
	add_states(port, row);
	add_history(port, &row->history);
	for (kind = 1; kind < ROW_KINDS; kind++)
		add_distribution(port, kind, &row->distributions[kind]);
}

static uint32_t netns_of(const struct port_row *row)
{
	return row_knows(row, SOCKPORT_A_PORT_NETNS) ? row->netns : 0;
}

static void set_row(struct metrics_port *port, const struct port_row *row, uint64_t activity)
{
	*port = (struct metrics_port){
		.activity = activity,
		.port = row->port,
		.netns = netns_of(row),
		.protocol = row->protocol,
		.role = row->role,
		.is_rest = row_knows(row, SOCKPORT_A_PORT_REST),
	};
	add_row(port, row);
}

/* In the order of listings. */
static int compare_places(const void *left, const void *right)
{
	const struct metrics_port *a = left, *b = right;

	if (a->netns != b->netns)
		return a->netns < b->netns ? -1 : 1;
	if (a->protocol != b->protocol)
		return a->protocol - b->protocol;
	if (a->role != b->role)
		return a->role - b->role;
	return (a->port > b->port) - (a->port < b->port);
}

/* Among those that did as much, the later one in the order did less. */
static bool did_less(const struct metrics_port *a, const struct metrics_port *b)
{
	return a->activity != b->activity ? a->activity < b->activity : compare_places(a, b) > 0;
}

static void find_least(struct metrics *metrics)
{
	size_t i;

	metrics->least = 0;
	for (i = 1; i < metrics->count; i++)
		if (did_less(&metrics->ports[i], &metrics->ports[metrics->least]))
			metrics->least = i;
}

static void add_to_top(struct metrics *metrics, const struct port_row *row)
{
	const struct metrics_port place = {
		.activity = activity_of(row),
		.port = row->port,
		.netns = netns_of(row),
		.protocol = row->protocol,
		.role = row->role,
	};
	size_t i = metrics->count;

	if (i < metrics->top)
		metrics->count++;
	else if (did_less(&metrics->ports[metrics->least], &place))
		i = metrics->least;
	else
		return;
	set_row(&metrics->ports[i], row, place.activity);
	if (metrics->count == metrics->top)
		find_least(metrics);
}

/* Of what is no part of a request for all, the one namespace is all there is. */
static struct metrics_space *space_of(struct metrics *metrics, uint32_t netns)
{
	struct metrics_space *spaces;
	size_t i;

	for (i = metrics->space_count; i > 0; i--)
		if (!metrics->names || metrics->spaces[i - 1].netns == netns)
			return &metrics->spaces[i - 1];
	spaces = realloc(metrics->spaces, (metrics->space_count + 1) * sizeof(*spaces));
	if (!spaces)
		return NULL;
	metrics->spaces = spaces;
	spaces[metrics->space_count] = (struct metrics_space){ .netns = netns };
	return &spaces[metrics->space_count++];
}

/**
 * metrics_total - the sum that a port counts in
 * @metrics: where it counts
 * @netns: inode of its network namespace
 * @protocol: less than METRICS_PROTOCOLS
 * @role: less than METRICS_ROLES
 *
 * Return: the sum, NULL without memory.
 */
struct metrics_port *metrics_total(struct metrics *metrics, uint32_t netns, uint8_t protocol,
				   uint8_t role)
{
	struct metrics_space *space = space_of(metrics, netns);
	struct metrics_port **total;

	if (!space)
		return NULL;
	total = &space->totals[protocol][role];
	if (!*total)
		*total = calloc(1, sizeof(**total));
	if (!*total)
		return NULL;
	(*total)->netns = space->netns;
	(*total)->protocol = protocol;
	(*total)->role = role;
	return *total;
}

/**
 * metrics_add - count a port
 * @metrics: where it counts
 * @row: the port
 *
 * Return: false without memory.
 */
bool metrics_add(struct metrics *metrics, const struct port_row *row)
{
	struct metrics_port *total;

	if (row->protocol >= METRICS_PROTOCOLS || row->role >= METRICS_ROLES)
		return true;
	total = metrics_total(metrics, netns_of(row), row->protocol, row->role);
	if (!metrics->ports)
		metrics->ports = calloc(metrics->top ? metrics->top : 1, sizeof(*metrics->ports));
	if (!total || !metrics->ports)
		return false;
	add_row(total, row);
	if (metrics->top)
		add_to_top(metrics, row);
	return true;
}

/**
 * metrics_sort - put the ports with series of their own in order
 * @metrics: nothing can be added after that
 */
void metrics_sort(struct metrics *metrics)
{
	if (metrics->count)
		qsort(metrics->ports, metrics->count, sizeof(*metrics->ports), compare_places);
}

/**
 * metrics_find - a port that has series of its own
 * @metrics: after metrics_sort()
 * @key: with its namespace, protocol, role and number
 *
 * Return: the port, NULL if it has none.
 */
struct metrics_port *metrics_find(const struct metrics *metrics, const struct metrics_port *key)
{
	if (!metrics->count)
		return NULL;
	return bsearch(key, metrics->ports, metrics->count, sizeof(*metrics->ports),
		       compare_places);
}

/**
 * metrics_units - let those units and containers that did most have series of their own
 * @metrics: has none yet
 * @accounts: of units
 *
 * Return: false without memory.
 */
bool metrics_units(struct metrics *metrics, const struct accounts *accounts)
{
	size_t i, count = accounts->hash.count;

	if (count > metrics->top)
		count = metrics->top;
	metrics->doers = accounts_list(accounts, NULL);
	metrics->units = calloc(count + 1, sizeof(*metrics->units));
	if (!metrics->doers || !metrics->units)
		return false;
	for (i = 0; i < count; i++) {
		metrics->units[i] = (struct metrics_port){
			.netns = metrics->doers[i].key.netns,
			.is_rest = metrics->doers[i].key.is_rest,
			.unit = metrics->doers[i].key.unit,
			.history = metrics->doers[i].port.history,
		};
	}
	metrics->unit_count = count;
	return true;
}

/**
 * metrics_free - forget all
 * @metrics: the metrics
 */
void metrics_free(struct metrics *metrics)
{
	struct metrics_space *space = metrics->spaces;
	unsigned int i;

	for (; space < metrics->spaces + metrics->space_count; space++)
		for (i = 0; i < METRICS_PROTOCOLS * METRICS_ROLES; i++)
			free(space->totals[i / METRICS_ROLES][i % METRICS_ROLES]);
	free(metrics->spaces);
	free(metrics->ports);
	free(metrics->units);
	free(metrics->doers);
	free(metrics->holding);
	free(metrics->destinations);
	free(metrics->pools);
	hash_free(&metrics->holders);
	spaces_free(&metrics->around);
}
