/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RATES_H
#define RATES_H

#include "cmd/options.h"
#include "columns/column.h"
#include "kernel/client.h"

int rates_print(struct client *client, const struct options *options, struct names *names,
		const struct selection *selection, struct failure *failure);

#endif
