// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets of others come to an end: what matches is shown, somebody says yes, and the kernel is
 * asked for each. A socket is known by its cookie, so none that came later to the same addresses
 * is hit.
 */
#include "cmd/kill.h"

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "columns/endpoint.h"
#include "columns/report.h"
#include "columns/row.h"
#include "columns/table.h"
#include "format/words.h"
#include "host/session.h"
#include "kernel/destroy.h"
#include "table/prose.h"
#include "table/terminal.h"

/**
 * struct victim - a socket that is to end
 * @target: how the kernel finds it
 * @text: what it is: an object of JSON without its end, or its kind and ends
 * @has_target: it can be told from others
 * @is_there: the kernel did not find it, but it is still there
 * @error: why it did not end, 0 if it did
 */
struct victim {
	struct destroy_target target;
	char *text;
	bool has_target;
	bool is_there;
	int error;
};

/**
 * struct kill - an answer in the making
 * @client: knows the sockets
 * @options: which sockets and the form
 * @names: names of users and interfaces
 * @selection: columns that are shown
 * @failure: what went wrong
 * @filter: what must match
 * @output: where values are written, and JSON
 * @sink: takes them
 * @table: of what will end, in text
 * @session: of whoever asks
 * @is_own: a socket is that of the session
 * @victims: what will end
 * @count: how many there are
 * @room: for how many @victims has room
 */
struct kill {
	struct client *client;
	const struct options *options;
	struct names *names;
	const struct selection *selection;
	struct failure *failure;
	struct filter filter;
	struct output output;
	struct sink sink;
	struct table *table;
	struct session session;
	bool is_own;
	struct victim *victims;
	size_t count;
	size_t room;
};

static int out_of_memory(struct kill *kill)
{
	return failure_set(kill->failure, EXIT_RUN, "out of memory");
}

static struct victim *add_victim(struct kill *kill)
{
	const size_t room = kill->room ? 2 * kill->room : 64;
	struct victim *victims = kill->victims;

	if (kill->count == kill->room) {
		victims = realloc(victims, room * sizeof(*victims));
		if (!victims)
			return NULL;
		kill->victims = victims;
		kill->room = room;
	}
	victims[kill->count] = (struct victim){ 0 };
	return &victims[kill->count++];
}

/* What the row is called where it did not end. */
static void put_ends(struct sink *sink, const struct socket_row *row)
{
	value_word_or_number(sink, word_protocol(row->protocol), row->protocol);
	sink_char(sink, ' ');
	value_end_of(sink, row, ENDPOINT_LOCAL);
	sink_char(sink, ' ');
	value_end_of(sink, row, ENDPOINT_REMOTE);
}

/* The row is gone when it is known what became of it. */
static char *describe(struct kill *kill, const struct socket_row *row)
{
	char *start = kill->output.next, *end;

	if (kill->options->json) {
		row_object(&kill->output, kill->selection, row, &kill->sink);
		end = kill->output.next - 1;
	} else {
		kill->sink.to = start;
		put_ends(&kill->sink, row);
		end = kill->sink.to;
	}
	kill->output.next = start;
	return strndup(start, end - start);
}

/**
 * kill_is_own - whether to end a socket would be the last thing that we see
 * @session: of whoever asks
 * @row: the socket; its processes, too, if they are known
 *
 * Return: whether it would.
 */
bool kill_is_own(const struct session *session, const struct socket_row *row)
{
	unsigned int i;

	if (row->state == SOCKPORT_STATE_LISTEN || !row->remote_size)
		return false;
	if (row->protocol == SOCKPORT_PROTOCOL_TCP &&
	    session_has_ends(session, row->remote, row->remote_size, row->remote_port,
			     row->local_port))
		return true;
	for (i = 0; i < row->processes.count && i < ROW_PROCESSES; i++)
		if (session_has_process(session, row->processes.list[i].pid) &&
		    !row_knows(row, SOCKPORT_A_SOCKET_BY_PORT))
			return true;
	return false;
}

static int take_socket(const struct socket_row *row, void *data)
{
	struct kill *kill = data;
	struct victim *victim = add_victim(kill);

	if (!victim)
		return out_of_memory(kill);
	victim->has_target = destroy_target(&victim->target, row);
	victim->text = describe(kill, row);
	kill->is_own |= kill_is_own(&kill->session, row);
	if (!victim->text || (kill->table && !table_row(kill->table, row, &kill->sink)))
		return out_of_memory(kill);
	return 0;
}

static int none_matches(struct kill *kill)
{
	return failure_set(kill->failure, EXIT_RUN,
			   "no socket matches, nothing was ended%s",
			   kill->options->all_states ? "" :
			   "; those that listen or wait in TIME_WAIT are ended with -a, or if a state is said");
}

static int gather(struct kill *kill)
{
	const uint32_t want = kill->selection->want | SOCKPORT_WANT_COOKIE | SOCKPORT_WANT_PROCESSES;

	session_find(&kill->session);
	kill->filter = kill->options->filter;
	if (!kill->filter.protocols.count) {
		kill->filter.protocols.list[0] = SOCKPORT_PROTOCOL_TCP;
		kill->filter.protocols.list[1] = SOCKPORT_PROTOCOL_UDP;
		kill->filter.protocols.list[2] = SOCKPORT_PROTOCOL_UDPLITE;
		kill->filter.protocols.count = 3;
	}
	if (client_sockets(kill->client, &kill->filter, want, take_socket, kill, kill->failure))
		return -1;
	return kill->count ? 0 : none_matches(kill);
}

/* Whatever comes in by a pipe is no answer to a question that nobody saw. */
static int ask(struct kill *kill)
{
	char answer[16] = "";
	FILE *terminal = fopen("/dev/tty", "r+e");

	if (!terminal)
		return failure_set(kill->failure, EXIT_USAGE,
				   "nobody can be asked without a terminal: say --yes, nothing was ended");
	fprintf(terminal, "End %s%zu socket%s? [y/N] ", kill->count == 1 ? "this " : "these ",
		kill->count, kill->count == 1 ? "" : "s");
	fflush(terminal);
	if (!fgets(answer, sizeof(answer), terminal))
		*answer = 0;
	fclose(terminal);
	if (*answer == 'y' || *answer == 'Y')
		return 0;
	return failure_set(kill->failure, EXIT_RUN, "nothing was ended");
}

static int confirm(struct kill *kill)
{
	if (kill->table && table_print(kill->table, kill->failure))
		return -1;
	fflush(stdout);
	if (kill->is_own)
		fputs("sockport: one of them is the connection by which you are here\n", stderr);
	return kill->options->yes ? 0 : ask(kill);
}

/*
 * Of sockets that share a port by SO_REUSEPORT the kernel finds one; when it has ended, another
 * one. So as long as any ends, those that were not found are tried again.
 */
static void end_all(struct kill *kill, struct mnl_socket *socket)
{
	struct victim *victim;
	bool again = true, first;
	size_t i;

	for (first = true; again; first = false) {
		again = false;
		for (i = 0; i < kill->count; i++) {
			victim = &kill->victims[i];
			if (!first && victim->error != ENOENT)
				continue;
			victim->error = victim->has_target ?
					destroy_socket(socket, &victim->target) : EINVAL;
			again |= !first && !victim->error;
		}
		again |= first;
	}
}

static int compare_cookies(const void *left, const void *right)
{
	const uint64_t a = destroy_cookie(&((const struct victim *)left)->target);
	const uint64_t b = destroy_cookie(&((const struct victim *)right)->target);

	return (a > b) - (a < b);
}

static int look_again(const struct socket_row *row, void *data)
{
	struct kill *kill = data;
	struct victim key, *victim;

	if (!destroy_target(&key.target, row))
		return 0;
	victim = bsearch(&key, kill->victims, kill->count, sizeof(key), compare_cookies);
	if (victim && victim->error == ENOENT)
		victim->is_there = true;
	return 0;
}

/* What the kernel did not find is gone, or hidden behind others. */
static int check_missing(struct kill *kill)
{
	const struct filter all = { .protocols = kill->filter.protocols };
	size_t i;

	for (i = 0; i < kill->count && kill->victims[i].error != ENOENT; i++)
		;
	if (i == kill->count)
		return 0;
	qsort(kill->victims, kill->count, sizeof(*kill->victims), compare_cookies);
	return client_sockets(kill->client, &all, SOCKPORT_WANT_COOKIE, look_again, kill,
			      kill->failure);
}

static bool is_refused(const struct victim *victim)
{
	return victim->error && (victim->error != ENOENT || victim->is_there);
}

static const char *result_of(const struct victim *victim)
{
	if (!victim->error)
		return "ended";
	return is_refused(victim) ? "refused" : "gone";
}

/* Why it did not end; NULL where there is nothing to say. */
static const char *reason_of(const struct victim *victim)
{
	switch (victim->error) {
	case 0:
		return NULL;
	case ENOENT:
		return victim->is_there ? "the kernel finds another socket at its addresses, or has no tcp_diag or udp_diag" :
					  "it had ended already";
	case EOPNOTSUPP:
		return "this kernel does not end such sockets (CONFIG_INET_DIAG_DESTROY)";
	case EPERM:
		return "it needs CAP_NET_ADMIN: ask again as root";
	case EINVAL:
		return "it cannot be told from others";
	}
	return strerror(victim->error);
}

static void put_json(struct kill *kill)
{
	struct output *output = &kill->output;
	struct sink *sink = &kill->sink;
	size_t i;

	row_array_begin(output);
	for (i = 0; i < kill->count; i++) {
		output_put(output, i ? ",\n" : "\n");
		output_put(output, kill->victims[i].text);
		output_put(output, ",\"result\":");
		sink->to = output->next;
		value_word(sink, result_of(&kill->victims[i]));
		output->next = sink->to;
		output_put(output, ",\"reason\":");
		sink->to = output->next;
		if (reason_of(&kill->victims[i]))
			value_sentence(sink, reason_of(&kill->victims[i]));
		else
			value_null(sink);
		output->next = sink->to;
		output_put(output, "}");
		output_row_done(output);
	}
	row_array_end(output, false);
	output_put(output, "\n");
}

/* Of each kind how many, and of what did not end what it was. */
static void put_text(const struct kill *kill, size_t ended, size_t refused)
{
	const struct victim *victim;
	size_t i;

	printf("%sEnded: %zu of %zu", kill->options->yes ? "\n" : "", ended, kill->count);
	if (kill->count - ended - refused)
		printf(", gone before: %zu", kill->count - ended - refused);
	if (refused)
		printf(", refused: %zu", refused);
	putchar('\n');
	for (i = 0; i < kill->count; i++) {
		victim = &kill->victims[i];
		if (is_refused(victim))
			prose_printf(stdout, terminal_width(), "%s: %s", victim->text,
				     reason_of(victim));
	}
}

static int tell(struct kill *kill)
{
	size_t i, ended = 0, refused = 0;

	for (i = 0; i < kill->count; i++) {
		ended += !kill->victims[i].error;
		refused += is_refused(&kill->victims[i]);
	}
	if (kill->options->json)
		put_json(kill);
	else
		put_text(kill, ended, refused);
	if (!refused)
		return 0;
	for (i = 0; !is_refused(&kill->victims[i]); i++)
		;
	return failure_set(kill->failure, EXIT_RUN, "%zu of %zu sockets did not end: %s", refused,
			   kill->count, reason_of(&kill->victims[i]));
}

/* The kernel ends sockets of the network namespace that it is asked in. */
static int end_matching(struct kill *kill)
{
	struct mnl_socket *socket = NULL;

	if (gather(kill) || confirm(kill))
		return -1;
	if (!names_visit(kill->names))
		return failure_set(kill->failure, EXIT_RUN,
				   "cannot enter the network namespace, nothing was ended");
	socket = destroy_open(kill->failure);
	names_return(kill->names);
	if (!socket)
		return -1;
	end_all(kill, socket);
	mnl_socket_close(socket);
	return check_missing(kill) ? -1 : tell(kill);
}

static void free_victims(struct kill *kill)
{
	size_t i;

	for (i = 0; i < kill->count; i++)
		free(kill->victims[i].text);
	free(kill->victims);
	table_free(kill->table);
}

/**
 * kill_sockets - end the sockets that match
 * @client: the client
 * @options: which sockets, whether to ask, and the form
 * @names: names of users and interfaces
 * @selection: the columns
 * @failure: what went wrong; that a socket did not end, too
 *
 * Return: 0 if all ended, or were gone; else -1.
 */
int kill_sockets(struct client *client, const struct options *options, struct names *names,
		 const struct selection *selection, struct failure *failure)
{
	struct kill kill = {
		.client = client,
		.options = options,
		.names = names,
		.selection = selection,
		.failure = failure,
	};
	int error;

	if (output_open_answer(&kill.output, failure))
		return -1;
	sink_init(&kill.sink, options->json ? SINK_JSON : SINK_TEXT, names,
		  names_are_numbers(names));
	if (!options->json)
		kill.table = table_new(selection, options->no_header);
	error = !options->json && !kill.table ? out_of_memory(&kill) : end_matching(&kill);
	free_victims(&kill);
	return output_close(&kill.output, failure) ? -1 : error;
}
