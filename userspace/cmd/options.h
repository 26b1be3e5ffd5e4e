/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "count/accounts.h"
#include "doctor/thresholds.h"
#include "select/filter.h"
#include "table/terminal.h"

/**
 * enum command - the first word of the command line
 */
enum command {
	COMMAND_PORTS,
	COMMAND_SOCKETS,
	COMMAND_SHOW,
	COMMAND_WHO,
	COMMAND_PROGRAMS,
	COMMAND_KILL,
	COMMAND_SUMMARY,
	COMMAND_EVENTS,
	COMMAND_CLOSED,
	COMMAND_DOORS,
	COMMAND_METRICS,
	COMMAND_DOCTOR,
	COMMAND_STATS,
	COMMAND_RESET,
	COMMAND_TOP,
	COMMAND_RECORD,
	COMMAND_REPLAY,
	COMMAND_SERVE,
};

#define COMMANDS	(COMMAND_SERVE + 1)

/* What a command can take; of each option that is not for all of them, which it needs. */
#define TAKES_JSON		(1u << 0)
#define TAKES_COLUMNS		(1u << 1)
#define TAKES_PROCESSES		(1u << 2)
#define TAKES_NETNS		(1u << 3)
#define TAKES_ALL_NETNS		(1u << 4)
#define TAKES_SINCE		(1u << 5)
#define TAKES_COUNT		(1u << 6)
#define TAKES_TYPE		(1u << 7)
#define TAKES_METRICS		(1u << 8)
#define TAKES_SOCKETS		(1u << 9)
#define TAKES_FILTER		(1u << 10)
#define TAKES_TEXT		(1u << 11)
#define TAKES_KILL		(1u << 12)
#define TAKES_SORT		(1u << 13)
#define TAKES_BY		(1u << 14)
#define TAKES_TOP		(1u << 15)
#define TAKES_DOCTOR		(1u << 16)
#define TAKES_RECORD		(1u << 17)
#define TAKES_REPLAY		(1u << 18)
#define TAKES_SERVE		(1u << 19)

/**
 * enum metrics_format - form of metrics
 * @METRICS_OPENMETRICS: OpenMetrics 1.0
 * @METRICS_PROMETHEUS: Prometheus' own text format, version 0.0.4
 */
enum metrics_format {
	METRICS_OPENMETRICS,
	METRICS_PROMETHEUS,
};

/**
 * enum view - what the live view can show
 */
enum view {
	VIEW_PORTS,
	VIEW_SOCKETS,
	VIEW_PROGRAMS,
	VIEW_PROCESSES,
	VIEW_DESTINATIONS,
	VIEW_CLOSED,
	VIEW_DOORS,
};

#define VIEWS	(VIEW_DOORS + 1)

/* By enum view. */
extern const char *const view_names[VIEWS];

/* With metrics, so many ports have series of their own when nobody chooses. */
#define METRICS_TOP	100
#define METRICS_TOP_MAX	1000
/* Of listings. */
#define TOP_MAX		1000000

/* Of a recorder: a file may have so much, and so many older ones stay. */
#define RECORD_SIZE	(100u << 20)
#define RECORD_SIZE_MIN	1000
#define RECORD_KEEP	7
#define RECORD_KEEP_MAX	1000

/* Kinds of sockets of which ss(8) has a table for each type. */
#define SS_TYPED	3

struct playback;

/**
 * struct options - what the command line says
 * @command: what to do
 * @filter: about which sockets
 * @plan: that of @filter, when words are an expression; else NULL
 * @columns: list of columns, NULL for the default
 * @sort: list of columns to order rows by, NULL for none
 * @netns: network namespace to ask about, NULL for our own
 * @who: for COMMAND_WHO: a PID, process, unit or container; for COMMAND_PROGRAMS: a program,
 *	unit or container; NULL for all
 * @by: for COMMAND_PROGRAMS: what they are summed up by
 * @since: file with an earlier answer, NULL for none
 * @filter_file: file with more words about @filter, "-" for stdin; NULL for none
 * @textfile: for COMMAND_METRICS: file to write, NULL for stdout
 * @record: for COMMAND_RECORD: file to write
 * @replay: file to answer from, NULL for the kernel
 * @from: beginning of a time, in milliseconds since 1970; 0 for none
 * @to: its end, or the moment that is asked about; 0 for the last
 * @max_size: for COMMAND_RECORD: bytes of a file
 * @keep: for COMMAND_RECORD: how many older files
 * @playback: moments to look at one after the other, or NULL
 * @port: for COMMAND_SHOW
 * @baseline: for COMMAND_DOCTOR: file with the ports that may be open to all, NULL for none
 * @thresholds: for COMMAND_DOCTOR
 * @listen: for COMMAND_SERVE: list of addresses, NULL for the usual one
 * @host_names: for COMMAND_SERVE: list of names by which it is asked, NULL for none
 * @web_config: for COMMAND_SERVE: file with certificate and users, NULL for none
 * @interval: milliseconds between two looks, 0 for one look
 * @count: of intervals or events, 0 for no end
 * @types: set of bits 1 << SOCKPORT_EVENT_TYPE_*, 0 for all
 * @top: how many rows of a listing; for COMMAND_METRICS: ports with series of their own
 * @ss_types: of each such kind, a bit 1 << SOCK_* for each type asked for; ~0 for all,
 *	0 for none said
 * @format: for COMMAND_METRICS
 * @view: for COMMAND_TOP: which comes first
 * @color: when tables have colours
 * @processes: tell who has the sockets open
 * @all_netns: ask about all network namespaces
 * @json: JSON instead of text
 * @numeric: no names of users and services
 * @no_header: no names of columns
 * @wide: lines may be longer than those of the terminal
 * @help: print the help, and nothing else
 * @version: print the version, and nothing else
 * @list_columns: list the columns, and nothing else
 * @all_states: sockets of all states
 * @like_ss: a letter of ss(8) chose what to list
 * @kinds_like_ss: a letter of ss(8) chose kinds of sockets
 * @tables: names of tables of ss(8) did
 * @timers: tell timers
 * @extended: tell what sockets are known by
 * @memory: tell the memory of sockets
 * @info: tell what TCP knows of its connections
 * @cgroup: tell the cgroup of sockets
 * @reverse: the other way round
 * @batch: for COMMAND_TOP: print frames, without a screen
 * @yes: for COMMAND_KILL: do not ask
 * @share: for COMMAND_SERVE: tell everybody all that it may see
 * @nagios: for COMMAND_DOCTOR: as a plugin of Nagios
 * @has_command: the command is said
 * @has_filter: something was said about @filter
 * @has_format: something was said about @format
 * @has_top: something was said about @top
 * @has_by: something was said about @by
 * @has_at: @to is a moment
 * @has_time: @from and @to are a time
 */
struct options {
	enum command command;
	struct filter filter;
	struct expression_plan *plan;
	const char *columns;
	const char *sort;
	const char *netns;
	const char *who;
	enum accounts_by by;
	const char *since;
	const char *baseline;
	struct thresholds thresholds;
	const char *filter_file;
	const char *textfile;
	const char *record;
	const char *replay;
	uint64_t from;
	uint64_t to;
	uint64_t max_size;
	uint32_t keep;
	struct playback *playback;
	const char *listen;
	const char *host_names;
	const char *web_config;
	uint32_t port;
	uint32_t interval;
	uint32_t count;
	uint32_t types;
	uint32_t top;
	unsigned int ss_types[SS_TYPED];
	enum metrics_format format;
	enum view view;
	enum terminal_color color;
	bool processes;
	bool all_netns;
	bool json;
	bool numeric;
	bool no_header;
	bool wide;
	bool help;
	bool version;
	bool list_columns;
	bool all_states;
	bool like_ss;
	bool kinds_like_ss;
	bool tables;
	bool timers;
	bool extended;
	bool memory;
	bool info;
	bool cgroup;
	bool reverse;
	bool batch;
	bool yes;
	bool share;
	bool nagios;
	bool has_command;
	bool has_filter;
	bool has_format;
	bool has_top;
	bool has_by;
	bool has_at;
	bool has_time;
};

int options_parse(struct options *options, int argc, char **argv, struct failure *failure);
void options_free(struct options *options);
void options_help(const struct options *options);
void options_list(FILE *stream, unsigned int takes, unsigned int filters);

#endif
