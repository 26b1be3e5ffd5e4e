// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/doors.h"
#include "cmd/events.h"
#include "cmd/listing.h"
#include "cmd/metrics.h"
#include "cmd/options.h"
#include "cmd/rates.h"
#include "cmd/show.h"
#include "cmd/stats.h"
#include "cmd/summary.h"
#include "cmd/who.h"
#include "columns/tables.h"
#include "host/netns.h"
#include "host/place.h"
#include "kernel/client.h"
#include "table/output.h"

/* What ports did meanwhile is another question than what they are. */
#define RATE_COLUMNS	"proto,role,port,service,state,connections,accepted,opened,failed,"	\
			"bytes_in,bytes_out,retransmits,listen_drops"
#define RATE_NUMERIC	"proto,role,port,state,connections,accepted,opened,failed,"	\
			"bytes_in,bytes_out,retransmits,listen_drops"

static int select_rates(struct selection *selection, const struct options *options,
			struct failure *failure)
{
	selection->per_second = true;
	if (options->json)
		return selection_parse(selection, &port_columns, "+seconds,restarted", failure);
	if (options->columns && *options->columns != '+')
		return 0;
	return selection_parse(selection, &port_columns,
			       options->numeric ? RATE_NUMERIC : RATE_COLUMNS, failure);
}

/* What options ask for comes on top of the columns, chosen or not. */
static int select_columns(struct selection *selection, const struct columns *columns,
			  const char *processes, const struct options *options,
			  struct failure *failure)
{
	selection_default(selection, columns, options->json ? COLUMN_IN_JSON | COLUMN_IN_DUMP : COLUMN_IN_TEXT,
			  options->numeric);
	if ((options->since || options->interval) && select_rates(selection, options, failure))
		return -1;
	if (options->columns && selection_parse(selection, columns, options->columns, failure))
		return -1;
	if (options->all_netns)
		selection_put_first(selection, columns, "netns");
	return options->processes ? selection_parse(selection, columns, processes, failure) : 0;
}

/* What makes no sense is told before the kernel is asked. */
static int prepare(struct selection *selection, const struct options *options,
		   struct failure *failure)
{
	switch (options->command) {
	case COMMAND_PORTS:
		return select_columns(selection, &port_columns,
				      options->json ? "+processes,more_processes,kernel" : "+processes",
				      options, failure);
	case COMMAND_SOCKETS:
		return select_columns(selection, &socket_columns,
				      options->json ? "+processes,process_count,by_port,remembered,kernel" :
						      "+processes", options, failure);
	case COMMAND_EVENTS:
		return select_columns(selection, &event_columns, NULL, options, failure);
	case COMMAND_DOORS:
		return select_columns(selection, &door_columns, NULL, options, failure);
	default:
		return 0;
	}
}

static int answer(struct client *client, const struct options *options, struct names *names,
		  const struct selection *selection, struct failure *failure)
{
	switch (options->command) {
	case COMMAND_PORTS:
		if (options->since || options->interval)
			return rates_print(client, options, names, selection, failure);
		return listing_ports(client, options, names, selection, failure);
	case COMMAND_SOCKETS:
		return listing_sockets(client, options, names, selection, failure);
	case COMMAND_SHOW:
		return show_port(client, options, names, failure);
	case COMMAND_WHO:
		return who_print(client, options, names, failure);
	case COMMAND_SUMMARY:
		return summary_print(client, options, names, failure);
	case COMMAND_EVENTS:
		return events_follow(client, options, names, selection, failure);
	case COMMAND_DOORS:
		return doors_print(client, options, names, selection, failure);
	case COMMAND_METRICS:
		return metrics_print(client, options, failure);
	case COMMAND_RESET:
		return client_reset(client, failure);
	default:
		return stats_print(client, options, names, failure);
	}
}

/* The kernel is asked by descriptor; settings and interfaces need us to be there. */
static int ask_about(struct client *client, int netns, struct place *place,
		     const struct options *options, const struct selection *selection, struct failure *failure)
{
	struct names *names = names_new(options->numeric);
	int error;

	if (!names)
		return failure_set(failure, EXIT_RUN, "out of memory");
	if (!options_enter_netns(options))
		client_ask_netns(client, netns, options->all_netns);
	if (place->is_other)
		names_set_place(names, place);
	else if (netns >= 0)
		names_set_elsewhere(names);
	error = answer(client, options, names, selection, failure);
	names_free(names);
	return error;
}

/* A socket is about the namespace that it was made in. */
static struct client *open_client(struct place *place, const struct options *options,
				  struct failure *failure)
{
	struct client *client;

	if (!options_enter_netns(options))
		return client_open(failure);
	if (!place_visit(place)) {
		failure_set(failure, EXIT_RUN, "cannot enter the network namespace: %s",
			    strerror(errno));
		return NULL;
	}
	client = client_open(failure);
	place_return(place);
	return client;
}

static int ask(const struct options *options, struct failure *failure)
{
	struct selection selection;
	struct place place = { 0 };
	struct client *client;
	int error = -1, netns = -1;

	if (prepare(&selection, options, failure))
		return -1;
	if (options->netns && netns_open_named(options->netns, &netns, failure))
		return -1;
	if (netns >= 0 && !place_open(&place, netns) && options_enter_netns(options))
		return failure_set(failure, EXIT_RUN,
				   "cannot enter the network namespace '%.100s': %s: ask again as root",
				   options->netns, strerror(errno));
	client = open_client(&place, options, failure);
	if (client)
		error = ask_about(client, netns, &place, options, &selection, failure);
	client_close(client);
	place_close(&place);
	if (netns >= 0)
		close(netns);
	return error;
}

static int run(int argc, char **argv, struct failure *failure)
{
	struct options options;

	if (output_check_standard(failure) || options_parse(&options, argc, argv, failure))
		return -1;
	if (options.help)
		options_help();
	else if (options.version)
		puts("sockport " VERSION);
	else
		return ask(&options, failure);
	return 0;
}

int main(int argc, char **argv)
{
	struct failure failure = { 0 };
	int error;

	/* What characters the terminal can show; numbers and messages stay as they are. */
	setlocale(LC_CTYPE, "");
	error = run(argc, argv, &failure);

	/* What was printed before it failed comes before why. */
	if (error)
		fflush(stdout);
	else
		error = output_close_standard(&failure);
	if (!error || failure.stopped)
		return EXIT_SUCCESS;
	fprintf(stderr, "sockport: %s\n", failure.text);
	return failure.status;
}
