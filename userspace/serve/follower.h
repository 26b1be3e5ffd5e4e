/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FOLLOWER_H
#define FOLLOWER_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

#include "columns/column.h"
#include "kernel/rows.h"
#include "serve/words.h"
#include "table/output.h"
#include "table/sink.h"

struct errand;
struct streams;

/* So much of each follower may wait to be taken. */
#define FOLLOWER_WAITING_MAX	(64 * 1024)

/**
 * struct follower - who follows
 * @next: another one
 * @streams: all of them
 * @errand: the request, until it has a reply
 * @connection: where events go
 * @words: the command line that asks for them
 * @options: what it says
 * @selection: columns
 * @names: names of users and services
 * @sink: takes values
 * @refreshed: when names were forgotten, on the clock of stop_clock_ms()
 * @begin: where what waits begins in @text
 * @size: how much waits
 * @is_waiting: all was taken, the connection is suspended
 * @has_lost: there was no room for an event
 * @ended: nothing comes after what waits
 * @text: a ring
 */
struct follower {
	struct follower *next;
	struct streams *streams;
	struct errand *errand;
	struct MHD_Connection *connection;
	struct words words;
	struct options options;
	struct selection selection;
	struct names *names;
	struct sink sink;
	uint64_t refreshed;
	size_t begin;
	size_t size;
	bool is_admitted;
	bool is_waiting;
	bool has_lost;
	bool ended;
	char text[FOLLOWER_WAITING_MAX];
};

struct follower *follower_new(struct words *words, struct failure *failure);
size_t follower_take(struct follower *follower, char *to, size_t room);
bool follower_put(struct follower *follower, const char *text, size_t size);
void follower_put_event(struct follower *follower, struct output *output,
			const struct event_row *row);
void follower_wake(struct follower *follower);
struct event_row follower_lost(void);
void follower_free(struct follower *follower);

#endif
