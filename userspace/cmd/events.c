// SPDX-License-Identifier: GPL-2.0
/* Events as they come, a line for each, until somebody has seen enough. */
#include "cmd/events.h"

#include <stdio.h>

#include "cmd/stats.h"
#include "columns/row.h"
#include "format/clock.h"
#include "select/match.h"
#include "stop.h"

/* How long a name is taken for granted. */
#define REFRESH_MS	1000

/**
 * struct follow - what becomes of events
 * @options: filter and form
 * @selection: columns that are shown
 * @sink: takes their values
 * @output: stdout
 * @shown: events so far, the news that some were lost not counted
 * @refreshed: when names were forgotten, on the clock of stop_clock_ms()
 */
struct follow {
	const struct options *options;
	const struct selection *selection;
	struct sink sink;
	struct output output;
	uint32_t shown;
	uint64_t refreshed;
};

static bool is_done(const struct follow *follow)
{
	return follow->options->count && follow->shown >= follow->options->count;
}

static int take_event(const struct event_row *row, void *data)
{
	struct follow *follow = data;

	if (is_done(follow) || !match_event(&follow->options->filter, follow->options->types, row))
		return 0;
	follow->shown += row->type != SOCKPORT_EVENT_TYPE_LOST;
	if (!follow->options->json)
		return row_line(&follow->output, follow->selection, row, &follow->sink) ? 0 : -1;
	row_object(&follow->output, follow->selection, row, &follow->sink);
	output_put(&follow->output, "\n");
	return output_row_done(&follow->output) ? 0 : -1;
}

/* How many were lost nobody knows. */
static int tell_lost(struct follow *follow)
{
	const struct event_row row = {
		.known = 1ull << SOCKPORT_A_EVENT_TYPE | 1ull << SOCKPORT_A_EVENT_TIME,
		.time = clock_now_ms() * NS_PER_MS,
		.type = SOCKPORT_EVENT_TYPE_LOST,
	};

	fputs("sockport: events were lost: they came faster than they could be read\n", stderr);
	return take_event(&row, follow);
}

/* Names change while one looks on, but not that often. */
static void refresh_names(struct follow *follow)
{
	const uint64_t now = stop_clock_ms();

	if (now < follow->refreshed + REFRESH_MS)
		return;
	follow->refreshed = now;
	names_refresh(follow->sink.names);
}

/* Who reads along gets each batch at once. */
static int follow_events(struct follow *follow, struct client *client, struct failure *failure)
{
	bool lost;

	while (!is_done(follow) &&
	       stop_wait(client_descriptor(client), 0) == STOP_READABLE) {
		refresh_names(follow);
		lost = false;
		if (client_events(client, take_event, follow, &lost, failure) ||
		    (lost && tell_lost(follow)) || !output_flush(&follow->output))
			return -1;
	}
	return 0;
}

/* Where there is no history there are no events either, however long one waits. */
static int check_history(const struct stats_row *row, void *data)
{
	if (stats_have_history(row))
		return 0;
	return failure_set(data, EXIT_RUN,
			   "history is switched off, so there are no events: echo Y > /sys/module/sockport/parameters/history");
}

/**
 * events_follow - print events until a signal, a count or a closed pipe ends it
 * @client: the client
 * @options: which events and the form
 * @names: names of users and services
 * @selection: the columns
 * @failure: what went wrong
 *
 * The header of text is written when no later event can be missed any more.
 *
 * Return: 0 or -1.
 */
int events_follow(struct client *client, const struct options *options, struct names *names,
		  const struct selection *selection, struct failure *failure)
{
	struct follow follow = { .options = options, .selection = selection };
	int error = 0;

	sink_init(&follow.sink, options->json ? SINK_JSON : SINK_TEXT, names, options->numeric);
	stop_catch();
	if (client_stats(client, check_history, failure, failure) ||
	    client_listen(client, &options->filter, failure) ||
	    output_open_answer(&follow.output, failure))
		return -1;
	if (!options->json && !options->no_header)
		row_header(&follow.output, selection);
	if (output_flush(&follow.output))
		error = follow_events(&follow, client, failure);
	/* If writing failed, that is why. */
	return output_close(&follow.output, failure) ? -1 : error;
}
