/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ELSEWHERE_H
#define ELSEWHERE_H

#include <stddef.h>

#include "cmd/options.h"
#include "host/names.h"
#include "kernel/client.h"
#include "table/escape.h"

/* Room for the longest hint. */
#define ELSEWHERE_MAX	(100 + ESCAPE_TEXT * NETNS_NAME_MAX)

bool elsewhere_port(char hint[ELSEWHERE_MAX], struct client *client,
		    const struct options *options, const struct filter *filter,
		    bool is_open, struct names *names);
void elsewhere_process(char hint[ELSEWHERE_MAX], struct client *client,
		       const struct options *options, struct names *names);

#endif
