/* SPDX-License-Identifier: GPL-2.0 */
#ifndef STATS_H
#define STATS_H

#include "client.h"
#include "names.h"
#include "options.h"

int stats_print(struct client *client, const struct options *options, struct names *names,
		struct failure *failure);

#endif
