// SPDX-License-Identifier: GPL-2.0
#include "cmd/listing.h"

#include "columns/printer.h"
#include "count/bound.h"

/* A listing of ports, of those alone that have sockets or not, that tells where they are bound. */
struct ports {
	struct printer printer;
	struct hash bounds;
	bool is_alive;
};

/* Programs get all; who looks, what there is, unless something else was asked for. */
static bool wants_alive(const struct options *options)
{
	return !options->json && !options->all_states && !options->filter.ports.count;
}

static int print_port(const struct port_row *row, void *data)
{
	struct ports *ports = data;
	struct port_row found;

	if (ports->is_alive && row_knows(row, SOCKPORT_A_PORT_SOCKETS) && !row->sockets)
		return 0;
	if (!ports->bounds.count)
		return printer_row(&ports->printer, row);
	found = *row;
	found.bound = bound_find(&ports->bounds, row);
	return printer_row(&ports->printer, &found);
}

struct asking {
	struct hash *bounds;
	struct failure *failure;
};

static int take_listener(const struct socket_row *row, void *data)
{
	const struct asking *asking = data;

	return bound_add(asking->bounds, row) ? 0 :
	       failure_set(asking->failure, EXIT_RUN, "out of memory");
}

/**
 * listing_bounds - where ports are bound
 * @bounds: gets it, see count/bound.h; hash_free() it whatever happens
 * @client: the client
 * @filter: which ports
 * @failure: what went wrong
 *
 * Rows of ports do not say it, so the listeners are asked.
 *
 * Return: 0 or -1.
 */
int listing_bounds(struct hash *bounds, struct client *client, const struct filter *filter,
		   struct failure *failure)
{
	const uint32_t listening = 1u << SOCKPORT_STATE_LISTEN | 1u << SOCKPORT_STATE_CLOSE;
	struct asking asking = { bounds, failure };
	struct filter of = *filter;

	of.tcp_states = of.tcp_states ? of.tcp_states & listening : listening;
	of.datagram_states = of.datagram_states ? of.datagram_states & listening : listening;
	if (!of.tcp_states || !of.datagram_states)
		return 0;
	return client_sockets(client, &of, 0, take_listener, &asking, failure);
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
	struct ports ports = {
		.printer = printer_for(options->json, selection, names, failure),
		.is_alive = wants_alive(options),
	};
	struct failure unbound = { 0 };
	int error, missed = 0;

	if (selection_has(selection, "bound"))
		missed = listing_bounds(&ports.bounds, client, &options->filter, &unbound);
	error = printer_begin(&ports.printer, options->no_header);
	if (!error) {
		error = client_ports(client, &options->filter, selection->want, print_port,
				     &ports, failure);
		error = printer_end(&ports.printer, !error);
	}
	hash_free(&ports.bounds);
	/* Ports are told all the same; what is not ours to know is unknown. */
	if (error || !missed || unbound.unavailable)
		return error;
	*failure = unbound;
	return missed;
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
	struct printer printer = printer_for(options->json, selection, names, failure);
	int error;

	if (!options->json)
		printer.form = PRINT_TEXT;
	if (printer_begin(&printer, options->no_header))
		return -1;
	error = client_sockets(client, &options->filter, selection->want | SOCKPORT_WANT_UNLISTED,
			       print_socket, &printer, failure);
	return printer_end(&printer, !error);
}
