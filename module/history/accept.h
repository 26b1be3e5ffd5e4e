/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_ACCEPT_H
#define SOCKPORT_ACCEPT_H

#include <linux/types.h>

#include "history/rows.h"

/* Processes of a port that are counted each on its own. */
#define SOCKPORT_WORKERS	32

/**
 * struct sockport_worker - a process that accepts connections of a port
 * @process: the process, as it was when it did so first
 * @accepts: connections
 * @last: jiffies when it accepted one last
 */
struct sockport_worker {
	struct sockport_opener	process;
	u64			accepts;
	unsigned long		last;
};

/**
 * struct sockport_workers - the processes that accept connections of a port
 * @others: connections that were accepted by processes that are not here, or no more
 * @count: how many are in @worker
 * @worker: each, in no order
 */
struct sockport_workers {
	u64			others;
	unsigned int		count;
	struct sockport_worker	worker[SOCKPORT_WORKERS];
};

int sockport_accepts_watch(void);
void sockport_accepts_unwatch(void);

#endif /* SOCKPORT_ACCEPT_H */
