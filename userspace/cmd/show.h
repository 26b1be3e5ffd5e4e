/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHOW_H
#define SHOW_H

#include "cmd/options.h"
#include "columns/column.h"
#include "host/names.h"
#include "kernel/client.h"

int show_port(struct client *client, const struct options *options, struct names *names,
	      const struct selection *rows, struct failure *failure);

#endif
