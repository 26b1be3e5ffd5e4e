/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LISTING_H
#define LISTING_H

#include "cmd/options.h"
#include "columns/column.h"
#include "host/names.h"
#include "kernel/client.h"

struct hash;

int listing_bounds(struct hash *bounds, struct client *client, const struct filter *filter,
		   struct failure *failure);
int listing_ports(struct client *client, const struct options *options, struct names *names,
		  const struct selection *selection, struct failure *failure);
int listing_sockets(struct client *client, const struct options *options, struct names *names,
		    const struct selection *selection, struct failure *failure);

#endif
