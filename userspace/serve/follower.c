// SPDX-License-Identifier: GPL-2.0
/* What waits for one who follows events. */
#include "serve/follower.h"

#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "columns/row.h"
#include "format/clock.h"
#include "select/match.h"
#include "serve/late-microhttpd.h"
#include "stop.h"

#define WAITING_MAX	FOLLOWER_WAITING_MAX
/* How long a name is taken for granted. */
#define REFRESH_MS	1000

/**
 * follower_free - forget one
 * @follower: the follower
 */
void follower_free(struct follower *follower)
{
	names_free(follower->names);
	options_free(&follower->options);
	words_free(&follower->words);
	free(follower);
}

static int prepare(struct follower *follower, struct failure *failure)
{
	struct options *options = &follower->options;

	if (words_parse(&follower->words, options, failure))
		return -1;
	if (options->all_netns || options->netns)
		return failure_set(failure, EXIT_USAGE,
				   "events of other network namespaces are not served");
	if (answer_select(&follower->selection, options, failure) ||
	    (options->plan && expression_resolve(options->plan, true, failure)))
		return -1;
	follower->names = names_new(options->numeric);
	if (!follower->names)
		return failure_set(failure, EXIT_RUN, "out of memory");
	sink_init(&follower->sink, SINK_JSON, follower->names, options->numeric);
	return 0;
}

/**
 * follower_new - somebody who wants to follow
 * @words: the command line that asks for events, taken over
 * @failure: what makes no sense in it
 *
 * Return: to be freed with follower_free(), or NULL.
 */
struct follower *follower_new(struct words *words, struct failure *failure)
{
	struct follower *follower = calloc(1, sizeof(*follower));

	if (!follower) {
		words_free(words);
		failure_set(failure, EXIT_RUN, "out of memory");
		return NULL;
	}
	follower->words = *words;
	*words = (struct words){ 0 };
	if (!prepare(follower, failure))
		return follower;
	follower_free(follower);
	return NULL;
}

/**
 * follower_take - take what waits
 * @follower: the follower
 * @to: where to
 * @room: how much at most
 *
 * Return: how much it was.
 */
size_t follower_take(struct follower *follower, char *to, size_t room)
{
	const size_t size = follower->size < room ? follower->size : room;
	const size_t straight = WAITING_MAX - follower->begin;

	if (size <= straight) {
		memcpy(to, follower->text + follower->begin, size);
	} else {
		memcpy(to, follower->text + follower->begin, straight);
		memcpy(to + straight, follower->text, size - straight);
	}
	follower->begin = (follower->begin + size) % WAITING_MAX;
	follower->size -= size;
	return size;
}

/**
 * follower_wake - have its connection go on, if it waits
 * @follower: the follower
 */
void follower_wake(struct follower *follower)
{
	if (!follower->is_waiting)
		return;
	follower->is_waiting = false;
	mhd.MHD_resume_connection(follower->connection);
}

static void put_bytes(struct follower *follower, const char *text, size_t size)
{
	size_t end = (follower->begin + follower->size) % WAITING_MAX;
	size_t straight = WAITING_MAX - end < size ? WAITING_MAX - end : size;

	memcpy(follower->text + end, text, straight);
	memcpy(follower->text, text + straight, size - straight);
	follower->size += size;
}

/**
 * follower_put - something to take
 * @follower: the follower
 * @text: what it is
 * @size: its length
 *
 * Return: false where there is no room for all of it.
 */
bool follower_put(struct follower *follower, const char *text, size_t size)
{
	if (size > WAITING_MAX - follower->size)
		return false;
	put_bytes(follower, text, size);
	follower_wake(follower);
	return true;
}

static bool put_row(struct follower *follower, struct output *output,
		    const struct event_row *row)
{
	bool fits;

	output_put(output, "data: ");
	row_object(output, &follower->selection, row, &follower->sink);
	output_put(output, "\n\n");
	fits = follower_put(follower, output->buffer, output->next - output->buffer);
	output_discard(output);
	return fits;
}

/**
 * follower_lost - an event that says that others were lost
 *
 * How many nobody knows.
 */
struct event_row follower_lost(void)
{
	return (struct event_row){
		.known = 1ull << SOCKPORT_A_EVENT_TYPE | 1ull << SOCKPORT_A_EVENT_TIME,
		.time = clock_now_ms() * NS_PER_MS,
		.type = SOCKPORT_EVENT_TYPE_LOST,
	};
}

/* Names change while one looks on, but not that often. */
static void refresh_names(struct follower *follower)
{
	const uint64_t now = stop_clock_ms();

	if (now < follower->refreshed + REFRESH_MS)
		return;
	follower->refreshed = now;
	names_refresh(follower->names);
}

/**
 * follower_put_event - an event, if it is one that is wanted
 * @follower: the follower
 * @output: nothing is in it
 * @row: the event
 *
 * That some were lost comes before the next one.
 */
void follower_put_event(struct follower *follower, struct output *output,
			const struct event_row *row)
{
	const struct event_row lost = follower_lost();

	if (!match_event(&follower->options.filter, follower->options.types, row))
		return;
	refresh_names(follower);
	if (follower->has_lost && put_row(follower, output, &lost))
		follower->has_lost = false;
	if (follower->has_lost || !put_row(follower, output, row))
		follower->has_lost = true;
}
