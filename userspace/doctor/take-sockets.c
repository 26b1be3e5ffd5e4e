// SPDX-License-Identifier: GPL-2.0
/* All sockets, once: who uses local ports, and what looks as if it were stuck. */
#include <stdlib.h>

#include "doctor/take.h"

static bool add_pool(struct space *space, const struct socket_row *row)
{
	if (!space->pools) {
		space->pools = calloc(1, sizeof(*space->pools));
		if (!space->pools)
			return false;
		space->pools->range = space->destinations.range;
	}
	return pools_add(space->pools, row);
}

static bool add_ports(struct look *look, const struct socket_row *row)
{
	struct space *space;

	if (!destination_takes_ports(row->protocol))
		return true;
	space = take_space(look, take_netns_of(look, row));
	if (!space)
		return false;
	return !space->has_range ||
	       (destinations_add(&space->destinations, row) && add_pool(space, row));
}

static int take_socket(const struct socket_row *row, void *data)
{
	struct look *look = data;

	return add_ports(look, row) && take_stuck_candidate(look, row) ? 0 : look_no_memory(look);
}

/**
 * take_sockets - look at all sockets that have ports
 * @look: the look
 *
 * Return: 0 or -1.
 */
int take_sockets(struct look *look)
{
	const struct filter filter = {
		.protocols = { .count = 4, .list = {
			SOCKPORT_PROTOCOL_TCP, SOCKPORT_PROTOCOL_UDP, SOCKPORT_PROTOCOL_UDPLITE,
			SOCKPORT_PROTOCOL_SCTP } },
	};

	return client_sockets(look->how.client, &filter,
			      SOCKPORT_WANT_QUEUES | SOCKPORT_WANT_TIMER, take_socket, look,
			      look->failure);
}
