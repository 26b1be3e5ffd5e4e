/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_ACCEPTOR_H
#define SOCKPORT_ACCEPTOR_H

#include <linux/sched.h>
#include <linux/types.h>

struct sock;
struct sockport_history;

/**
 * struct sockport_acceptor - who listened where a connection came in
 * @pid: process, in the initial pid namespace, 0 when nobody knows
 * @since: microseconds of the monotonic clock when it began to listen
 * @comm: name of the process
 */
struct sockport_acceptor {
	pid_t	pid;
	u64	since;
	char	comm[TASK_COMM_LEN];
};

void sockport_acceptor_find(struct sockport_acceptor *acceptor,
			    const struct sockport_history *row,
			    const struct sock *sk);
void sockport_acceptor_guess(struct sockport_acceptor *acceptor,
			     const struct sockport_history *row,
			     const struct sock *sk);

#endif /* SOCKPORT_ACCEPTOR_H */
