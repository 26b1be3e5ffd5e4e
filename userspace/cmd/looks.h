/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LOOKS_H
#define LOOKS_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/options.h"
#include "host/names.h"

/**
 * struct look - one of many
 * @elapsed: milliseconds since the look before began, on a clock that nobody sets; 0 for
 *	the first, which only notes how things are
 * @goes_on: there is one more to come
 */
struct look {
	uint64_t elapsed;
	bool goes_on;
};

/**
 * typedef look_function - looks
 * @look: which look it is
 * @data: what the caller gave
 *
 * Return: 0, or -1 to end it.
 */
typedef int (*look_function)(const struct look *look, void *data);

/**
 * struct playback - looks at what was, one after the other
 * @has_more: whether there is one behind the present one
 * @next: goes to the next one, and tells how many milliseconds there were between; returns 0
 *	or -1
 */
struct playback {
	bool (*has_more)(const struct playback *playback);
	int (*next)(struct playback *playback, uint64_t *elapsed);
};

int looks_follow(const struct options *options, struct names *names, look_function function,
		 void *data, struct failure *failure);

#endif
