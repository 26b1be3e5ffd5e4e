// SPDX-License-Identifier: GPL-2.0
/*
 * What Prometheus gets to know: of the ports that did most each one, and sums over
 * all ports of a protocol and role.
 *
 * The sums have all ports in them, also those with series of their own: a sum over the
 * others would go down whenever one of them comes to the fore, which looks like a
 * counter that began anew.
 */
#include "cmd/metrics.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/stats.h"
#include "count/history.h"
#include "host/textfile.h"

/* So often all is read again when it changed in between. */
#define TRIES	3

static uint64_t activity_of(const struct history_row *history)
{
	static const uint8_t counters[] = {
		SOCKPORT_A_HISTORY_OPENED, SOCKPORT_A_HISTORY_ACCEPTED,
		SOCKPORT_A_HISTORY_TAKEN_IN, SOCKPORT_A_HISTORY_REFUSED,
		SOCKPORT_A_HISTORY_TIMED_OUT, SOCKPORT_A_HISTORY_UNREACHABLE,
		SOCKPORT_A_HISTORY_FAILED, SOCKPORT_A_HISTORY_NO_LOCAL_PORT,
		SOCKPORT_A_HISTORY_RESET_OPENING, SOCKPORT_A_HISTORY_GIVEN_UP,
		SOCKPORT_A_HISTORY_SEGMENTS_IN,
		SOCKPORT_A_HISTORY_SEGMENTS_OUT, SOCKPORT_A_HISTORY_LISTEN_DROPS,
	};
	uint64_t activity = 0;
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
	add_gauge(port, METRICS_DROPS, row_knows(row, SOCKPORT_A_PORT_DROPS), row->drops);
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
		.activity = activity_of(&row->history),
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

/* The sum that a port counts in. */
static struct metrics_port *total_of(struct metrics *metrics, const struct port_row *row)
{
	struct metrics_space *space = space_of(metrics, netns_of(row));
	struct metrics_port **total;

	if (!space)
		return NULL;
	total = &space->totals[row->protocol][row->role];
	if (!*total)
		*total = calloc(1, sizeof(**total));
	if (!*total)
		return NULL;
	(*total)->netns = space->netns;
	(*total)->protocol = row->protocol;
	(*total)->role = row->role;
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
	total = total_of(metrics, row);
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
}

/* Where answers go, with what went wrong there. */
struct gathering {
	struct metrics *metrics;
	struct accounts units;
	struct failure *failure;
};

static int take_stats(const struct stats_row *row, void *data)
{
	struct metrics *metrics = ((struct gathering *)data)->metrics;

	metrics->stats = *row;
	*metrics->version = 0;
	if (row_knows(row, SOCKPORT_A_STATS_VERSION))
		snprintf(metrics->version, sizeof(metrics->version), "%s", row->version);
	metrics->stats.version = metrics->version;
	return 0;
}

static int take_door(const struct door_row *row, void *data)
{
	((struct gathering *)data)->metrics->attempts += row->attempts;
	return 0;
}

static int take_port(const struct port_row *row, void *data)
{
	struct gathering *gathering = data;

	if (metrics_add(gathering->metrics, row))
		return 0;
	return failure_set(gathering->failure, EXIT_RUN, "out of memory");
}

static int take_program(const struct program_row *row, void *data)
{
	struct gathering *gathering = data;

	if (accounts_add(&gathering->units, row))
		return 0;
	return failure_set(gathering->failure, EXIT_RUN, "out of memory");
}

/* What programs did has no filter; older modules do not tell it. */
static int gather_units(struct client *client, struct gathering *gathering,
			const struct filter *filter)
{
	struct metrics *metrics = gathering->metrics;
	int error = 0;

	if (filter_keys(filter) || filter->plan ||
	    !row_knows(&metrics->stats, SOCKPORT_A_STATS_PROGRAMS))
		return 0;
	if (client_programs(client, take_program, gathering, gathering->failure))
		error = -1;
	else if (!metrics_units(metrics, &gathering->units))
		error = failure_set(gathering->failure, EXIT_RUN, "out of memory");
	accounts_free(&gathering->units);
	return error;
}

static uint64_t forgotten(const struct metrics *metrics)
{
	return row_knows(&metrics->stats, SOCKPORT_A_STATS_CLOSED_DOORS_LOST) ?
	       metrics->stats.values[SOCKPORT_A_STATS_CLOSED_DOORS_LOST] : 0;
}

/*
 * Attempts that are forgotten are counted elsewhere, so that all together never
 * become less; but not while some go from here to there.
 */
static int gather_doors(struct client *client, struct gathering *gathering)
{
	struct metrics *metrics = gathering->metrics;
	uint64_t before;
	int try;

	for (try = 0; try < TRIES; try++) {
		before = forgotten(metrics);
		metrics->attempts = before;
		if (client_doors(client, take_door, gathering, gathering->failure) ||
		    client_stats(client, take_stats, gathering, gathering->failure))
			return -1;
		if (before == forgotten(metrics))
			break;
	}
	return 0;
}

static int gather(struct client *client, struct metrics *metrics, const struct filter *filter,
		  struct failure *failure)
{
	const uint32_t want = SOCKPORT_WANT_HISTORY | SOCKPORT_WANT_DISTRIBUTIONS;
	struct gathering gathering = {
		.metrics = metrics,
		.units.by = ACCOUNTS_BY_UNIT,
		.failure = failure,
	};

	if (client_stats(client, take_stats, &gathering, failure) ||
	    client_ports(client, filter, want, take_port, &gathering, failure) ||
	    (stats_have_history(&metrics->stats) &&
	     (gather_units(client, &gathering, filter) || gather_doors(client, &gathering))))
		return -1;
	metrics_sort(metrics);
	return 0;
}

/* All is there before the first character is written. */
static int print(const struct metrics *metrics, const struct options *options,
		 struct failure *failure)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);
	int error = 0;

	if (stream)
		metrics_write(stream, metrics, options->format);
	if (!stream || fclose(stream))
		error = failure_set(failure, EXIT_RUN, "out of memory");
	else if (options->textfile)
		error = textfile_write(options->textfile, text, size, failure);
	else
		fwrite(text, 1, size, stdout);
	free(text);
	return error;
}

/**
 * metrics_print - write all there is to measure, in a form for Prometheus
 * @client: the client
 * @options: the form, and where to
 * @names: of network namespaces
 * @failure: what went wrong
 *
 * Errors of writing to stdout show in ferror(stdout).
 *
 * Return: 0 or -1.
 */
int metrics_print(struct client *client, const struct options *options, struct names *names,
		  struct failure *failure)
{
	struct metrics metrics = {
		.top = options->top,
		.names = options->all_netns ? names : NULL,
	};
	int error = gather(client, &metrics, &options->filter, failure);

	if (!error)
		error = print(&metrics, options, failure);
	metrics_free(&metrics);
	return error;
}
