// SPDX-License-Identifier: GPL-2.0
/* How many sockets there are, and how near the limits are. */
#include "cmd/summary.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "columns/endpoint.h"
#include "count/destinations.h"
#include "count/tally.h"
#include "format/number.h"
#include "format/words.h"
#include "host/limit.h"
#include "table/json.h"
#include "table/table.h"

/* So many destinations are shown. */
#define TOP_DESTINATIONS	5

/**
 * struct summary - an answer in the making
 * @client: knows the kernel
 * @options: which sockets and the form
 * @names: names of interfaces and namespaces
 * @failure: what went wrong
 * @output: of JSON
 * @selection: columns of the present section
 * @tallies: sockets by kind and state
 * @has_range: @destinations has a range
 * @available: ports that this range has
 * @destinations: who uses them
 * @has_backlog: there is a listener whose backlog is known
 * @backlog: of the listener that is fullest
 * @limit: of its backlog
 * @listener: its kind and local end
 * @limits: all limits, the last one is somaxconn
 * @about: of somaxconn
 */
struct summary {
	struct client *client;
	const struct options *options;
	struct names *names;
	struct failure *failure;
	struct output output;
	struct selection selection;
	struct tallies tallies;
	bool has_range;
	uint32_t available;
	struct destinations destinations;
	bool has_backlog;
	uint32_t backlog;
	uint32_t limit;
	char listener[160];
	struct limit limits[LIMITS_READ + 1];
	char about[300];
};

static int out_of_memory(struct summary *summary)
{
	return failure_set(summary->failure, EXIT_RUN, "out of memory");
}

/* a / b is larger than c / d, where a limit of 0 lets one connection wait. */
static bool is_fuller(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	return a * (d ? d : 1) > c * (b ? b : 1);
}

static void note_listener(struct summary *summary, const struct socket_row *socket)
{
	char end[VALUE_MAX];
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
	*endpoint_put(end, socket, ENDPOINT_LOCAL, summary->names) = 0;
	snprintf(summary->listener, sizeof(summary->listener), "%s %.140s", kind ? kind : "-", end);
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
	if (has_our_range(summary, row) && !destinations_add(&summary->destinations, row))
		return out_of_memory(summary);
	return 0;
}

static void set_somaxconn(struct summary *summary, struct limit *limit, bool is_here)
{
	uint64_t max = 0;
	const bool has_max = is_here && limits_somaxconn(&max);

	*limit = (struct limit){ .name = "backlog", .about = summary->about };
	if (summary->has_backlog) {
		limit->known = 1u << LIMIT_USED | 1u << LIMIT_MAX;
		limit->used = summary->backlog;
		limit->max = summary->limit;
	}
	snprintf(summary->about, sizeof(summary->about), "fullest listener%s%s",
		 summary->has_backlog ? ": " : "", summary->has_backlog ? summary->listener : "");
	if (has_max)
		snprintf(summary->about + strlen(summary->about),
			 sizeof(summary->about) - strlen(summary->about),
			 "; net.core.somaxconn is %" PRIu64, max);
}

static int gather(struct summary *summary)
{
	const bool is_here = names_is_here(summary->names, 0);
	size_t i;

	summary->has_range = is_here && limits_local_ports(&summary->destinations.range,
							   &summary->available);
	if (client_sockets(summary->client, &summary->options->filter,
			   SOCKPORT_WANT_QUEUES | SOCKPORT_WANT_UNLISTED, take_socket, summary,
			   summary->failure))
		return -1;
	tallies_sort(&summary->tallies);
	destinations_sort(&summary->destinations);
	for (i = 0; i < summary->destinations.count; i++)
		summary->destinations.list[i].available = summary->available;
	limits_read(summary->limits, is_here);
	set_somaxconn(summary, &summary->limits[LIMITS_READ], is_here);
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
	select_columns(summary, &tally_columns);
	if (summary->options->all_netns)
		selection_put_first(&summary->selection, &tally_columns, "netns");
}

static int print_rows(struct summary *summary, const void *rows, size_t size, size_t count)
{
	struct table *table = table_new(&summary->selection, summary->options->no_header);
	int error = 0;
	size_t i;

	if (!table)
		return out_of_memory(summary);
	for (i = 0; i < count && !error; i++)
		if (!table_row(table, (const char *)rows + i * size, summary->names))
			error = out_of_memory(summary);
	if (!error)
		error = table_print(table, summary->failure);
	table_free(table);
	return error;
}

static size_t count_top(const struct summary *summary)
{
	const size_t count = summary->destinations.count;

	return count < TOP_DESTINATIONS ? count : TOP_DESTINATIONS;
}

static int print_destinations(struct summary *summary)
{
	const struct destinations *destinations = &summary->destinations;

	if (!destinations->count)
		return 0;
	printf("\nDestinations with most local ports of %u-%u in use:\n",
	       destinations->range.first, destinations->range.last);
	select_columns(summary, &destination_columns);
	if (print_rows(summary, destinations->list, sizeof(*destinations->list),
		       count_top(summary)))
		return -1;
	if (destinations->overlooked)
		printf("There are too many destinations; overlooked sockets: %" PRIu64 "\n",
		       destinations->overlooked);
	return 0;
}

static int print_text(struct summary *summary)
{
	select_tallies(summary);
	if (print_rows(summary, summary->tallies.list, sizeof(*summary->tallies.list),
		       summary->tallies.count))
		return -1;
	putchar('\n');
	select_columns(summary, &limit_columns);
	if (print_rows(summary, summary->limits, sizeof(*summary->limits), LIMITS_READ + 1))
		return -1;
	return print_destinations(summary);
}

static bool put_rows(struct summary *summary, const char *key, const void *rows, size_t size,
		     size_t count)
{
	bool is_first = true;
	size_t i;

	json_put(&summary->output, key);
	json_array_begin(&summary->output);
	for (i = 0; i < count; i++)
		if (!json_array_row(&summary->output, &is_first, &summary->selection,
				    (const char *)rows + i * size, summary->names))
			return false;
	json_array_end(&summary->output, is_first);
	return true;
}

static bool put_sections(struct summary *summary)
{
	select_tallies(summary);
	if (!put_rows(summary, "{\"sockets\":", summary->tallies.list,
		      sizeof(*summary->tallies.list), summary->tallies.count))
		return false;
	select_columns(summary, &limit_columns);
	if (!put_rows(summary, ",\n\"limits\":", summary->limits, sizeof(*summary->limits),
		      LIMITS_READ + 1))
		return false;
	select_columns(summary, &destination_columns);
	return put_rows(summary, ",\n\"destinations\":", summary->destinations.list,
			sizeof(*summary->destinations.list), count_top(summary));
}

static int print_json(struct summary *summary)
{
	if (output_open(&summary->output, STDOUT_FILENO, summary->failure))
		return -1;
	if (put_sections(summary)) {
		json_put(&summary->output, ",\n\"overlooked\":");
		summary->output.next = number_put(summary->output.next,
						  summary->destinations.overlooked);
		json_put(&summary->output, "}\n");
	}
	return output_close(&summary->output, summary->failure);
}

/**
 * summary_print - print how many sockets there are, and the limits
 * @client: the client
 * @options: a filter, which does not change the limits, and the form
 * @names: names of interfaces and namespaces
 * @failure: what went wrong
 *
 * Return: 0 or -1.
 */
int summary_print(struct client *client, const struct options *options, struct names *names,
		  struct failure *failure)
{
	struct summary summary = {
		.client = client,
		.options = options,
		.names = names,
		.failure = failure,
	};
	int error = gather(&summary);

	if (!error)
		error = options->json ? print_json(&summary) : print_text(&summary);
	tallies_free(&summary.tallies);
	destinations_free(&summary.destinations);
	return error;
}
