/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMMANDS_H
#define COMMANDS_H

#include <stdbool.h>

#include "cmd/options.h"
#include "columns/column.h"
#include "host/names.h"
#include "kernel/client.h"

/**
 * struct question - what a command works with
 * @client: knows the kernel
 * @options: what the command line says
 * @names: names of users, services, interfaces and namespaces
 * @selection: columns, of commands that have them
 * @failure: what went wrong
 */
struct question {
	struct client *client;
	const struct options *options;
	struct names *names;
	const struct selection *selection;
	struct failure *failure;
};

/**
 * struct command_row - a command; parser, help and completion come from it
 * @name: the first word of the command line
 * @argument: word that follows, for the help; NULL if there is none
 * @help: what it shows
 * @columns: that can be chosen, NULL if none can
 * @listed: more tables whose columns are in its answer, NULL behind the last
 * @processes: columns that --processes adds to text, and to JSON
 * @takes: set of TAKES_*
 * @filters: set of FILTER_KEY()
 * @enters: it has to ask from inside of the network namespace
 * @run: answers; 0 or -1
 */
struct command_row {
	const char *name;
	const char *argument;
	const char *help;
	const struct columns *columns;
	const struct columns *listed[4];
	const char *processes[2];
	unsigned int takes;
	unsigned int filters;
	bool enters;
	int (*run)(const struct question *question);
};

/* By enum command. */
extern const struct command_row commands[COMMANDS];

#endif
