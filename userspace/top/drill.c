// SPDX-License-Identifier: GPL-2.0
/* More about a row: what other commands say of it; and its end. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "top/model.h"

/* All that the view asks about, but its filter and order. */
static struct options options_about(const struct top *top, enum command command)
{
	struct options options = top->look.options;

	options.command = command;
	options.filter = (struct filter){ .by_port = command == COMMAND_SHOW };
	options.plan = NULL;
	options.has_filter = false;
	options.sort = NULL;
	options.has_top = false;
	return options;
}

/* Its rows as they are when nobody chooses. */
static int print(struct top *top, const struct options *options, struct failure *failure)
{
	const struct command_row *command = &commands[options->command];
	struct selection rows;
	const struct question question = {
		.client = top->look.client, .options = options, .names = top->look.names,
		.selection = &rows, .failure = failure,
	};

	selection_default(&rows, command_columns(command), COLUMN_IN_TEXT, options->numeric);
	return command->run(&question);
}

static int print_port(struct top *top, struct failure *failure)
{
	struct options options = options_about(top, COMMAND_SHOW);

	options.port = top->shown.port;
	options.filter.protocols.list[options.filter.protocols.count++] = top->shown.protocol;
	return print(top, &options, failure);
}

static int print_process(struct top *top, struct failure *failure)
{
	struct options options = options_about(top, COMMAND_WHO);

	options.who = top->shown.who;
	return print(top, &options, failure);
}

static int print_shown(void *data, struct failure *failure)
{
	struct top *top = data;

	return (*top->shown.who ? print_process : print_port)(top, failure);
}

/**
 * top_refresh - tell anew what is told of a row
 * @top: the live view
 *
 * Return: 0; or -1, then what was told before stays.
 */
int top_refresh(struct top *top)
{
	if (!text_of(&top->lines, print_shown, top, &top->failure))
		return 0;
	top_say(top, "%s", top->failure.text);
	return -1;
}

static void begin_text(struct top *top, bool refresh)
{
	top->mode = MODE_TEXT;
	top->line = (struct place_in){ 0 };
	top->indent = 0;
	top->refresh = refresh;
}

static bool has_port(const struct row_about *about)
{
	const struct filter filter = { .protocols = { 1, { about->protocol } } };

	return about->has_port && filter_takes_ports(&filter);
}

/**
 * top_open - tell all about the row that is chosen
 * @top: the live view
 */
void top_open(struct top *top)
{
	const struct top_row *row = top_chosen(top);

	if (!row)
		return;
	top->shown = row->about;
	if (!*row->about.who && !has_port(&row->about))
		top_say(top, "it has no port or process to tell of");
	else if (!top_refresh(top))
		begin_text(top, true);
}

static int print_help(void *data, struct failure *failure)
{
	(void)data;
	(void)failure;
	puts("  1 ... 7       ports, sockets, programs, processes, destinations, closed, closed doors\n"
	     "  Tab           the next of them, back with Shift\n"
	     "  Up, Down      the row above or below; also Page Up, Page Down, Home, End\n"
	     "  Left, Right   the columns at the left or right\n"
	     "  Enter         all about the port, or process, of the row\n"
	     "  /             show only what matches: words or an expression, as sport = :443\n"
	     "  s             the column to sort by\n"
	     "  r             the other way round\n"
	     "  k             end the socket of the row, after a question\n"
	     "  p, blank      pause, and go on\n"
	     "  A             all network namespaces, or the own one\n"
	     "  n             numbers in place of names and units, and back\n"
	     "  Ctrl-L        draw all anew\n"
	     "  ?, h          this text\n"
	     "  q             end; of a text, back\n"
	     "\n"
	     "A trend has the last frames, each as a part of the greatest of them: of ports\n"
	     "and programs their bytes, of processes and destinations their connections, of closed\n"
	     "doors the attempts.\n"
	     "What is marked is wrong: full, draining, dropped or failed. \"-\" is unknown, or not yours\n"
	     "to see. See sockport-top(8).");
	return 0;
}

/**
 * top_help - tell what keys there are
 * @top: the live view
 */
void top_help(struct top *top)
{
	if (!text_of(&top->lines, print_help, NULL, &top->failure))
		begin_text(top, false);
	else
		top_say(top, "%s", top->failure.text);
}

/**
 * top_ask_kill - ask whether the socket of the row shall end
 * @top: the live view
 */
void top_ask_kill(struct top *top)
{
	const struct top_row *row = top_chosen(top);

	if (!row)
		return;
	if (top->look.view != VIEW_SOCKETS) {
		top_say(top, "sockets are ended: choose one in the view of sockets");
		return;
	}
	if (!row->about.has_target) {
		top_say(top, "the kernel has no way to end it: tcp, udp and udplite alone");
		return;
	}
	top->victim = row->about;
	top->mode = MODE_KILL;
}

static const char *reason_of(int error)
{
	switch (error) {
	case ENOENT:
		return "it had ended already, or is in another network namespace";
	case EOPNOTSUPP:
		return "this kernel does not end such sockets (CONFIG_INET_DIAG_DESTROY)";
	case EPERM:
		return "it needs CAP_NET_ADMIN: ask again as root";
	}
	return strerror(error);
}

/**
 * top_kill - end the socket that the question was about
 * @top: the live view
 */
void top_kill(struct top *top)
{
	struct mnl_socket *socket;
	int error;

	if (!names_visit(top->look.names)) {
		top_say(top, "cannot enter the network namespace, nothing was ended");
		return;
	}
	socket = destroy_open(&top->failure);
	names_return(top->look.names);
	if (!socket) {
		top_say(top, "%s", top->failure.text);
		return;
	}
	error = destroy_socket(socket, &top->victim.target);
	mnl_socket_close(socket);
	top_say(top, "%s%s", error ? "not ended: " : "ended", error ? reason_of(error) : "");
	top->wants_look = true;
}
