/* SPDX-License-Identifier: GPL-2.0 */
#ifndef WHO_H
#define WHO_H

#include "client.h"
#include "names.h"
#include "options.h"

int who_print(struct client *client, const struct options *options, struct names *names,
	      struct failure *failure);

#endif
