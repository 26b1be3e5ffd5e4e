// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>

#include "client.h"
#include "listing.h"
#include "options.h"
#include "output.h"
#include "port-columns.h"
#include "show.h"
#include "socket-columns.h"
#include "stats.h"

static int select_columns(struct selection *selection, const struct columns *columns,
			  const struct options *options, struct failure *failure)
{
	selection_default(selection, columns, options->json ? COLUMN_IN_JSON : COLUMN_IN_TEXT,
			  options->numeric);
	if (!options->columns)
		return 0;
	return selection_parse(selection, columns, options->columns, failure);
}

/* What makes no sense is told before the kernel is asked. */
static int prepare(struct selection *selection, const struct options *options,
		   struct failure *failure)
{
	switch (options->command) {
	case COMMAND_PORTS:
		return select_columns(selection, &port_columns, options, failure);
	case COMMAND_SOCKETS:
		return select_columns(selection, &socket_columns, options, failure);
	default:
		return 0;
	}
}

static int answer(struct client *client, const struct options *options, struct names *names,
		  const struct selection *selection, struct failure *failure)
{
	switch (options->command) {
	case COMMAND_PORTS:
		return listing_ports(client, options, names, selection, failure);
	case COMMAND_SOCKETS:
		return listing_sockets(client, options, names, selection, failure);
	case COMMAND_SHOW:
		return show_port(client, options, names, failure);
	default:
		return stats_print(client, options, names, failure);
	}
}

static int ask(const struct options *options, struct failure *failure)
{
	struct selection selection;
	struct client *client;
	struct names *names;
	int error = -1;

	if (prepare(&selection, options, failure))
		return -1;
	client = client_open(failure);
	if (!client)
		return -1;
	names = names_new(options->numeric);
	if (names)
		error = answer(client, options, names, &selection, failure);
	else
		failure_set(failure, EXIT_RUN, "out of memory");
	names_free(names);
	client_close(client);
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
	int error = run(argc, argv, &failure);

	if (!error)
		error = output_close_standard(&failure);
	if (!error)
		return EXIT_SUCCESS;
	fflush(stdout);
	fprintf(stderr, "sockport: %s\n", failure.text);
	return failure.status;
}
