/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_OPENER_H
#define SOCKPORT_OPENER_H

#include <linux/sched.h>
#include <linux/string.h>
#include <linux/types.h>

struct pid_namespace;
struct sockport_history;
struct sockport_opener;
struct sockport_program;

/**
 * sockport_history_comm - the name that goes with the number of a process
 * @comm: where to put the current one's, its first thread's; zeros follow it
 *
 * Context: process. The lock that guards names must not be taken under ours,
 * which softirqs take too: who is named anew meanwhile gets a mixture.
 */
static inline void sockport_history_comm(char comm[TASK_COMM_LEN])
{
	/* The kernel pads them, too. */
	memcpy(comm, current->group_leader->comm, TASK_COMM_LEN);
	comm[TASK_COMM_LEN - 1] = '\0';
}

bool sockport_opener_is_current(const struct sockport_opener *opener);
void sockport_opener_note(struct sockport_opener *opener,
			  const struct sockport_program *program);
void sockport_history_open(struct sockport_history *row,
			   const struct sockport_program *program);
u64 sockport_pid_ns_started(struct pid_namespace *pid_ns);
pid_t sockport_opener_pid(const struct sockport_opener *opener,
			  struct pid_namespace *pid_ns);

#endif /* SOCKPORT_OPENER_H */
