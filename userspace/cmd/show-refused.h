/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHOW_REFUSED_H
#define SHOW_REFUSED_H

#include "cmd/doors.h"
#include "columns/report.h"
#include "kernel/client.h"

/**
 * struct refused - calls of a port that found nobody there
 * @doors: of the port, those with most attempts first
 * @known: we may see them
 */
struct refused {
	struct doors doors;
	bool known;
};

int refused_ask(struct refused *refused, struct client *client, const struct options *options,
		struct failure *failure);
int refused_put(const struct refused *refused, struct report *report,
		const struct options *options);

#endif
