/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PROCESSES_H
#define PROCESSES_H

#include "kernel/rows.h"

/* Of the name of a process, so many characters are shown; the kernel has 15. */
#define COMM_MAX	31
/* In text, so many processes are listed; JSON has all that are kept. */
#define PROCESSES_SHOWN	16

char *processes_put_comm(char *to, const struct process_row *process);
char *processes_put_comm_json(char *to, const char *comm);
char *processes_put(char *to, const struct process_rows *processes);
char *processes_put_json(char *to, const struct process_rows *processes);

#endif
