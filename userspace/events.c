// SPDX-License-Identifier: GPL-2.0
/* Events as they come, a line for each, until somebody has seen enough. */
#include "events.h"

#include <stdio.h>
#include <unistd.h>

#include "json.h"
#include "match.h"
#include "stop.h"
#include "text.h"

/**
 * struct follow - what becomes of events
 * @options: filter and form
 * @names: names of users and services
 * @selection: columns that are shown
 * @output: stdout
 * @shown: events so far, the news that some were lost not counted
 */
struct follow {
	const struct options *options;
	struct names *names;
	const struct selection *selection;
	struct output output;
	uint32_t shown;
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
		return text_row(&follow->output, follow->selection, row, follow->names) ? 0 : -1;
	json_object(&follow->output, follow->selection, row, follow->names);
	json_put(&follow->output, "\n");
	return output_row_done(&follow->output) ? 0 : -1;
}

/* Who reads along gets each batch at once. */
static int follow_events(struct follow *follow, struct client *client, struct failure *failure)
{
	bool lost;

	while (!is_done(follow) &&
	       stop_wait(client_descriptor(client), 0) == STOP_READABLE) {
		lost = false;
		if (client_events(client, take_event, follow, &lost, failure) ||
		    !output_flush(&follow->output))
			return -1;
		if (lost)
			fputs("sockport: events were lost: they came faster than they could be read\n",
			      stderr);
	}
	return 0;
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
	struct follow follow = { .options = options, .names = names, .selection = selection };
	int error = 0;

	stop_catch();
	if (client_listen(client, failure) ||
	    output_open(&follow.output, STDOUT_FILENO, failure))
		return -1;
	if (!options->json && !options->no_header)
		text_header(&follow.output, selection);
	if (output_flush(&follow.output))
		error = follow_events(&follow, client, failure);
	/* If writing failed, that is why. */
	return output_close(&follow.output, failure) ? -1 : error;
}
