/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LOOK_H
#define LOOK_H

#include <stdbool.h>

#include "cmd/options.h"
#include "columns/column.h"
#include "count/accounts.h"
#include "count/snapshot.h"
#include "host/names.h"
#include "host/session.h"
#include "kernel/client.h"
#include "top/rows.h"
#include "top/trend.h"

/* More rows are not kept. */
#define LOOK_ROWS_MAX	10000
/* So many are, also when fewer are shown. */
#define LOOK_ROWS_LEAST	200

struct top_look;

/**
 * struct listing - what a view lists
 * @command: the command that lists the same; says what can be filtered by
 * @columns: that there are
 * @shown: that are shown, as far as they fit; "trend" where there is one
 * @sort: what it is ordered by when nobody says it, the greatest first
 * @ask: asks the kernel and keeps rows; 0 or -1
 */
struct listing {
	enum command command;
	const struct columns *columns;
	const char *shown;
	const char *sort;
	int (*ask)(struct top_look *look);
};

/* By enum view. */
extern const struct listing listings[VIEWS];

/**
 * struct top_look - what a view shows, and what it was before
 * @client: knows the kernel
 * @names: names of users, services, interfaces and namespaces
 * @failure: why the last look failed
 * @options: filter and namespaces
 * @view: what is looked at
 * @listing: the same
 * @selection: its columns and order
 * @rows: as of the last whole answer
 * @next: those of an answer in the making
 * @trends: what was before
 * @before: counters of ports at the last look
 * @now: those of a look in the making
 * @programs: accounts of programs at the last look
 * @programs_now: those of a look in the making
 * @asked: when the last look began, on the clock of stop_clock_ms(); 0 before the first
 * @elapsed: milliseconds from the look before to the present one, 0 for the first
 * @taken: when the last whole answer came, in milliseconds since 1970; 0 for none
 * @has_sums: @bytes_in and @bytes_out are known
 * @bytes_in: per second, of all rows
 * @bytes_out: the same
 * @sums: trend of both
 * @session: of whoever asks
 */
struct top_look {
	struct client *client;
	struct names *names;
	struct failure *failure;
	struct options options;
	enum view view;
	const struct listing *listing;
	struct selection selection;
	struct top_rows rows;
	struct top_rows next;
	struct trends trends;
	struct snapshot before;
	struct snapshot now;
	struct accounts programs;
	struct accounts programs_now;
	uint64_t asked;
	uint64_t elapsed;
	uint64_t taken;
	bool has_sums;
	uint64_t bytes_in;
	uint64_t bytes_out;
	struct session session;
};

int look_at(struct top_look *look, enum view view, const char *sort);
void look_forget(struct top_look *look);
int view_look_take(struct top_look *look, uint32_t rows);
void view_look_free(struct top_look *look);

/* Between the files that begin with look. */
int look_ports(struct top_look *look);
int look_sockets(struct top_look *look);
int look_programs(struct top_look *look);
int look_processes(struct top_look *look);
int look_destinations(struct top_look *look);
int look_closed(struct top_look *look);
int look_doors(struct top_look *look);
void look_forget_counters(struct history_row *history);
int look_out_of_memory(struct top_look *look);
int look_keep(struct top_look *look, const void *row, const struct row_about *about,
	      struct trend *trend);

#endif
