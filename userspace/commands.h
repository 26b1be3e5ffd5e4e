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

#define PARTS_MAX	8

/**
 * struct part - a part of an answer that is one object in JSON
 * @key: of an array of rows; the same of two tables where rows have columns of both;
 *	NULL where each column is a key of the object itself
 * @columns: that it can have
 */
struct part {
	const char *key;
	const struct columns *columns;
};

/**
 * struct command_row - a command; parser, help and completion come from it
 * @name: the first word of the command line
 * @argument: word that follows, for the help; NULL if there is none
 * @help: what it shows
 * @columns: that can be chosen, NULL if none can, or those of the first part
 * @parts: of an answer that has no rows only, else keys that each row has besides;
 *	without columns behind the last
 * @processes: columns that --processes adds to text, and to JSON
 * @takes: set of TAKES_*
 * @filters: set of FILTER_KEY()
 * @by_port: it is about ports: of IPv4 are those that IPv4 comes to
 * @enters: it has to ask from inside of the network namespace
 * @replays: answers of what was recorded, too
 * @alone: it finds the kernel module, names and columns itself
 * @lines: its JSON is an object on each line, no array
 * @is_served: its answers are given over HTTP: it changes and ends nothing, reads no file that
 *	one asks for, and comes to an end
 * @run: answers; 0 or -1
 */
struct command_row {
	const char *name;
	const char *argument;
	const char *help;
	const struct columns *columns;
	struct part parts[PARTS_MAX];
	const char *processes[2];
	unsigned int takes;
	unsigned int filters;
	bool by_port;
	bool enters;
	bool replays;
	bool alone;
	bool lines;
	bool is_served;
	int (*run)(const struct question *question);
};

/* By enum command. */
extern const struct command_row commands[COMMANDS];

const struct columns *command_columns(const struct command_row *command);

#endif
