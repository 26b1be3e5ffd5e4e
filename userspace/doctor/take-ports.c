// SPDX-License-Identifier: GPL-2.0
/* What ports did between the looks. */
#include "doctor/take.h"

/* What it takes for a port to be of interest. */
static const unsigned int interesting[] = {
	SOCKPORT_A_HISTORY_LISTEN_DROPS, SOCKPORT_A_HISTORY_RETRANSMITTED_SEGMENTS,
	SOCKPORT_A_HISTORY_NO_LOCAL_PORT,
};

static int keep_port(const struct port_row *row, void *data)
{
	struct look *look = data;

	return snapshot_add_port(&look->ports, row) ? 0 : look_no_memory(look);
}

/**
 * take_ports - remember the counters of all ports
 * @look: the look
 *
 * Return: 0 or -1.
 */
int take_ports(struct look *look)
{
	const struct filter all = { 0 };

	if (client_ports(look->how.client, &all, SOCKPORT_WANT_HISTORY, keep_port, look,
			 look->failure))
		return -1;
	snapshot_sort(&look->ports);
	return 0;
}

static uint64_t accept_age(const struct port_row *row)
{
	return row_knows(row, SOCKPORT_A_PORT_ACCEPT_AGE) ? row->accept_age : 0;
}

static bool is_interesting(const struct port_row *row)
{
	size_t i;

	if (accept_age(row))
		return true;
	if (!row_knows(row, SOCKPORT_A_PORT_HISTORY))
		return false;
	for (i = 0; i < sizeof(interesting) / sizeof(*interesting); i++)
		if (row_knows(&row->history, interesting[i]) &&
		    row->history.values[interesting[i]])
			return true;
	return false;
}

static uint64_t total(const struct port_row *row, unsigned int counter)
{
	return row_knows(row, SOCKPORT_A_PORT_HISTORY) && row_knows(&row->history, counter) ?
	       row->history.values[counter] : 0;
}

static int take_grown(const struct port_row *row, void *data)
{
	struct look *look = data;
	struct port_row port = *row;
	struct grown *grown;

	snapshot_subtract(&look->ports, &port);
	if (!is_interesting(&port))
		return 0;
	grown = array_add(look, &look->grown, sizeof(*grown));
	if (!grown)
		return -1;
	*grown = (struct grown){
		.netns = take_netns(look, row_knows(row, SOCKPORT_A_PORT_NETNS), row->netns),
		.protocol = row->protocol,
		.role = row->role,
		.port = row->port,
		.since = total(row, SOCKPORT_A_HISTORY_FIRST_ACTIVE),
		.drops = total(row, SOCKPORT_A_HISTORY_LISTEN_DROPS),
		.accept_age = accept_age(row),
		.history = port.history,
	};
	return 0;
}

/**
 * take_ports_again - see what ports did meanwhile
 * @look: the look
 *
 * Return: 0 or -1.
 */
int take_ports_again(struct look *look)
{
	const uint32_t want = SOCKPORT_WANT_HISTORY | SOCKPORT_WANT_AGE;
	const struct filter all = { 0 };
	int error;

	error = client_ports(look->how.client, &all, want, take_grown, look, look->failure);
	if (!error || look->grown.count)
		return error;
	/* An older module knows of no ages. */
	*look->failure = (struct failure){ 0 };
	return client_ports(look->how.client, &all, SOCKPORT_WANT_HISTORY, take_grown, look,
			    look->failure);
}
