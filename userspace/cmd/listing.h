/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LISTING_H
#define LISTING_H

#include "cmd/options.h"
#include "columns/column.h"
#include "host/names.h"
#include "kernel/client.h"

int listing_ports(struct client *client, const struct options *options, struct names *names,
		  const struct selection *selection, struct failure *failure);
int listing_sockets(struct client *client, const struct options *options, struct names *names,
		    const struct selection *selection, struct failure *failure);

#endif
