// SPDX-License-Identifier: GPL-2.0
/* What Prometheus gets to know: all of it is asked for before the first line is written. */
#include "cmd/metrics.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/stats.h"
#include "count/accounts.h"
#include "host/textfile.h"
#include "table/output.h"

/* So often all is read again when it changed in between. */
#define TRIES	3

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

static int take_socket(const struct socket_row *row, void *data)
{
	struct gathering *gathering = data;

	if (metrics_add_socket(gathering->metrics, row))
		return 0;
	return failure_set(gathering->failure, EXIT_RUN, "out of memory");
}

/* Those that have ports; where only sums are wanted, what ports say does. */
static int gather_sockets(struct client *client, struct gathering *gathering,
			  const struct filter *filter)
{
	const uint32_t want = SOCKPORT_WANT_QUEUES | SOCKPORT_WANT_MEMORY | SOCKPORT_WANT_CGROUP;
	struct metrics *metrics = gathering->metrics;
	struct filter those = *filter;

	if (!metrics->top)
		return 0;
	filter_with_ports(&those);
	if (client_sockets(client, &those, want, take_socket, gathering, gathering->failure))
		return -1;
	return metrics_sort_sockets(metrics) ? 0 :
	       failure_set(gathering->failure, EXIT_RUN, "out of memory");
}

static int gather(struct client *client, struct metrics *metrics, struct names *names,
		  const struct filter *filter, struct failure *failure)
{
	const uint32_t want = SOCKPORT_WANT_HISTORY | SOCKPORT_WANT_DISTRIBUTIONS |
			      SOCKPORT_WANT_AGE;
	struct gathering gathering = {
		.metrics = metrics,
		.units.by = ACCOUNTS_BY_UNIT,
		.failure = failure,
	};

	if (!spaces_read(&metrics->around, names, metrics->names))
		return failure_set(failure, EXIT_RUN, "out of memory");
	if (client_stats(client, take_stats, &gathering, failure) ||
	    client_ports(client, filter, want, take_port, &gathering, failure) ||
	    (stats_have_history(&metrics->stats) &&
	     (gather_units(client, &gathering, filter) || gather_doors(client, &gathering))))
		return -1;
	metrics_sort(metrics);
	return gather_sockets(client, &gathering, filter);
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
		error = output_write(text, size, failure);
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
 * Return: 0 or -1.
 */
int metrics_print(struct client *client, const struct options *options, struct names *names,
		  struct failure *failure)
{
	struct metrics metrics = {
		.top = options->top,
		.names = options->all_netns ? names : NULL,
	};
	int error = gather(client, &metrics, names, &options->filter, failure);

	if (!error)
		error = print(&metrics, options, failure);
	metrics_free(&metrics);
	return error;
}
