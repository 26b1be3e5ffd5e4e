/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHOW_HISTORY_H
#define SHOW_HISTORY_H

#include "failure.h"
#include "kernel/rows.h"
#include "table/sink.h"

struct port_history;

bool port_history_add(struct port_history **list, const struct port_row *row,
		      struct sink *sink);
int port_history_print(const struct port_history *list, struct failure *failure);
void port_history_free(struct port_history *list);

#endif
