/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CLOSED_H
#define CLOSED_H

#include "cmd/options.h"
#include "columns/column.h"
#include "kernel/client.h"

int closed_print(struct client *client, const struct options *options, struct names *names,
		 const struct selection *selection, struct failure *failure);

#endif
