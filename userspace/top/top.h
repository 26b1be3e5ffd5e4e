/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TOP_H
#define TOP_H

#include "cmd/options.h"
#include "host/names.h"
#include "kernel/client.h"

#ifndef WITHOUT_TOP
int top_run(struct client *client, const struct options *options, struct names *names,
	    struct failure *failure);
#else
static inline int top_run(struct client *client, const struct options *options,
			  struct names *names, struct failure *failure)
{
	(void)client;
	(void)options;
	(void)names;
	return failure_set(failure, EXIT_RUN, "top needs ncurses, without which sockport was built here");
}
#endif

#endif
