/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PROGRAMS_H
#define PROGRAMS_H

#include "cmd/options.h"
#include "columns/column.h"
#include "host/names.h"
#include "kernel/client.h"

int programs_print(struct client *client, const struct options *options, struct names *names,
		   const struct selection *selection, struct failure *failure);

#endif
