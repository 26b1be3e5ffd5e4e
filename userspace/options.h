/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>

#include "filter.h"

/**
 * enum command - the first word of the command line
 */
enum command {
	COMMAND_PORTS,
	COMMAND_SOCKETS,
	COMMAND_SHOW,
	COMMAND_WHO,
	COMMAND_SUMMARY,
	COMMAND_STATS,
};

/**
 * struct options - what the command line says
 * @command: what to do
 * @filter: about which sockets
 * @columns: list of columns, NULL for the default
 * @netns: network namespace to ask about, NULL for our own
 * @who: for COMMAND_WHO: a PID, process, unit or container; NULL for all
 * @port: for COMMAND_SHOW
 * @processes: tell who has the sockets open
 * @all_netns: ask about all network namespaces
 * @json: JSON instead of text
 * @numeric: no names of users and services
 * @no_header: no names of columns
 * @help: print the help, and nothing else
 * @version: print the version, and nothing else
 * @has_filter: something was said about @filter
 */
struct options {
	enum command command;
	struct filter filter;
	const char *columns;
	const char *netns;
	const char *who;
	uint32_t port;
	bool processes;
	bool all_netns;
	bool json;
	bool numeric;
	bool no_header;
	bool help;
	bool version;
	bool has_filter;
};

int options_parse(struct options *options, int argc, char **argv, struct failure *failure);
void options_help(void);

#endif
