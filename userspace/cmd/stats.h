/* SPDX-License-Identifier: GPL-2.0 */
#ifndef STATS_H
#define STATS_H

#include <stdbool.h>

#include "cmd/options.h"
#include "host/names.h"
#include "kernel/client.h"

bool stats_have_history(const struct stats_row *row);
int stats_print(struct client *client, const struct options *options, struct names *names,
		struct failure *failure);

#endif
