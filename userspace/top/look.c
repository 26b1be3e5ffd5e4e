// SPDX-License-Identifier: GPL-2.0
/* A view is looked at again and again; what it shows is always a whole answer. */
#include "top/look.h"

#include <string.h>

#include "cmd/plan.h"
#include "columns/tables.h"
#include "commands.h"
#include "format/clock.h"
#include "stop.h"

const struct listing listings[VIEWS] = {
	[VIEW_PORTS] = {
		.command = COMMAND_PORTS, .columns = &port_columns, .ask = look_ports,
		.shown = "proto,role,port,service,state,sockets,bytes_in,bytes_out,trend,accepted,"
			 "opened,failed,retransmits,listen_drops,backlog,limit,drops,rx_queue,"
			 "tx_queue,users,active",
		.sort = "bytes_in,bytes_out,sockets" },
	[VIEW_SOCKETS] = {
		.command = COMMAND_SOCKETS, .columns = &socket_columns, .ask = look_sockets,
		.shown = "proto,state,local_end,remote_end,rx_queue,tx_queue,user,role,inode",
		.sort = "rx_queue,tx_queue" },
	[VIEW_PROGRAMS] = {
		.command = COMMAND_PROGRAMS, .columns = &account_columns, .ask = look_programs,
		.shown = "program,unit,connections,bytes_in,bytes_out,trend,accepted,opened,failed,"
			 "retransmits,user,active",
		.sort = "bytes_in,bytes_out,connections" },
	[VIEW_PROCESSES] = {
		.command = COMMAND_SUMMARY, .columns = &holder_columns, .ask = look_processes,
		.shown = "pid,comm,in,out,trend,unix,other,lingering,unit,listens",
		.sort = "in,out,unix,other" },
	[VIEW_DESTINATIONS] = {
		.command = COMMAND_SUMMARY, .columns = &destination_columns,
		.ask = look_destinations,
		.shown = "proto,remote,port,local,used,max,percent,level,trend", .sort = "used" },
	[VIEW_CLOSED] = {
		.command = COMMAND_CLOSED, .columns = &ended_columns, .ask = look_closed,
		.shown = "time,type,role,port,local_end,remote_end,cause,duration,bytes_in,"
			 "bytes_out,process,rtt,retransmits,service,user",
		.sort = "time" },
	[VIEW_DOORS] = {
		.command = COMMAND_DOORS, .columns = &door_columns, .ask = look_doors,
		.shown = "proto,port,service,attempts,trend,source,source_ports,last,local,first",
		.sort = "attempts,last" },
};

/**
 * look_out_of_memory - say so
 * @look: the look
 *
 * Return: -1.
 */
int look_out_of_memory(struct top_look *look)
{
	return failure_set(look->failure, EXIT_RUN, "out of memory");
}

/* Columns by their names; the trend is in no table. */
static void select_shown(struct top_look *look)
{
	const char *name = look->listing->shown;
	char one[COLUMN_TITLE_MAX + 1] = "+";
	size_t length;

	selection_default(&look->selection, look->listing->columns, 0, look->options.numeric);
	for (; *name; name += length + (name[length] == ',')) {
		length = strcspn(name, ",");
		memcpy(one + 1, name, length);
		one[length + 1] = 0;
		if (!strcmp(one + 1, trend_column.name))
			selection_add(&look->selection, &trend_column);
		else
			selection_parse(&look->selection, look->listing->columns, one, look->failure);
	}
	if (look->options.all_netns && look->listing->command != COMMAND_SUMMARY)
		selection_put_first(&look->selection, look->listing->columns, "netns");
}

/**
 * look_at - choose what to look at
 * @look: the look; what it has of another view is forgotten
 * @view: the view
 * @sort: columns to order by, NULL for those of the view
 *
 * Return: 0; -1 if there are no such columns, then rows are in the order of the view.
 */
int look_at(struct top_look *look, enum view view, const char *sort)
{
	const struct listing *listing = &listings[view];
	int error;

	if (look->listing != listing)
		look_forget(look);
	look->view = view;
	look->listing = listing;
	select_shown(look);
	look->selection.per_second = view == VIEW_PORTS || view == VIEW_PROGRAMS;
	look->selection.descending = !look->options.reverse;
	error = selection_sort(&look->selection, listing->columns, sort ? sort : listing->sort,
			       look->failure);
	if (!error)
		return 0;
	look->selection.sorts = 0;
	selection_sort(&look->selection, listing->columns, listing->sort, look->failure);
	return -1;
}

/**
 * look_forget - forget what was seen, also what it was before
 * @look: the look
 */
void look_forget(struct top_look *look)
{
	look->asked = 0;
	look->taken = 0;
	look->has_sums = false;
	top_rows_free(&look->rows);
	trends_free(&look->trends);
	snapshot_free(&look->before);
	accounts_free(&look->programs);
}

/**
 * view_look_free - end looking
 * @look: the look
 */
void view_look_free(struct top_look *look)
{
	look_forget(look);
	top_rows_free(&look->next);
	snapshot_free(&look->now);
	accounts_free(&look->programs_now);
}

/**
 * look_keep - show a row, if it is one of the first
 * @look: the look
 * @row: one of the structs of rows.h
 * @about: what can be done with it
 * @trend: of it, or NULL
 *
 * Return: 0, or -1 without memory.
 */
int look_keep(struct top_look *look, const void *row, const struct row_about *about,
	      struct trend *trend)
{
	char text[TREND_TEXT];

	if (!top_rows_wants(&look->next, row))
		return 0;
	if (trend)
		trend_text(&look->trends, trend, look->next.sink.utf8, text);
	return top_rows_keep(&look->next, row, about, trend ? text : NULL) ?
	       0 : look_out_of_memory(look);
}

/* A filter that the view cannot follow would let others through. */
static int check(struct top_look *look)
{
	const struct command_row *command = &commands[look->listing->command];
	struct options *options = &look->options;

	options->command = look->listing->command;
	options->filter.by_port = command->by_port;
	if (filter_keys(&options->filter) & ~command->filters ||
	    (options->filter.plan && look->listing->command == COMMAND_DOORS))
		return failure_set(look->failure, EXIT_USAGE,
				   "%s cannot be filtered by that", view_names[look->view]);
	return options->plan ? plan_check(options, look->failure) : 0;
}

static void accept_answer(struct top_look *look, uint64_t began)
{
	top_rows_end(&look->next);
	top_rows_free(&look->rows);
	look->rows = look->next;
	look->next = (struct top_rows){ 0 };
	snapshot_sort(&look->now);
	snapshot_free(&look->before);
	look->before = look->now;
	look->now = (struct snapshot){ 0 };
	accounts_free(&look->programs);
	look->programs = look->programs_now;
	look->programs_now = (struct accounts){ 0 };
	look->asked = began;
	look->taken = clock_now_ms();
}

/**
 * view_look_take - look again
 * @look: the look; where that fails it stays as it was
 * @rows: how many are shown
 *
 * Return: 0 or -1.
 */
int view_look_take(struct top_look *look, uint32_t rows)
{
	const uint64_t began = stop_clock_ms();
	int error = check(look);

	look->elapsed = look->asked ? began - look->asked + (began == look->asked) : 0;
	look->selection.top = rows < LOOK_ROWS_LEAST ? LOOK_ROWS_LEAST :
			      rows > LOOK_ROWS_MAX ? LOOK_ROWS_MAX : rows;
	look->now.time = clock_now_ms();
	names_refresh(look->names);
	if (!error && !top_rows_begin(&look->next, &look->selection, look->names))
		error = look_out_of_memory(look);
	if (!error) {
		trends_next(&look->trends, look->elapsed);
		error = look->listing->ask(look);
	}
	if (!error) {
		accept_answer(look, began);
		return 0;
	}
	top_rows_free(&look->next);
	snapshot_free(&look->now);
	accounts_free(&look->programs_now);
	return -1;
}
