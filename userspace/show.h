/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHOW_H
#define SHOW_H

#include "client.h"
#include "names.h"
#include "options.h"

int show_port(struct client *client, const struct options *options, struct names *names,
	      struct failure *failure);

#endif
