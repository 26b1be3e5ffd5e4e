/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_CHURN_H
#define TESTS_CHURN_H

#include <stdint.h>
#include <sys/types.h>

#define CHURN_WORKERS	8

/**
 * struct churn - processes that open and close sockets as fast as they can
 * @count: of the sockets or connections that each has closed again; shared
 */
struct churn {
	volatile uint64_t	*count;
	pid_t			pid[CHURN_WORKERS];
	unsigned int		workers;
};

void churn_begin(struct churn *churn);
/*
 * Add a worker to the namespace that the caller is in now:
 * TCP connections to a listener that the worker inherits and accepts from,
 * UDP sockets bound to a port, TCP sockets bound to a port.
 */
void churn_connections(struct churn *churn, int listener, const char *address);
void churn_datagrams(struct churn *churn, uint16_t port);
void churn_idle(struct churn *churn, uint16_t port);

uint64_t churn_count(const struct churn *churn);
void churn_end(struct churn *churn);

#endif
