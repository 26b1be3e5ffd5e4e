/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EVENTS_H
#define EVENTS_H

#include "cmd/options.h"
#include "columns/column.h"
#include "kernel/client.h"

int events_follow(struct client *client, const struct options *options, struct names *names,
		  const struct selection *selection, struct failure *failure);

#endif
