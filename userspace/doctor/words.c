// SPDX-License-Identifier: GPL-2.0
/* What findings name, as text for people. */
#include "doctor/words.h"

#include <inttypes.h>
#include <stdio.h>

#include "columns/column.h"
#include "columns/processes.h"
#include "format/quantity.h"
#include "format/words.h"
#include "host/names.h"

/* Some that share a socket; the rest are a number. */
#define PROCESSES	3

static struct sink sink_to(char *text, struct names *names)
{
	struct sink sink;

	sink_init(&sink, SINK_TEXT, names, false);
	sink.to = text;
	return sink;
}

/**
 * words_end - the kind and an end of a socket
 * @text: where to put it
 * @names: names of interfaces
 * @row: the socket
 * @which: the end
 *
 * Return: @text
 */
const char *words_end(char *text, struct names *names, const struct socket_row *row,
		      enum endpoint which)
{
	const char *kind = word_protocol(row->protocol);
	struct sink sink = sink_to(text, names);

	sink_word(&sink, kind ? kind : "-");
	sink_char(&sink, ' ');
	value_end_of(&sink, row, which);
	*sink.to = 0;
	return text;
}

/**
 * words_address - an address and a port
 * @text: where to put it
 * @address: in network byte order
 * @size: of @address
 * @port: 0 for none
 *
 * Return: @text
 */
const char *words_address(char *text, const uint8_t *address, uint8_t size, uint32_t port)
{
	struct sink sink = sink_to(text, NULL);

	if (port)
		sink_end(&sink, address, size, port);
	else
		sink_address(&sink, address, size);
	*sink.to = 0;
	return text;
}

/**
 * words_processes - processes, the first of them
 * @text: where to put it
 * @names: not used but by sinks
 * @processes: the processes
 *
 * Return: @text, empty where there are none.
 */
const char *words_processes(char *text, struct names *names, const struct process_rows *processes)
{
	struct sink sink = sink_to(text, names);
	const struct process_row *process = processes->list;
	unsigned int i;

	for (i = 0; i < processes->count && i < PROCESSES; i++, process++) {
		if (i)
			sink_char(&sink, ' ');
		value_process(&sink, row_knows(process, SOCKPORT_A_PROCESS_COMM) ?
				     process->comm : NULL, process->pid);
	}
	*sink.to = 0;
	if (processes->count > PROCESSES)
		sprintf(sink.to, " and %u more", processes->count - PROCESSES);
	return text;
}

/**
 * words_process - a process
 * @text: where to put it
 * @comm: its name, or NULL
 * @pid: its number, 0 where it is not known
 *
 * Return: @text
 */
const char *words_process(char *text, const char *comm, uint32_t pid)
{
	struct sink sink = sink_to(text, NULL);

	if (pid)
		value_process(&sink, comm, pid);
	else
		value_comm(&sink, comm);
	*sink.to = 0;
	return text;
}

/**
 * words_age - how long something has been so
 * @text: where to put it
 * @ms: milliseconds
 *
 * Return: @text
 */
const char *words_age(char *text, uint64_t ms)
{
	*quantity_put_age(text, ms) = 0;
	return text;
}

/**
 * words_moment - when something was
 * @text: where to put it
 * @ms: milliseconds since 1970
 *
 * Return: @text
 */
const char *words_moment(char *text, uint64_t ms)
{
	*quantity_put_moment(text, ms, 0) = 0;
	return text;
}

/**
 * words_bytes - a number of bytes
 * @text: where to put it
 * @bytes: the number
 *
 * Return: @text
 */
const char *words_bytes(char *text, uint64_t bytes)
{
	*quantity_put(text, QUANTITY_BYTES, bytes) = 0;
	return text;
}

/**
 * words_seconds - how long was looked
 * @text: where to put it
 * @ms: milliseconds
 *
 * Return: @text
 */
const char *words_seconds(char *text, uint64_t ms)
{
	sprintf(text, "%" PRIu64 ".%" PRIu64 " s", ms / 1000, ms % 1000 / 100);
	return text;
}
