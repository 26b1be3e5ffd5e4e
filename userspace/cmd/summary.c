// SPDX-License-Identifier: GPL-2.0
/* How many sockets there are, and how near the limits are. */
#include "cmd/summary.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "columns/endpoint.h"
#include "columns/report.h"
#include "columns/tables.h"
#include "count/destinations.h"
#include "count/pools.h"
#include "count/tally.h"
#include "format/words.h"
#include "host/limit.h"
#include "table/escape.h"

/* Beside those that are read: the fullest backlog, and local ports. */
#define LIMITS		(LIMITS_READ + 2)
/* So many destinations are shown. */
#define TOP_DESTINATIONS	5

/**
 * struct summary - an answer in the making
 * @client: knows the kernel
 * @options: which sockets and the form
 * @names: names of interfaces and namespaces
 * @failure: what went wrong
 * @report: how it is shown
 * @selection: columns of the present section
 * @rows: columns and order of @tallies
 * @tallies: sockets by kind and state
 * @has_range: @destinations has a range
 * @available: ports that this range has
 * @destinations: who uses them
 * @pools: local ports by the address that they belong to
 * @has_somaxconn: @somaxconn is known
 * @somaxconn: net.core.somaxconn
 * @has_backlog: there is a listener whose backlog is known
 * @backlog: of the listener that is fullest
 * @limit: of its backlog
 * @listener: its kind and local end
 * @limits: all limits
 * @about: of the backlog
 * @about_ports: of local ports
 */
struct summary {
	struct client *client;
	const struct options *options;
	struct names *names;
	struct failure *failure;
	struct report report;
	struct selection selection;
	const struct selection *rows;
	struct tallies tallies;
	bool has_range;
	uint32_t available;
	struct destinations destinations;
	struct pools pools;
	bool has_somaxconn;
	uint64_t somaxconn;
	bool has_backlog;
	uint32_t backlog;
	uint32_t limit;
	char listener[ESCAPE_TEXT * ROW_NAME_MAX + WORD_MAX + 2];
	struct limit limits[LIMITS];
	char about[ESCAPE_TEXT * ROW_NAME_MAX + 100];
	char about_ports[200];
};

static int out_of_memory(struct summary *summary)
{
	return failure_set(summary->failure, EXIT_RUN, "out of memory");
}

/* a of a limit of b is fuller than c of d; one connection more than the limit can wait. */
static bool is_fuller(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	return a * (d + 1) > c * (b + 1);
}

static void note_listener(struct summary *summary, const struct socket_row *socket)
{
	char end[ESCAPE_TEXT * ROW_NAME_MAX + 1];
	struct sink sink;
	const char *kind = word_protocol(socket->protocol);

	if (!row_knows(socket, SOCKPORT_A_SOCKET_BACKLOG) ||
	    !row_knows(socket, SOCKPORT_A_SOCKET_BACKLOG_LIMIT))
		return;
	if (summary->has_backlog && !is_fuller(socket->backlog, socket->limit,
					       summary->backlog, summary->limit))
		return;
	summary->has_backlog = true;
	summary->backlog = socket->backlog;
	summary->limit = socket->limit;
	sink_init(&sink, SINK_TEXT, summary->names, false);
	sink.to = end;
	value_end_of(&sink, socket, ENDPOINT_LOCAL);
	*sink.to = 0;
	snprintf(summary->listener, sizeof(summary->listener), "%s %s", kind ? kind : "-", end);
}

/* The range is that of the namespace that we are in. */
static bool has_our_range(const struct summary *summary, const struct socket_row *socket)
{
	if (!summary->has_range)
		return false;
	return names_is_here(summary->names, row_knows(socket, SOCKPORT_A_SOCKET_NETNS) ?
					     socket->netns : 0);
}

static int take_socket(const struct socket_row *row, void *data)
{
	struct summary *summary = data;
	uint32_t netns = 0;

	if (summary->options->all_netns && row_knows(row, SOCKPORT_A_SOCKET_NETNS))
		netns = row->netns;
	if (!tallies_add(&summary->tallies, row, netns))
		return out_of_memory(summary);
	note_listener(summary, row);
	if (has_our_range(summary, row) && (!destinations_add(&summary->destinations, row) ||
					    !pools_add(&summary->pools, row)))
		return out_of_memory(summary);
	return 0;
}

static void set_backlog(struct summary *summary, struct limit *limit)
{
	*limit = (struct limit){ .name = "backlog", .about = summary->about };
	if (summary->has_backlog) {
		limit->known = 1u << LIMIT_USED | 1u << LIMIT_MAX;
		limit->used = summary->backlog;
		/* The kernel lets one more wait than listen(2) was told. */
		limit->max = summary->limit + 1ull;
	}
	snprintf(summary->about, sizeof(summary->about), "fullest listener%s%s",
		 summary->has_backlog ? ": " : "", summary->has_backlog ? summary->listener : "");
	if (summary->has_somaxconn)
		snprintf(summary->about + strlen(summary->about),
			 sizeof(summary->about) - strlen(summary->about),
			 "; net.core.somaxconn is %" PRIu64, summary->somaxconn);
}

/* Who binds to an address and lets the kernel choose the port gets one of these. */
static void set_local_ports(struct summary *summary, struct limit *limit)
{
	const struct pool *pool = pools_fullest(&summary->pools);
	const struct port_range *range = &summary->destinations.range;
	char *to = summary->about_ports;
	const char *kind = pool ? word_protocol(pool->protocol) : NULL;
	struct sink sink;

	*limit = (struct limit){ .name = "local_ports", .about = to };
	if (!summary->has_range) {
		strcpy(to, "local ports of an address, net.ipv4.ip_local_port_range");
		return;
	}
	limit->known = 1u << LIMIT_MAX;
	limit->max = summary->available;
	if (!summary->pools.overlooked)
		limit->known |= 1u << LIMIT_USED;
	limit->used = pool ? pool->used : 0;
	to += sprintf(to, "local ports %u-%u of the address with most in use%s%s%s", range->first,
		      range->last, pool ? ": " : "", kind ? kind : "", pool ? " " : "");
	if (!pool)
		return;
	sink_init(&sink, SINK_TEXT, summary->names, false);
	sink.to = to;
	value_address(&sink, pool->address, pool->size);
	*sink.to = 0;
}

/* Some belong to the network namespace. */
static void read_settings(struct summary *summary)
{
	const bool is_here = names_visit(summary->names);
	size_t i;

	summary->has_somaxconn = is_here && limits_somaxconn(&summary->somaxconn);
	limits_read(summary->limits, is_here);
	if (is_here)
		names_return(summary->names);
	summary->has_range = names_local_ports(summary->names, &summary->destinations.range,
					       &summary->available);
	summary->pools.range = summary->destinations.range;
	/* What this machine has now says nothing of what was. */
	for (i = 0; summary->options->replay && i < LIMITS_READ; i++)
		summary->limits[i].known = 0;
}

static int gather(struct summary *summary)
{
	struct destination *list;
	size_t i;

	read_settings(summary);
	if (client_sockets(summary->client, &summary->options->filter,
			   SOCKPORT_WANT_QUEUES | SOCKPORT_WANT_UNLISTED, take_socket, summary,
			   summary->failure))
		return -1;
	tallies_sort(&summary->tallies);
	destinations_sort(&summary->destinations);
	list = summary->destinations.hash.list;
	for (i = 0; i < summary->destinations.hash.count; i++)
		list[i].available = summary->available;
	set_backlog(summary, &summary->limits[LIMITS_READ]);
	set_local_ports(summary, &summary->limits[LIMITS_READ + 1]);
	return 0;
}

static void select_columns(struct summary *summary, const struct columns *columns)
{
	selection_default(&summary->selection, columns,
			  summary->options->json ? COLUMN_IN_JSON : COLUMN_IN_TEXT,
			  summary->options->numeric);
}

static void select_tallies(struct summary *summary)
{
	summary->selection = *summary->rows;
	if (summary->options->all_netns)
		selection_put_first(&summary->selection, &tally_columns, "netns");
}

static size_t count_top(const struct summary *summary)
{
	const size_t count = summary->destinations.hash.count;

	return count < TOP_DESTINATIONS ? count : TOP_DESTINATIONS;
}

static int put_destinations(struct summary *summary)
{
	const struct destinations *destinations = &summary->destinations;
	char title[100];

	snprintf(title, sizeof(title),
		 "\nDestinations with most local ports of %u-%u in use:\n",
		 destinations->range.first, destinations->range.last);
	select_columns(summary, &destination_columns);
	return report_rows(&summary->report, "destinations", title, &summary->selection,
			   destinations->hash.list, sizeof(struct destination),
			   count_top(summary));
}

/* Always in JSON; people are told only where there were any. */
static void put_overlooked(struct summary *summary)
{
	const uint64_t overlooked = summary->destinations.overlooked;

	if (summary->report.json) {
		report_key(&summary->report, "overlooked");
		value_u64(&summary->report.sink, overlooked);
		report_value(&summary->report);
	} else if (overlooked) {
		printf("There are too many destinations; overlooked sockets: %" PRIu64 "\n",
		       overlooked);
	}
}

static int put_sections(struct summary *summary)
{
	struct report *report = &summary->report;

	select_tallies(summary);
	if (report_rows(report, "sockets", NULL, &summary->selection, summary->tallies.list,
			sizeof(*summary->tallies.list), summary->tallies.count))
		return -1;
	if (!report->json)
		putchar('\n');
	select_columns(summary, &limit_columns);
	if (report_rows(report, "limits", NULL, &summary->selection, summary->limits,
			sizeof(*summary->limits), LIMITS) || put_destinations(summary))
		return -1;
	put_overlooked(summary);
	return 0;
}

static int put_report(struct summary *summary)
{
	summary->report.json = summary->options->json;
	summary->report.no_header = summary->options->no_header;
	if (report_begin(&summary->report, summary->names, summary->failure))
		return -1;
	return report_end(&summary->report, put_sections(summary));
}

/**
 * summary_print - print how many sockets there are, and the limits
 * @client: the client
 * @options: a filter, which does not change the limits, and the form
 * @names: names of interfaces and namespaces
 * @rows: columns and order of the kinds
 * @failure: what went wrong
 *
 * Return: 0 or -1.
 */
int summary_print(struct client *client, const struct options *options, struct names *names,
		  const struct selection *rows, struct failure *failure)
{
	struct summary summary = {
		.client = client,
		.options = options,
		.names = names,
		.failure = failure,
		.rows = rows,
	};
	int error = gather(&summary);

	if (!error)
		error = put_report(&summary);
	tallies_free(&summary.tallies);
	destinations_free(&summary.destinations);
	pools_free(&summary.pools);
	return error;
}
