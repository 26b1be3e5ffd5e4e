/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KILL_H
#define KILL_H

#include "cmd/options.h"
#include "columns/column.h"
#include "host/session.h"
#include "kernel/client.h"

bool kill_is_own(const struct session *session, const struct socket_row *row);
int kill_sockets(struct client *client, const struct options *options, struct names *names,
		 const struct selection *selection, struct failure *failure);

#endif
