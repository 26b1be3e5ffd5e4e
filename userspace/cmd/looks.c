// SPDX-License-Identifier: GPL-2.0
/* To look again and again, and show what happened in between. */
#include "cmd/looks.h"

#include "format/clock.h"
#include "format/quantity.h"
#include "stop.h"
#include "table/output.h"

/* Of several tables, each says when it was. */
static int print_moment(const struct options *options, bool is_first, struct failure *failure)
{
	char text[QUANTITY_MAX + 3], *to = text;

	if (options->json || options->no_header)
		return 0;
	if (!is_first)
		*to++ = '\n';
	to = quantity_put_moment(to, clock_now_ms(), 0);
	*to++ = '\n';
	return output_print(text, to - text, failure);
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

static int play(const struct options *options, look_function function, void *data,
		struct failure *failure)
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
		if (print_moment(options, is_first, failure) || function(&look, data))
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
 * @failure: what went wrong
 *
 * Return: 0 or -1.
 */
int looks_follow(const struct options *options, struct names *names, look_function function,
		 void *data, struct failure *failure)
{
	uint64_t next = stop_clock_ms(), asked = next;
	struct look look = { .goes_on = true };
	uint32_t number = 0;

	if (options->playback)
		return play(options, function, data, failure);
	stop_catch();
	if (function(&look, data))
		return -1;
	while (look.goes_on) {
		next = next_look(next, options->interval);
		if (stop_wait(-1, next) == STOP_NOW)
			return 0;
		look.goes_on = !options->count || ++number < options->count;
		if (print_moment(options, !look.elapsed, failure))
			return -1;
		/* Meanwhile a namespace may have gone, and another one may have its number. */
		names_refresh(names);
		asked = begin_look(&look, asked);
		if (function(&look, data))
			return -1;
	}
	return 0;
}
