// SPDX-License-Identifier: GPL-2.0
#include "cmd/listing.h"

#include "columns/printer.h"

static int print_port(const struct port_row *row, void *printer)
{
	return printer_row(printer, row);
}

static int print_socket(const struct socket_row *row, void *printer)
{
	return printer_row(printer, row);
}

/**
 * listing_ports - print the port table
 * @client: the client
 * @options: filter and form
 * @names: names of users and services
 * @selection: the columns
 * @failure: what went wrong
 *
 * Return: 0 or -1.
 */
int listing_ports(struct client *client, const struct options *options, struct names *names,
		  const struct selection *selection, struct failure *failure)
{
	struct printer printer = {
		.form = options->json ? PRINT_JSON : PRINT_TABLE,
		.selection = selection,
		.names = names,
		.failure = failure,
	};
	int error;

	if (printer_begin(&printer, options->no_header))
		return -1;
	error = client_ports(client, &options->filter, selection->want, print_port, &printer,
			     failure);
	return printer_end(&printer, !error);
}

/**
 * listing_sockets - print sockets, as many as there are, in the memory of one
 * @client: the client
 * @options: filter and form
 * @names: names of users and services
 * @selection: the columns
 * @failure: what went wrong
 *
 * Return: 0 or -1.
 */
int listing_sockets(struct client *client, const struct options *options, struct names *names,
		    const struct selection *selection, struct failure *failure)
{
	struct printer printer = {
		.form = options->json ? PRINT_JSON : PRINT_TEXT,
		.selection = selection,
		.names = names,
		.failure = failure,
	};
	int error;

	if (printer_begin(&printer, options->no_header))
		return -1;
	error = client_sockets(client, &options->filter, selection->want | SOCKPORT_WANT_UNLISTED,
			       print_socket, &printer, failure);
	return printer_end(&printer, !error);
}
