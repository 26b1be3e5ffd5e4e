// SPDX-License-Identifier: GPL-2.0
/* The processes of a socket or port, in one value. */
#include "columns/processes.h"

#include <string.h>

static unsigned int at_most(const struct process_rows *processes, unsigned int max)
{
	return processes->count < max ? processes->count : max;
}

static const char *comm_of(const struct process_row *process)
{
	return row_knows(process, SOCKPORT_A_PROCESS_COMM) ? process->comm : NULL;
}

/**
 * value_comm - the name of a process
 * @sink: takes it
 * @comm: the name; NULL if it is not known
 */
void value_comm(struct sink *sink, const char *comm)
{
	if (!comm)
		return;
	value_begin(sink);
	sink_text(sink, comm, strnlen(comm, COMM_MAX));
	value_end(sink);
}

/* COMM[PID], where a name cannot have brackets of its own. */
static void put_process(struct sink *sink, const char *comm, uint32_t pid)
{
	if (comm)
		sink_text(sink, comm, strnlen(comm, COMM_MAX));
	sink_char(sink, '[');
	sink_number(sink, pid);
	sink_char(sink, ']');
}

/**
 * value_process - a process as COMM[PID]
 * @sink: takes it
 * @comm: its name; NULL if it is not known
 * @pid: its number
 */
void value_process(struct sink *sink, const char *comm, uint32_t pid)
{
	value_begin(sink);
	put_process(sink, comm, pid);
	value_end(sink);
}

/* A member of an object. */
static void put_member(struct sink *sink, const char *key, const struct process_row *process,
		       unsigned int attribute, uint32_t value)
{
	value_object_key(sink, key);
	if (row_knows(process, attribute))
		value_u64(sink, value);
	else
		value_null(sink);
}

static void put_object(struct sink *sink, const struct process_row *process)
{
	value_object_begin(sink);
	put_member(sink, "pid", process, SOCKPORT_A_PROCESS_PID, process->pid);
	value_object_key(sink, "comm");
	if (comm_of(process))
		value_comm(sink, process->comm);
	else
		value_null(sink);
	put_member(sink, "fd", process, SOCKPORT_A_PROCESS_FD, process->fd);
	value_object_end(sink);
}

static void put_word(struct sink *sink, const struct process_row *process)
{
	put_process(sink, comm_of(process), process->pid);
	if (!row_knows(process, SOCKPORT_A_PROCESS_FD))
		return;
	sink_char(sink, ':');
	sink_number(sink, process->fd);
}

/**
 * value_processes - processes as items of a list that has begun
 * @sink: takes them; text has the first PROCESSES_SHOWN as COMM[PID]:FD
 * @processes: the processes
 */
void value_processes(struct sink *sink, const struct process_rows *processes)
{
	const bool json = sink->form == SINK_JSON;
	const unsigned int count = at_most(processes, json ? ROW_PROCESSES : PROCESSES_SHOWN);
	unsigned int i;

	for (i = 0; i < count; i++) {
		value_list_item(sink);
		(json ? put_object : put_word)(sink, &processes->list[i]);
	}
}

static void put_worker_object(struct sink *sink, const struct worker_row *worker)
{
	value_object_begin(sink);
	value_object_key(sink, "pid");
	value_u64(sink, worker->pid);
	value_object_key(sink, "comm");
	value_comm(sink, worker->comm);
	value_object_key(sink, "accepts");
	value_u64(sink, worker->accepts);
	value_object_end(sink);
}

static void put_worker_word(struct sink *sink, const struct worker_row *worker)
{
	put_process(sink, worker->comm, worker->pid);
	sink_char(sink, ':');
	sink_number(sink, worker->accepts);
}

/**
 * value_workers - who accepted the connections of a port
 * @sink: takes the list; text has each as COMM[PID]:CONNECTIONS
 * @workers: the processes
 */
void value_workers(struct sink *sink, const struct worker_rows *workers)
{
	unsigned int i;

	value_list_begin(sink);
	for (i = 0; i < workers->count; i++) {
		value_list_item(sink);
		(sink->form == SINK_JSON ? put_worker_object : put_worker_word)(sink, &workers->list[i]);
	}
	value_list_end(sink);
}
