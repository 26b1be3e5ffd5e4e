// SPDX-License-Identifier: GPL-2.0
/* To look again and again, and show what happened in between. */
#include "cmd/looks.h"

#include <stdio.h>

#include "format/clock.h"
#include "format/quantity.h"
#include "stop.h"

/* Of several tables, each says when it was. */
static void print_moment(const struct options *options, bool is_first)
{
	char moment[QUANTITY_MAX + 1];

	if (options->json || options->no_header)
		return;
	*quantity_put_moment(moment, clock_now_ms(), 0) = 0;
	printf("%s%s\n", is_first ? "" : "\n", moment);
}

/* Looks do not drift, each is so long after the first; one that was missed is left out. */
static uint64_t next_look(uint64_t last, uint64_t interval)
{
	const uint64_t now = stop_clock_ms();

	if (now < last + interval)
		return last + interval;
	return now - (now - last) % interval;
}

/* When a look begins. */
static uint64_t begin_look(struct look *look, uint64_t asked)
{
	const uint64_t now = stop_clock_ms();

	look->elapsed = now > asked ? now - asked : 1;
	return now;
}

static int play(const struct options *options, look_function function, void *data)
{
	struct playback *playback = options->playback;
	struct look look = { .goes_on = true };
	uint32_t number = 0;
	bool is_first;

	if (function(&look, data))
		return -1;
	while (look.goes_on) {
		is_first = !look.elapsed;
		if (playback->next(playback, &look.elapsed))
			return -1;
		look.goes_on = playback->has_more(playback) &&
			       (!options->count || ++number < options->count);
		print_moment(options, is_first);
		if (function(&look, data))
			return -1;
	}
	return 0;
}

/**
 * looks_follow - look again and again, until nobody wants more
 * @options: how often, and the form
 * @names: names, which may be others each time
 * @function: looks
 * @data: for it
 *
 * Return: 0 or -1.
 */
int looks_follow(const struct options *options, struct names *names, look_function function,
		 void *data)
{
	uint64_t next = stop_clock_ms(), asked = next;
	struct look look = { .goes_on = true };
	uint32_t number = 0;

	if (options->playback)
		return play(options, function, data);
	stop_catch();
	if (function(&look, data))
		return -1;
	while (look.goes_on) {
		next = next_look(next, options->interval);
		if (stop_wait(-1, next) == STOP_NOW)
			return 0;
		look.goes_on = !options->count || ++number < options->count;
		print_moment(options, !look.elapsed);
		/* Meanwhile a namespace may have gone, and another one may have its number. */
		names_refresh(names);
		asked = begin_look(&look, asked);
		if (function(&look, data))
			return -1;
		/* Who reads along gets each table at once. That it failed is told at the end. */
		if (fflush(stdout))
			look.goes_on = false;
	}
	return 0;
}
