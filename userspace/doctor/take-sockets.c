// SPDX-License-Identifier: GPL-2.0
/* All sockets, once: who uses local ports, and what looks as if it were stuck. */
#include "doctor/take.h"

static int take_socket(const struct socket_row *row, void *data)
{
	struct look *look = data;

	return spaces_add_socket(&look->spaces, row) && take_stuck_candidate(look, row) ? 0 :
	       look_no_memory(look);
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
