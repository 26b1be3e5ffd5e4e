/* SPDX-License-Identifier: GPL-2.0 */
#ifndef STREAM_H
#define STREAM_H

#include <pthread.h>
#include <stdbool.h>

#include "serve/desk.h"
#include "table/output.h"

/* So many may follow at once. */
#define FOLLOWERS_MAX	32

/**
 * struct streams - who follows events; zeroed before use
 * @lock: of @first, @count, @ends and all that followers have
 * @first: who follows
 * @count: how many do
 * @ends: nobody does any more
 * @news: descriptor that can be read when somebody came or went
 * @next_beat: when something is sent anyway, on the clock of stop_clock_ms()
 * @output: where events are written before they are shared out
 * @thread: shares them out
 * @started: it is there
 */
struct streams {
	pthread_mutex_t lock;
	struct follower *first;
	unsigned int count;
	bool ends;
	int news;
	uint64_t next_beat;
	struct output output;
	pthread_t thread;
	bool started;
};

int streams_open(struct streams *streams, struct failure *failure);
struct reply *streams_follow(struct streams *streams, struct words *words,
			     struct errand *errand);
void streams_end(struct streams *streams);
void streams_close(struct streams *streams);

#endif
