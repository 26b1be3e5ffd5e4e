// SPDX-License-Identifier: GPL-2.0
/* All commands: what each is for, what it takes, and who answers. */
#include "commands.h"

#include "cmd/closed.h"
#include "cmd/doctor.h"
#include "cmd/doors.h"
#include "cmd/events.h"
#include "cmd/kill.h"
#include "cmd/listing.h"
#include "cmd/metrics.h"
#include "cmd/programs.h"
#include "cmd/rates.h"
#include "cmd/show.h"
#include "cmd/stats.h"
#include "cmd/summary.h"
#include "cmd/who.h"
#include "columns/tables.h"
#include "record/record.h"
#include "select/match.h"
#include "serve/serve.h"
#include "top/top.h"

#define TAKES_LISTING	(TAKES_JSON | TAKES_TEXT | TAKES_NETNS | TAKES_ALL_NETNS | TAKES_FILTER)

static int run_ports(const struct question *question)
{
	const struct options *options = question->options;

	return (options->since || options->interval ? rates_print : listing_ports)
	       (question->client, options, question->names, question->selection,
		question->failure);
}

static int run_sockets(const struct question *question)
{
	return listing_sockets(question->client, question->options, question->names,
			       question->selection, question->failure);
}

static int run_show(const struct question *question)
{
	return show_port(question->client, question->options, question->names,
			 question->selection, question->failure);
}

static int run_who(const struct question *question)
{
	return who_print(question->client, question->options, question->names,
			 question->selection, question->failure);
}

static int run_programs(const struct question *question)
{
	return programs_print(question->client, question->options, question->names,
			      question->selection, question->failure);
}

static int run_kill(const struct question *question)
{
	return kill_sockets(question->client, question->options, question->names,
			    question->selection, question->failure);
}

static int run_summary(const struct question *question)
{
	return summary_print(question->client, question->options, question->names,
			     question->selection, question->failure);
}

static int run_events(const struct question *question)
{
	return events_follow(question->client, question->options, question->names,
			     question->selection, question->failure);
}

static int run_closed(const struct question *question)
{
	return closed_print(question->client, question->options, question->names,
			    question->selection, question->failure);
}

static int run_doors(const struct question *question)
{
	return doors_print(question->client, question->options, question->names,
			   question->selection, question->failure);
}

static int run_metrics(const struct question *question)
{
	return metrics_print(question->client, question->options, question->names,
			     question->failure);
}

static int run_doctor(const struct question *question)
{
	return doctor_print(question->client, question->options, question->names,
			    question->failure);
}

static int run_stats(const struct question *question)
{
	return stats_print(question->client, question->options, question->names,
			   question->failure);
}

static int run_reset(const struct question *question)
{
	return client_reset(question->client, question->failure);
}

static int run_top(const struct question *question)
{
	return top_run(question->client, question->options, question->names, question->failure);
}

static int run_serve(const struct question *question)
{
	return serve_run(question->options, question->failure);
}

const struct command_row commands[COMMANDS] = {
	[COMMAND_PORTS] = {
		.name = "ports", .run = run_ports, .columns = &port_columns, .by_port = true,
		.replays = true, .is_served = true,
		.help = "a row for each port (what it does when no command is given)",
		.processes = { "+processes", "+processes,more_processes,kernel" },
		.takes = TAKES_LISTING | TAKES_COLUMNS | TAKES_PROCESSES | TAKES_SINCE |
			 TAKES_COUNT | TAKES_SORT,
		.filters = FILTER_KEYS_ALL },
	[COMMAND_SOCKETS] = {
		.name = "sockets", .run = run_sockets, .columns = &socket_columns,
		.replays = true, .is_served = true,
		.help = "a row for each socket, of every kind",
		.processes = { "+processes",
			       "+processes,process_count,by_port,remembered,kernel" },
		.takes = TAKES_LISTING | TAKES_COLUMNS | TAKES_PROCESSES | TAKES_SOCKETS |
			 TAKES_SORT,
		.filters = FILTER_KEYS_ALL },
	[COMMAND_SHOW] = {
		.name = "show", .run = run_show, .argument = "PORT", .by_port = true,
		.replays = true, .is_served = true,
		.help = "all about one port, a number or the name of a service",
		.parts = { { "peers", &peer_columns }, { NULL, &show_columns },
			   { "ports", &port_columns }, { "bound", &socket_columns },
			   { "owners", &holder_columns }, { "outgoing", &socket_columns },
			   { "refused", &door_columns } },
		.takes = TAKES_LISTING | TAKES_PROCESSES | TAKES_COLUMNS | TAKES_SORT,
		.filters = FILTER_KEYS_ALL & ~FILTER_KEY(PORT) },
	[COMMAND_WHO] = {
		.name = "who", .run = run_who, .argument = "[PID|NAME|UNIT]",
		.replays = true, .is_served = true,
		.help = "the sockets of each process; or all those of a process, unit or container",
		.parts = { { "processes", &holder_columns }, { "sockets", &held_columns },
			   { "sockets", &socket_columns }, { NULL, &who_columns } },
		.takes = TAKES_LISTING | TAKES_PROCESSES | TAKES_COLUMNS | TAKES_SORT | TAKES_BY |
			 TAKES_SINCE | TAKES_COUNT,
		.filters = FILTER_KEYS_ALL },
	[COMMAND_PROGRAMS] = {
		.name = "programs", .run = run_programs, .columns = &account_columns,
		.replays = true, .is_served = true,
		.argument = "[NAME|UNIT]",
		.help = "what each program did, unit, container or user; also who --by WHAT",
		.takes = TAKES_JSON | TAKES_TEXT | TAKES_NETNS | TAKES_ALL_NETNS | TAKES_COLUMNS |
			 TAKES_SORT | TAKES_SINCE | TAKES_COUNT | TAKES_BY },
	[COMMAND_KILL] = {
		.name = "kill", .run = run_kill, .columns = &socket_columns, .enters = true,
		.parts = { { NULL, &kill_columns } },
		.help = "end the TCP and UDP connections that match, after a question",
		.takes = TAKES_JSON | TAKES_TEXT | TAKES_NETNS | TAKES_FILTER | TAKES_COLUMNS |
			 TAKES_KILL,
		.filters = FILTER_KEYS_ALL },
	[COMMAND_SUMMARY] = {
		.name = "summary", .run = run_summary,
		.replays = true, .is_served = true,
		.help = "how many sockets there are, and how near the limits are",
		.parts = { { "sockets", &tally_columns }, { "limits", &limit_columns },
			   { "destinations", &destination_columns }, { NULL, &summary_columns } },
		.takes = TAKES_LISTING | TAKES_COLUMNS | TAKES_SORT, .filters = FILTER_KEYS_ALL },
	[COMMAND_EVENTS] = {
		.name = "events", .run = run_events, .columns = &event_columns, .enters = true,
		.lines = true,
		.help = "what happens, a line for each event, until Ctrl-C",
		.takes = TAKES_LISTING | TAKES_COLUMNS | TAKES_COUNT | TAKES_TYPE,
		.filters = MATCH_EVENT_KEYS },
	[COMMAND_CLOSED] = {
		.name = "closed", .run = run_closed, .columns = &ended_columns,
		.replays = true, .is_served = true,
		.help = "the TCP connections that ended or failed last, and why",
		.takes = TAKES_LISTING | TAKES_COLUMNS | TAKES_SORT, .filters = MATCH_EVENT_KEYS },
	[COMMAND_DOORS] = {
		.name = "closed-doors", .run = run_doors, .columns = &door_columns,
		.replays = true, .is_served = true,
		.help = "ports where nobody listens, and who knocked",
		.takes = TAKES_LISTING | TAKES_COLUMNS | TAKES_SORT, .filters = MATCH_DOOR_KEYS },
	[COMMAND_METRICS] = {
		.name = "metrics", .run = run_metrics, .by_port = true, .enters = true,
		.help = "all that for Prometheus, as OpenMetrics text",
		.takes = TAKES_NETNS | TAKES_ALL_NETNS | TAKES_METRICS | TAKES_FILTER,
		.filters = FILTER_KEYS_ALL },
	[COMMAND_DOCTOR] = {
		.name = "doctor", .run = run_doctor, .enters = true,
		.replays = true, .is_served = true,
		.help = "what is wrong, why it matters and what to do about it",
		.parts = { { "findings", &finding_columns }, { "measures", &measure_columns },
			   { "unseen", &unseen_columns } },
		.takes = TAKES_JSON | TAKES_NETNS | TAKES_ALL_NETNS | TAKES_DOCTOR },
	[COMMAND_STATS] = {
		.name = "stats", .run = run_stats, .parts = { { NULL, &stats_columns } },
		.replays = true, .is_served = true,
		.help = "what the kernel module itself costs",
		.takes = TAKES_JSON },
	[COMMAND_RESET] = {
		.name = "reset", .run = run_reset, .enters = true,
		.help = "begin the history of the ports anew",
		.takes = TAKES_NETNS },
	[COMMAND_TOP] = {
		.name = "top", .run = run_top, .replays = true,
		.help = "all that live on a terminal: ports, sockets, programs, destinations, what ended",
		.takes = TAKES_NETNS | TAKES_ALL_NETNS | TAKES_FILTER | TAKES_COUNT | TAKES_SORT |
			 TAKES_TOP,
		.filters = FILTER_KEYS_ALL },
	[COMMAND_RECORD] = {
		.name = "record", .run = record_run, .argument = "FILE",
		.help = "all of it into a file again and again, to be looked at later",
		.takes = TAKES_ALL_NETNS | TAKES_RECORD | TAKES_COUNT },
	[COMMAND_REPLAY] = {
		.name = "replay", .run = replay_run, .argument = "FILE [COMMAND ...]",
		.columns = &moment_columns,
		.help = "what other commands said when it was recorded; or which records there are",
		.takes = TAKES_JSON | TAKES_TEXT | TAKES_COLUMNS | TAKES_SORT | TAKES_REPLAY },
	[COMMAND_SERVE] = {
		.name = "serve", .run = run_serve, .alone = true,
		.help = "all that over HTTP: metrics, JSON, events and a page that shows them",
		.takes = TAKES_SERVE },
};

/**
 * command_columns - the columns that can be chosen
 * @command: the command
 *
 * Return: them, NULL where none can.
 */
const struct columns *command_columns(const struct command_row *command)
{
	if (command->columns)
		return command->columns;
	return command->takes & TAKES_COLUMNS ? command->parts[0].columns : NULL;
}
