// SPDX-License-Identifier: GPL-2.0
/* Whose the sockets are: the processes first, and of those asked about each socket. */
#include "cmd/who.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/running.h"
#include "columns/socket-columns.h"
#include "count/holders.h"
#include "format/number.h"
#include "table/json.h"
#include "table/table.h"
#include "table/text.h"

#define WANT	(SOCKPORT_WANT_PROCESSES | SOCKPORT_WANT_CGROUP | SOCKPORT_WANT_OWNER | \
		 SOCKPORT_WANT_UNLISTED)

/**
 * struct who - an answer in the making
 * @client: knows the kernel
 * @options: whom, which sockets and the form
 * @names: names of users and interfaces
 * @failure: what went wrong
 * @output: of JSON, and of sockets
 * @selection: columns of the present section
 * @holders: the processes
 * @asked: those that the kernel is asked about, none for all
 * @is_first: no row of this section so far
 */
struct who {
	struct client *client;
	const struct options *options;
	struct names *names;
	struct failure *failure;
	struct output output;
	struct selection selection;
	struct holders holders;
	struct running asked;
	bool is_first;
};

static int out_of_memory(struct who *who)
{
	return failure_set(who->failure, EXIT_RUN, "out of memory");
}

/* The process that a socket is shown for is the first of its row. */
static char *fill_pid(char *to, const struct column *column, const void *row,
		      struct names *names)
{
	(void)column;
	(void)names;
	return number_put(to, ((const struct socket_row *)row)->processes.list->pid);
}

static char *fill_comm(char *to, const struct column *column, const void *row,
		       struct names *names)
{
	(void)column;
	(void)names;
	return processes_put_comm(to, ((const struct socket_row *)row)->processes.list);
}

static char *json_comm(char *to, const struct column *column, const void *row,
		       struct names *names)
{
	const struct process_row *process = ((const struct socket_row *)row)->processes.list;

	(void)column;
	(void)names;
	return row_knows(process, SOCKPORT_A_PROCESS_COMM) ?
	       processes_put_comm_json(to, process->comm) : to;
}

/* A socket that no process has open has no descriptor. */
static char *fill_fd(char *to, const struct column *column, const void *row,
		     struct names *names)
{
	const struct process_row *process = ((const struct socket_row *)row)->processes.list;

	(void)column;
	(void)names;
	if (!row_knows(process, SOCKPORT_A_PROCESS_FD) ||
	    row_knows(row, SOCKPORT_A_SOCKET_BY_PORT))
		return to;
	return number_put(to, process->fd);
}

static const struct column held_columns[] = {
	{ .name = "pid", .help = "number of the process", .fill = fill_pid,
	  .type = COLUMN_NUMBER, .flags = COLUMN_RIGHT, .width = 7 },
	{ .name = "comm", .help = "its name", .fill = fill_comm, .json = json_comm, .width = 15 },
	{ .name = "fd", .help = "its descriptor of the socket", .fill = fill_fd,
	  .type = COLUMN_NUMBER, .flags = COLUMN_RIGHT, .width = 5 },
};

/*
 * Of a socket that many processes have open the kernel tells some. Who is asked
 * about is told whatever others there are; a request takes so many.
 */
static int ask_sockets(struct who *who, uint32_t want, socket_function function)
{
	struct filter filter = who->options->filter;
	size_t next = 0;

	do {
		filter.pids.count = 0;
		while (next < who->asked.count && filter.pids.count < FILTER_VALUES)
			filter.pids.list[filter.pids.count++] = who->asked.list[next++];
		if (client_sockets(who->client, &filter, want, function, who, who->failure))
			return -1;
	} while (next < who->asked.count);
	return 0;
}

static int count_socket(const struct socket_row *row, void *data)
{
	struct who *who = data;

	return holders_count(&who->holders, row) ? 0 : out_of_memory(who);
}

static int put_socket(struct who *who, const struct socket_row *row)
{
	bool written;

	if (who->options->json)
		written = json_array_row(&who->output, &who->is_first, &who->selection, row,
					 who->names);
	else
		written = text_row(&who->output, &who->selection, row, who->names);
	return written ? 0 : -1;
}

/* A row for each process that is meant. */
static int take_socket(const struct socket_row *row, void *data)
{
	const char *cgroup = row_knows(row, SOCKPORT_A_SOCKET_CGROUP) ? row->cgroup : NULL;
	const struct holder *holder;
	struct who *who = data;
	struct socket_row one;
	unsigned int i;

	for (i = 0; i < row->processes.count && i < ROW_PROCESSES; i++) {
		holder = holders_add(&who->holders, &row->processes.list[i], 0, cgroup);
		if (!holder)
			return out_of_memory(who);
		if (!holder->matches)
			continue;
		one = *row;
		one.processes.list[0] = row->processes.list[i];
		if (put_socket(who, &one))
			return -1;
	}
	return 0;
}

static size_t count_matches(const struct holders *holders)
{
	size_t i, matches = 0;

	for (i = 0; i < holders->count; i++)
		matches += holders->list[i].matches;
	return matches;
}

static int put_table(struct who *who)
{
	struct table *table = table_new(&who->selection, who->options->no_header);
	int error = 0;
	size_t i;

	if (!table)
		return out_of_memory(who);
	for (i = 0; i < who->holders.count && !error; i++)
		if (who->holders.list[i].matches &&
		    !table_row(table, &who->holders.list[i], who->names))
			error = out_of_memory(who);
	if (!error)
		error = table_print(table, who->failure);
	table_free(table);
	return error;
}

static int put_json(struct who *who)
{
	size_t i;

	json_put(&who->output, "{\"processes\":");
	json_array_begin(&who->output);
	who->is_first = true;
	for (i = 0; i < who->holders.count; i++)
		if (who->holders.list[i].matches &&
		    !json_array_row(&who->output, &who->is_first, &who->selection,
				    &who->holders.list[i], who->names))
			return -1;
	json_array_end(&who->output, who->is_first);
	return 0;
}

static int show_processes(struct who *who)
{
	selection_default(&who->selection, &holder_columns,
			  who->options->json ? COLUMN_IN_JSON : COLUMN_IN_TEXT,
			  who->options->numeric);
	return who->options->json ? put_json(who) : put_table(who);
}

static void select_sockets(struct who *who)
{
	const bool json = who->options->json;
	size_t i;

	selection_clear(&who->selection);
	for (i = 0; i < sizeof(held_columns) / sizeof(*held_columns); i++)
		selection_add(&who->selection, &held_columns[i]);
	selection_add_default(&who->selection, &socket_columns,
			      json ? COLUMN_IN_JSON : COLUMN_IN_TEXT, who->options->numeric);
	if (json)
		selection_parse(&who->selection, &socket_columns, "+by_port", who->failure);
	if (who->options->all_netns)
		selection_put_first(&who->selection, &socket_columns, "netns");
}

static int list_sockets(struct who *who)
{
	int error;

	select_sockets(who);
	who->is_first = true;
	if (who->options->json) {
		json_put(&who->output, ",\n\"sockets\":");
		json_array_begin(&who->output);
	} else if (!who->options->no_header) {
		text_header(&who->output, &who->selection);
	}
	error = ask_sockets(who, who->selection.want | WANT, take_socket);
	if (!error && who->options->json)
		json_array_end(&who->output, who->is_first);
	return error;
}

/* What could not be counted is told. */
static void put_end(struct who *who, uint64_t incomplete)
{
	char *to = who->output.next;

	if (who->options->json) {
		to = text_put(to, ",\n\"incomplete\":");
		to = number_put(to, incomplete);
		to = text_put(to, "}\n");
	} else if (incomplete) {
		to = text_put(to, "\nSockets with more processes than the kernel named: ");
		to = number_put(to, incomplete);
		*to++ = '\n';
	}
	who->output.next = to;
}

/* Tables are written by way of stdout, the rest by way of our own output. */
static int show_sections(struct who *who)
{
	const uint64_t incomplete = who->holders.incomplete;

	if (show_processes(who))
		return -1;
	if (!who->options->json && who->holders.word) {
		putchar('\n');
		fflush(stdout);
	}
	holders_free(&who->holders);
	if (who->holders.word && list_sockets(who))
		return -1;
	fflush(stdout);
	put_end(who, incomplete);
	return 0;
}

/* One process is asked about at once, others when they may not have been told. */
static int count_sockets(struct who *who)
{
	const char *word = who->holders.word;
	uint32_t pid;

	if (word && number_parse(word, UINT32_MAX, &pid) && !running_find(&who->asked, word))
		return out_of_memory(who);
	if (ask_sockets(who, WANT, count_socket))
		return -1;
	if (word && !who->asked.count && who->holders.incomplete) {
		if (!running_find(&who->asked, word))
			return out_of_memory(who);
		if (!who->asked.count)
			return 0;
		holders_free(&who->holders);
		if (ask_sockets(who, WANT, count_socket))
			return -1;
	}
	if (who->asked.count)
		who->holders.incomplete = 0;
	return 0;
}

static int show_all(struct who *who)
{
	int error;

	if (count_sockets(who))
		return -1;
	if (who->holders.word && !count_matches(&who->holders))
		return failure_set(who->failure, EXIT_RUN,
				   "no process, unit or container '%.100s' has a socket that we may see",
				   who->holders.word);
	holders_sort(&who->holders);
	if (output_open(&who->output, STDOUT_FILENO, who->failure))
		return -1;
	error = show_sections(who);
	/* If writing failed, that is why. */
	return output_close(&who->output, who->failure) ? -1 : error;
}

/**
 * who_print - print whose the sockets are
 * @client: the client
 * @options: whom, a filter and the form
 * @names: names of users and interfaces
 * @failure: what went wrong; that there is no such process, too
 *
 * Without a word there is a row for each process. With one, there follows a row for
 * each socket of those that it means; that is another walk, so on a busy system
 * both can differ a little.
 *
 * Return: 0 or -1.
 */
int who_print(struct client *client, const struct options *options, struct names *names,
	      struct failure *failure)
{
	struct who who = {
		.client = client,
		.options = options,
		.names = names,
		.failure = failure,
		.holders.word = options->who,
	};
	int error = show_all(&who);

	holders_free(&who.holders);
	running_free(&who.asked);
	return error;
}
