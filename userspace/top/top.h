/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TOP_H
#define TOP_H

#include "cmd/options.h"
#include "host/names.h"
#include "kernel/client.h"

int top_run(struct client *client, const struct options *options, struct names *names,
	    struct failure *failure);

#endif
