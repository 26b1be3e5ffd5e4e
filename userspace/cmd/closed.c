// SPDX-License-Identifier: GPL-2.0
/* The connections that ended or failed last. */
#include "cmd/closed.h"

#include "columns/printer.h"
#include "select/match.h"

/**
 * struct closed - which connections are shown, and where
 * @options: filter
 * @printer: shows them
 */
struct closed {
	const struct options *options;
	struct printer printer;
};

static int take_closed(const struct event_row *row, void *data)
{
	struct closed *closed = data;

	return match_event(&closed->options->filter, 0, row) ?
	       printer_row(&closed->printer, row) : 0;
}

/**
 * closed_print - print the connections that ended or failed last
 * @client: the client
 * @options: filter and form
 * @names: names of users and services
 * @selection: the columns
 * @failure: what went wrong
 *
 * Return: 0 or -1.
 */
int closed_print(struct client *client, const struct options *options, struct names *names,
		 const struct selection *selection, struct failure *failure)
{
	struct closed closed = {
		.options = options,
		.printer = printer_for(options->json, selection, names, failure),
	};
	int error;

	if (printer_begin(&closed.printer, options->no_header))
		return -1;
	error = client_closed(client, &options->filter, take_closed, &closed, failure);
	return printer_end(&closed.printer, !error);
}
