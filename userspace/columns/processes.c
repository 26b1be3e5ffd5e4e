// SPDX-License-Identifier: GPL-2.0
/* The processes of a socket or port, in one value. */
#include "columns/processes.h"

#include <string.h>

#include "format/number.h"
#include "table/json.h"
#include "table/plain.h"

static unsigned int at_most(const struct process_rows *processes, unsigned int max)
{
	return processes->count < max ? processes->count : max;
}

/**
 * processes_put_comm - write the name of a process
 * @to: room for COMM_MAX characters
 * @process: the process
 *
 * Return: behind the last character; @to if it is not known.
 */
char *processes_put_comm(char *to, const struct process_row *process)
{
	if (!row_knows(process, SOCKPORT_A_PROCESS_COMM))
		return to;
	return plain_put(to, process->comm, strnlen(process->comm, COMM_MAX));
}

/**
 * processes_put - list the first PROCESSES_SHOWN processes as COMM[PID]:FD
 * @to: room for 60 characters for each
 * @processes: the processes
 *
 * Return: behind the last character.
 */
char *processes_put(char *to, const struct process_rows *processes)
{
	const struct process_row *process;
	unsigned int i;

	for (i = 0; i < at_most(processes, PROCESSES_SHOWN); i++) {
		process = &processes->list[i];
		if (i)
			*to++ = ',';
		to = processes_put_comm(to, process);
		*to++ = '[';
		to = number_put(to, process->pid);
		*to++ = ']';
		if (!row_knows(process, SOCKPORT_A_PROCESS_FD))
			continue;
		*to++ = ':';
		to = number_put(to, process->fd);
	}
	return to;
}

static char *put_member(char *to, const struct process_row *process, unsigned int attribute,
			uint32_t value)
{
	return row_knows(process, attribute) ? number_put(to, value) : text_put(to, "null");
}

/**
 * processes_put_comm_json - write the name of a process as a string, as it is
 * @to: room for 6 times COMM_MAX characters, and 2
 * @comm: the name
 *
 * Return: behind the last character.
 */
char *processes_put_comm_json(char *to, const char *comm)
{
	return json_put_string(to, comm, strnlen(comm, COMM_MAX));
}

/**
 * processes_put_json - list processes as an array of objects
 * @to: room for 300 characters for each
 * @processes: the processes
 *
 * Return: behind the last character.
 */
char *processes_put_json(char *to, const struct process_rows *processes)
{
	const struct process_row *process;
	unsigned int i;

	*to++ = '[';
	for (i = 0; i < at_most(processes, ROW_PROCESSES); i++) {
		process = &processes->list[i];
		to = text_put(to, i ? ",{\"pid\":" : "{\"pid\":");
		to = put_member(to, process, SOCKPORT_A_PROCESS_PID, process->pid);
		to = text_put(to, ",\"comm\":");
		if (row_knows(process, SOCKPORT_A_PROCESS_COMM))
			to = processes_put_comm_json(to, process->comm);
		else
			to = text_put(to, "null");
		to = text_put(to, ",\"fd\":");
		to = put_member(to, process, SOCKPORT_A_PROCESS_FD, process->fd);
		*to++ = '}';
	}
	*to++ = ']';
	return to;
}
