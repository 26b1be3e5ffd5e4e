/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CLOSED_H
#define CLOSED_H

#include "cmd/options.h"
#include "columns/column.h"
#include "kernel/client.h"

bool closed_holds(const struct expression_plan *plan, const struct event_row *event);
bool closed_is_wanted(const struct options *options, const struct event_row *event);
int closed_print(struct client *client, const struct options *options, struct names *names,
		 const struct selection *selection, struct failure *failure);

#endif
