/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_OPENER_H
#define SOCKPORT_OPENER_H

#include <linux/sched.h>
#include <linux/types.h>

struct pid_namespace;
struct sock;
struct sockport_history;
struct sockport_opener;

void sockport_history_comm(char comm[TASK_COMM_LEN]);
void sockport_history_open(struct sockport_history *row,
			   const struct sock *sk);
pid_t sockport_opener_pid(const struct sockport_opener *opener,
			  struct pid_namespace *pid_ns);

#endif /* SOCKPORT_OPENER_H */
