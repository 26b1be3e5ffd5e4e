/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PROCESSES_H
#define PROCESSES_H

#include "kernel/rows.h"
#include "table/sink.h"

/* In text, so many processes are listed; JSON has all that are kept. */
#define PROCESSES_SHOWN	16

void value_comm(struct sink *sink, const char *comm);
void value_process(struct sink *sink, const char *comm, uint32_t pid);
void value_processes(struct sink *sink, const struct process_rows *processes);
void value_workers(struct sink *sink, const struct worker_rows *workers);

#endif
