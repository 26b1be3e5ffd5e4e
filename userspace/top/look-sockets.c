// SPDX-License-Identifier: GPL-2.0
/* Sockets, and those that ended. There may be a million: only what is shown is kept. */
#include "cmd/kill.h"
#include "select/match.h"
#include "top/look.h"

static int take_socket(const struct socket_row *row, void *data)
{
	struct top_look *look = data;
	struct row_about about = { .protocol = row->protocol };

	if (!top_rows_wants(&look->next, row))
		return 0;
	about.has_port = row_knows(row, SOCKPORT_A_SOCKET_LOCAL_PORT);
	about.port = row->role == SOCKPORT_ROLE_OUT ? row->remote_port : row->local_port;
	about.has_target = destroy_target(&about.target, row);
	about.is_own = kill_is_own(&look->session, row);
	return top_rows_keep(&look->next, row, &about, NULL) ? 0 : look_out_of_memory(look);
}

/**
 * look_sockets - see struct listing
 * @look: the look
 *
 * Return: 0 or -1.
 */
int look_sockets(struct top_look *look)
{
	return client_sockets(look->client, &look->options.filter,
			      look->selection.want | SOCKPORT_WANT_COOKIE | SOCKPORT_WANT_UNLISTED,
			      take_socket, look, look->failure);
}

static int take_closed(const struct event_row *row, void *data)
{
	const struct row_about about = {
		.port = row->port, .protocol = row->protocol,
		.has_port = row_knows(row, SOCKPORT_A_EVENT_PORT),
	};
	struct top_look *look = data;

	return match_event(&look->options.filter, 0, row) ? look_keep(look, row, &about, NULL) : 0;
}

/**
 * look_closed - see struct listing
 * @look: the look
 *
 * Return: 0 or -1.
 */
int look_closed(struct top_look *look)
{
	return client_closed(look->client, &look->options.filter, take_closed, look,
			     look->failure);
}
