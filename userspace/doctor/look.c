// SPDX-License-Identifier: GPL-2.0
/*
 * What checks look at: what is there, and what changes meanwhile. So the first looks are
 * followed by others, of which the last sees everything.
 */
#include "doctor/look.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "doctor/take.h"
#include "format/clock.h"

/* Listeners are looked at so often; who accepts is seen to do so. */
#define LOOKS		10

/**
 * array_add - one more thing at the end
 * @look: who has no memory left, if so
 * @array: gets it
 * @size: of the thing
 *
 * Return: it, zeroed; NULL without memory.
 */
void *array_add(struct look *look, struct array *array, size_t size)
{
	const size_t room = array->room ? 2 * array->room : 64;
	char *list = array->list;

	if (array->count == array->room) {
		list = realloc(list, room * size);
		if (!list) {
			look_no_memory(look);
			return NULL;
		}
		array->list = list;
		array->room = room;
	}
	return memset(list + size * array->count++, 0, size);
}

/**
 * look_no_memory - say so
 * @look: the look
 *
 * Return: -1
 */
int look_no_memory(struct look *look)
{
	return failure_set(look->failure, EXIT_RUN, "out of memory");
}

static uint64_t ticks_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * MS_PER_S + now.tv_nsec / NS_PER_MS;
}

static void wait_ms(uint64_t ms)
{
	struct timespec rest = { .tv_sec = ms / MS_PER_S, .tv_nsec = ms % MS_PER_S * NS_PER_MS };

	while (nanosleep(&rest, &rest))
		;
}

static int keep_stats(const struct stats_row *row, void *data)
{
	struct stats_row *stats = data;

	*stats = *row;
	stats->version = NULL;
	return 0;
}

static int ask_stats(struct look *look, struct stats_row *stats)
{
	return client_stats(look->how.client, keep_stats, stats, look->failure);
}

static int look_spaces(struct look *look)
{
	return spaces_read(&look->spaces, look->how.names, look->how.all_netns) ? 0 :
	       look_no_memory(look);
}

/* All that changes meanwhile. */
static int look_first(struct look *look)
{
	if (ask_stats(look, &look->before) || look_spaces(look) || take_ports(look))
		return -1;
	return take_watched(look);
}

static int watch(struct look *look, uint64_t from)
{
	uint64_t until, now;
	unsigned int i;

	for (i = 1; i < LOOKS; i++) {
		until = from + (uint64_t)look->how.interval * i / LOOKS;
		now = ticks_ms();
		if (now < until)
			wait_ms(until - now);
		if (take_watched(look))
			return -1;
	}
	until = from + look->how.interval;
	now = ticks_ms();
	if (now < until)
		wait_ms(until - now);
	return 0;
}

/* The same again, and what needs one look only. */
static int look_last(struct look *look)
{
	spaces_read_again(&look->spaces);
	if (take_ports_again(look) || take_watched(look) || take_suspects(look) ||
	    take_sockets(look) || take_lazy(look) || take_stuck(look) || take_past(look))
		return -1;
	return ask_stats(look, &look->after);
}

/**
 * look_take - look at all that checks want to see
 * @look: zeroed before; look_free() it whatever happens
 * @how: to look
 * @failure: what went wrong
 *
 * Return: 0 or -1.
 */
int look_take(struct look *look, const struct looking *how, struct failure *failure)
{
	uint64_t from = ticks_ms();

	look->how = *how;
	look->failure = failure;
	look->is_private = geteuid();
	if (look_first(look) || watch(look, from))
		return -1;
	look->milliseconds = ticks_ms() - from;
	look->now = clock_now_ms();
	look->has_history = !row_knows(&look->before, SOCKPORT_A_STATS_HISTORY) ||
			    look->before.values[SOCKPORT_A_STATS_HISTORY];
	return look_last(look);
}

/**
 * look_free - forget all of it
 * @look: as zeroed afterwards
 */
void look_free(struct look *look)
{
	spaces_free(&look->spaces);
	take_watched_free(look);
	take_stuck_free(look);
	snapshot_free(&look->ports);
	hash_free(&look->lazy);
	hash_free(&look->failed);
	free(look->grown.list);
	free(look->doors.list);
	*look = (struct look){ 0 };
}
