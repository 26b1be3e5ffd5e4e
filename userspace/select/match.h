/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MATCH_H
#define MATCH_H

#include "kernel/rows.h"
#include "select/filter.h"

/* What the kernel does not filter itself can be filtered by these. */
#define MATCH_EVENT_KEYS	(FILTER_KEYS_ALL & ~FILTER_KEY(STATE))
#define MATCH_DOOR_KEYS		(FILTER_KEY(PROTOCOL) | FILTER_KEY(FAMILY) | FILTER_KEY(PORT) | \
				 FILTER_KEY(REMOTE))
/* Of a port table that was counted before, rows can be chosen by these. */
#define MATCH_PORT_KEYS		(FILTER_KEY(PROTOCOL) | FILTER_KEY(ROLE) | FILTER_KEY(PORT))

bool match_expression(const struct expression_plan *plan, const struct event_row *event);
bool match_event(const struct filter *filter, uint32_t types, const struct event_row *event);
bool match_door(const struct filter *filter, const struct door_row *door);
bool match_socket(const struct filter *filter, const struct socket_row *row);
bool match_port(const struct filter *filter, const struct port_row *row);

#endif
