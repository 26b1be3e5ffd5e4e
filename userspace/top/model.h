/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TOP_MODEL_H
#define TOP_MODEL_H

#include "top/frame.h"
#include "top/key.h"
#include "top/look.h"
#include "top/text.h"

/* How often somebody looks who does not say it, in milliseconds. */
#define TOP_INTERVAL	1000
/* An expression that is typed. */
#define TOP_INPUT_MAX	256

/**
 * enum top_mode - what keys are for, and what is shown
 * @MODE_ROWS: the rows of a view
 * @MODE_TEXT: lines to read
 * @MODE_SORT: columns to choose from
 * @MODE_FILTER: an expression is typed
 * @MODE_KILL: a question
 */
enum top_mode {
	MODE_ROWS,
	MODE_TEXT,
	MODE_SORT,
	MODE_FILTER,
	MODE_KILL,
};

/**
 * struct place_in - which of many lines is chosen
 * @chosen: this one
 * @first: the first that is shown
 */
struct place_in {
	size_t chosen;
	size_t first;
};

/**
 * struct top - a live view, without anything that draws it
 * @base: what the command line says
 * @own: filter that was typed; with @filter
 * @filter: as it was typed, empty for that of @base
 * @failure: why the last thing failed
 * @message: one line for the user, empty for none
 * @look: what is shown
 * @mode: what keys are for
 * @rows: place in the rows
 * @left: so many columns are left out at the left
 * @widths: of columns so far, by their place; a view begins with none
 * @page: lines that there were room for
 * @lines: to read
 * @line: place in them
 * @indent: so many of their columns are left out
 * @shown: what they tell of, if @refresh
 * @refresh: they are told anew with each look
 * @column: place in the columns to sort by
 * @sort: by which one, NULL for the usual order
 * @victim: the row that the question is about
 * @input: what is typed
 * @tried: when the last look began, on the clock of stop_clock_ms()
 * @cost: microseconds of the processor that it took
 * @failed: it failed, and @message says why
 * @paused: nobody looks until somebody wants to
 * @away: the module is not there
 * @wants_look: look at once
 * @ended: somebody has seen enough
 * @redraw: draw all anew
 */
struct top {
	const struct options *base;
	struct options own;
	char filter[TOP_INPUT_MAX];
	struct failure failure;
	char message[256];
	struct top_look look;
	enum top_mode mode;
	struct place_in rows;
	size_t left;
	unsigned int widths[COLUMNS_MAX];
	size_t page;
	struct text lines;
	struct place_in line;
	size_t indent;
	struct row_about shown;
	bool refresh;
	struct place_in column;
	const char *sort;
	struct row_about victim;
	char input[TOP_INPUT_MAX];
	uint64_t tried;
	uint64_t cost;
	bool failed;
	bool paused;
	bool away;
	bool wants_look;
	bool ended;
	bool redraw;
};

void top_begin(struct top *top, struct client *client, const struct options *options,
	       struct names *names);
void top_end(struct top *top);
int top_take(struct top *top);
void top_key(struct top *top, int key);
void top_draw(struct top *top, struct frame *frame, unsigned int rows, unsigned int columns);
void top_draw_plain(struct top *top, struct frame *frame);
uint32_t top_interval(const struct top *top);
uint64_t top_next(const struct top *top);

/* Between the files of the model. */
void top_view(struct top *top, enum view view);
void top_sort(struct top *top, const char *column);
void top_reverse(struct top *top);
void top_namespaces(struct top *top);
int top_filter(struct top *top, const char *text);
void top_say(struct top *top, const char *format, ...)
	__attribute__((__format__(printf, 2, 3)));
const struct top_row *top_chosen(const struct top *top);
void top_settle(struct top *top);
void top_open(struct top *top);
int top_refresh(struct top *top);
void top_help(struct top *top);
void top_ask_kill(struct top *top);
void top_kill(struct top *top);

#endif
