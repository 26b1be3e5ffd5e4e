/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RATES_H
#define RATES_H

#include "client.h"
#include "column.h"
#include "options.h"

int rates_print(struct client *client, const struct options *options, struct names *names,
		const struct selection *selection, struct failure *failure);

#endif
