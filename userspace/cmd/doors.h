/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DOORS_H
#define DOORS_H

#include "cmd/options.h"
#include "columns/column.h"
#include "kernel/client.h"

/**
 * struct doors - ports where nobody listens; zeroed before use
 * @list: the ports
 * @count: how many there are
 * @room: for how many @list has room
 */
struct doors {
	struct door_row *list;
	size_t count;
	size_t room;
};

bool doors_add(struct doors *doors, const struct door_row *row);
void doors_count_sources(struct doors *doors);
void doors_sort(struct doors *doors);
void doors_free(struct doors *doors);
int doors_print(struct client *client, const struct options *options, struct names *names,
		const struct selection *selection, struct failure *failure);

#endif
