// SPDX-License-Identifier: GPL-2.0
/* Whose the sockets are: the processes first, and of those asked about each socket. */
#include "cmd/who.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/elsewhere.h"
#include "cmd/running.h"
#include "columns/processes.h"
#include "columns/report.h"
#include "columns/tables.h"
#include "count/ends.h"
#include "count/holders.h"
#include "format/number.h"
#include "table/terminal.h"

/**
 * struct who - an answer in the making
 * @client: knows the kernel
 * @options: whom, which sockets and the form
 * @names: names of users and interfaces
 * @failure: what went wrong
 * @report: how it is shown
 * @selection: columns of the present section
 * @rows: columns and order of @holders
 * @holders: the processes
 * @ends: who is at the other end of their sockets
 * @asked: those that the kernel is asked about, none for all
 * @elsewhere: sockets that they have in other network namespaces
 * @knows_elsewhere: it is known
 */
struct who {
	struct client *client;
	const struct options *options;
	struct names *names;
	struct failure *failure;
	struct report report;
	struct selection selection;
	const struct selection *rows;
	struct holders holders;
	struct hash ends;
	struct running asked;
	uint64_t elsewhere;
	bool knows_elsewhere;
};

static int out_of_memory(struct who *who)
{
	return failure_set(who->failure, EXIT_RUN, "out of memory");
}

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

/*
 * Looks for the next process of a socket that is meant, from place *@i on, which becomes the
 * one after it. Returns 1, 0 when there are no more, or -1 without memory.
 */
static int next_meant(struct who *who, const struct socket_row *row, unsigned int *i)
{
	const char *cgroup = row_knows(row, SOCKPORT_A_SOCKET_CGROUP) ? row->cgroup : NULL;
	const struct holder *holder;

	while (*i < row->processes.count && *i < ROW_PROCESSES) {
		holder = holders_add(&who->holders, &row->processes.list[(*i)++], 0, cgroup);
		if (!holder)
			return out_of_memory(who);
		if (holder->matches)
			return 1;
	}
	return 0;
}

/* Of those that are asked about, it is told who they talk to. */
static int want_end(struct who *who, const struct socket_row *row)
{
	unsigned int i = 0;
	int found = who->holders.word ? next_meant(who, row, &i) : 0;

	if (found <= 0)
		return found;
	return ends_want(&who->ends, row, names_own_netns(who->names)) ? 0 : out_of_memory(who);
}

static int count_socket(const struct socket_row *row, void *data)
{
	struct who *who = data;

	if (!holders_count(&who->holders, row))
		return out_of_memory(who);
	return want_end(who, row);
}

static int take_end(const struct socket_row *row, void *data)
{
	struct who *who = data;

	ends_take(&who->ends, row, names_own_netns(who->names));
	return 0;
}

/* Who may not ask about all network namespaces is told of those that were asked about. */
static int ask_ends(struct who *who, bool everywhere)
{
	const struct filter all = { 0 };
	int error;

	client_ask_everywhere(who->client, everywhere);
	error = client_sockets(who->client, &all, SOCKPORT_WANT_PROCESSES | SOCKPORT_WANT_OWNER,
			       take_end, who, who->failure);
	client_ask_everywhere(who->client, false);
	if (!error || !everywhere || !who->failure->unavailable)
		return error;
	*who->failure = (struct failure){ 0 };
	return ask_ends(who, false);
}

/* Whatever is asked about, its other ends may be anywhere. */
static int find_ends(struct who *who)
{
	return who->ends.count ? ask_ends(who, !who->options->replay) : 0;
}

static int take_elsewhere(const struct socket_row *row, void *data)
{
	struct who *who = data;
	unsigned int i = 0;
	int found;

	if (row_knows(row, SOCKPORT_A_SOCKET_BY_PORT) ||
	    row_knows(row, SOCKPORT_A_SOCKET_REMEMBERED) ||
	    !row_knows(row, SOCKPORT_A_SOCKET_NETNS) ||
	    row->netns == names_own_netns(who->names))
		return 0;
	found = next_meant(who, row, &i);
	who->elsewhere += found > 0;
	return found < 0 ? -1 : 0;
}

/* A process may have sockets of several network namespaces, whichever it lives in. */
static int look_elsewhere(struct who *who)
{
	int error;

	who->knows_elsewhere = who->options->all_netns;
	if (who->options->all_netns || who->options->replay)
		return 0;
	client_ask_everywhere(who->client, true);
	error = ask_sockets(who, HOLDERS_WANT, take_elsewhere);
	client_ask_everywhere(who->client, false);
	who->knows_elsewhere = !error;
	if (!error || !who->failure->unavailable)
		return error;
	*who->failure = (struct failure){ 0 };
	return 0;
}

/* A row for each process that is meant. */
static int take_socket(const struct socket_row *row, void *data)
{
	struct who *who = data;
	unsigned int i = 0;
	struct held one;
	int found;

	while ((found = next_meant(who, row, &i)) > 0) {
		one.socket = *row;
		one.socket.processes.list[0] = row->processes.list[i - 1];
		one.peer = ends_find(&who->ends, row, names_own_netns(who->names));
		if (report_list_row(&who->report, &who->selection, &one))
			return -1;
	}
	return found;
}

/* Those that are meant come first, in their order. */
static size_t keep_matches(struct holders *holders)
{
	struct holder *list = holders->all.list;
	size_t i, kept = 0;

	for (i = 0; i < holders->all.count; i++)
		if (list[i].matches)
			list[kept++] = list[i];
	holders->all.count = kept;
	return kept;
}

static int show_processes(struct who *who)
{
	return report_rows(&who->report, "processes", NULL, who->rows, who->holders.all.list,
			   sizeof(struct holder), who->holders.all.count);
}

static void select_sockets(struct who *who)
{
	const bool json = who->options->json;

	selection_parse(&who->selection, &held_columns, "pid,comm,fd", who->failure);
	if (terminal_width() && !json)
		selection_parse(&who->selection, &socket_columns,
				"+proto,state,local_end,remote_end", who->failure);
	selection_add_default(&who->selection, &socket_columns,
			      json ? COLUMN_IN_JSON : COLUMN_IN_TEXT, who->options->numeric);
	if (json)
		selection_parse(&who->selection, &socket_columns, "+by_port", who->failure);
	selection_parse(&who->selection, &held_columns, "+peer_process", who->failure);
	if (who->options->all_netns)
		selection_put_first(&who->selection, &socket_columns, "netns");
	if (!json)
		selection_fit(&who->selection);
}

static int list_sockets(struct who *who)
{
	select_sockets(who);
	if (!who->report.json)
		putchar('\n');
	report_list_begin(&who->report, "sockets", &who->selection);
	if (ask_sockets(who, who->selection.want | HOLDERS_WANT, take_socket))
		return -1;
	report_list_end(&who->report);
	return 0;
}

/* What could not be counted is told, and what was not asked about. */
static void put_end(struct who *who, uint64_t incomplete)
{
	if (!who->report.json) {
		if (incomplete)
			printf("\nSockets with more processes than the kernel named: %" PRIu64 "\n",
			       incomplete);
		if (who->elsewhere)
			printf("\nSockets in other network namespaces, shown with -A: %" PRIu64 "\n",
			       who->elsewhere);
		return;
	}
	report_key(&who->report, "incomplete");
	value_u64(&who->report.sink, incomplete);
	report_value(&who->report);
	if (!who->holders.word)
		return;
	report_key(&who->report, "elsewhere");
	if (who->knows_elsewhere)
		value_u64(&who->report.sink, who->elsewhere);
	else
		value_null(&who->report.sink);
	report_value(&who->report);
}

static int show_sections(struct who *who)
{
	const uint64_t incomplete = who->holders.incomplete;

	if (show_processes(who))
		return -1;
	holders_free(&who->holders);
	if (who->holders.word && (find_ends(who) || list_sockets(who) || look_elsewhere(who)))
		return -1;
	put_end(who, incomplete);
	return 0;
}

/* One process is asked about at once, others when they may not have been told. */
static int count_sockets(struct who *who)
{
	const char *word = who->holders.word;
	uint32_t pid;

	/* Who runs now says nothing of what was. */
	if (who->options->replay)
		return ask_sockets(who, HOLDERS_WANT, count_socket);
	if (word && number_parse(word, UINT32_MAX, &pid) && !running_find(&who->asked, word))
		return out_of_memory(who);
	if (ask_sockets(who, HOLDERS_WANT, count_socket))
		return -1;
	if (word && !who->asked.count && who->holders.incomplete) {
		if (!running_find(&who->asked, word))
			return out_of_memory(who);
		if (!who->asked.count)
			return 0;
		holders_free(&who->holders);
		if (ask_sockets(who, HOLDERS_WANT, count_socket))
			return -1;
	}
	if (who->asked.count)
		who->holders.incomplete = 0;
	return 0;
}

static int not_found(struct who *who)
{
	char hint[ELSEWHERE_MAX];

	elsewhere_process(hint, who->client, who->options, who->names);
	who->failure->not_found = true;
	return failure_set(who->failure, EXIT_RUN,
			   "no process, unit or container '%.100s' has a socket that we may see%s",
			   who->holders.word, hint);
}

static int show_all(struct who *who)
{
	if (count_sockets(who))
		return -1;
	holders_sort(&who->holders);
	if (!keep_matches(&who->holders) && who->holders.word)
		return not_found(who);
	who->report.json = who->options->json;
	who->report.no_header = who->options->no_header;
	if (report_begin(&who->report, who->names, who->failure))
		return -1;
	return report_end(&who->report, show_sections(who));
}

/**
 * who_print - print whose the sockets are
 * @client: the client
 * @options: whom, a filter and the form
 * @names: names of users and interfaces
 * @rows: columns and order of the processes
 * @failure: what went wrong; that there is no such process, too
 *
 * Without a word there is a row for each process. With one, there follows a row for
 * each socket of those that it means; that is another walk, so on a busy system
 * both can differ a little.
 *
 * Return: 0 or -1.
 */
int who_print(struct client *client, const struct options *options, struct names *names,
	      const struct selection *rows, struct failure *failure)
{
	struct who who = {
		.client = client,
		.options = options,
		.names = names,
		.failure = failure,
		.rows = rows,
		.holders.word = options->who,
		.holders.past = options->replay,
	};
	int error = show_all(&who);

	holders_free(&who.holders);
	running_free(&who.asked);
	hash_free(&who.ends);
	return error;
}
