// SPDX-License-Identifier: GPL-2.0
/* A live view: on a terminal, or frame by frame. */
#include "top/top.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cmd/looks.h"
#include "stop.h"
#include "table/output.h"
#include "top/model.h"
#include "top/screen.h"

/**
 * struct stage - a terminal and what happens on it
 * @top: what is shown
 * @frame: as it is drawn
 * @signals: told here
 * @frames: looks that were shown
 */
struct stage {
	struct top top;
	struct frame frame;
	int signals;
	uint32_t frames;
};

static int check(const struct options *options, struct failure *failure)
{
	if (options->has_top && !options->batch)
		return failure_set(failure, EXIT_USAGE, "of sockport top, --top needs --batch");
	if (options->has_top && options->top > LOOK_ROWS_MAX)
		return failure_set(failure, EXIT_USAGE,
				   "bad top '%u': of sockport top it is at most %d", options->top,
				   LOOK_ROWS_MAX);
	if (!options->batch && options->playback)
		return failure_set(failure, EXIT_USAGE,
				   "of what was recorded, sockport top prints frames only: add --batch");
	if (!options->batch && !(isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)))
		return failure_set(failure, EXIT_USAGE,
				   "sockport top needs a terminal: --batch prints frames without one");
	return 0;
}

static int print_frame(struct stage *stage)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);
	int error = -1;

	top_draw_plain(&stage->top, &stage->frame);
	if (stream && stage->frames++)
		fputc('\n', stream);
	if (stream)
		frame_print(&stage->frame, stream);
	if (!stream || fclose(stream) || stage->frame.failed)
		failure_set(&stage->top.failure, EXIT_RUN, "out of memory");
	else
		error = output_print(text, size, &stage->top.failure);
	free(text);
	return error;
}

/* The first look has nothing before it, so there is nothing to tell of it. */
static int print_frames(struct stage *stage, const struct options *options)
{
	stop_catch();
	stage->top.page = options->has_top ? options->top : LOOK_ROWS_MAX;
	if (top_take(&stage->top))
		return -1;
	while (!options->count || stage->frames < options->count) {
		if (stop_wait(-1, top_next(&stage->top)) == STOP_NOW)
			return 0;
		if (top_take(&stage->top) || print_frame(stage))
			return -1;
	}
	return 0;
}

/* A frame for each moment but the first, which has nothing before it. */
static int play_frames(struct stage *stage, const struct options *options)
{
	struct playback *playback = options->playback;
	uint64_t elapsed;

	stage->top.page = options->has_top ? options->top : LOOK_ROWS_MAX;
	if (top_take(&stage->top))
		return -1;
	while (playback->has_more(playback) &&
	       (!options->count || stage->frames < options->count)) {
		if (playback->next(playback, &elapsed))
			return failure_set(&stage->top.failure, EXIT_RUN,
					   "the records between are damaged");
		stage->top.look.asked = stop_clock_ms() - elapsed;
		if (top_take(&stage->top) || print_frame(stage))
			return -1;
	}
	return 0;
}

/* They are held back, and told when there is time for them. */
static bool catch_signals(struct stage *stage)
{
	static const int numbers[] = {
		SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH,
	};
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		sigaddset(&set, numbers[i]);
	stage->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return stage->signals >= 0 && !sigprocmask(SIG_BLOCK, &set, NULL);
}

/* Until somebody lets us go on, which is told as SIGCONT. */
static void stop_here(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	screen_leave();
	raise(SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static void take_signals(struct stage *stage)
{
	struct signalfd_siginfo signal;

	while (read(stage->signals, &signal, sizeof(signal)) == sizeof(signal)) {
		if (signal.ssi_signo == SIGWINCH)
			screen_resize();
		else if (signal.ssi_signo == SIGTSTP)
			stop_here();
		else if (signal.ssi_signo == SIGCONT)
			screen_return();
		else
			stage->top.ended = true;
	}
}

static void take_keys(struct stage *stage)
{
	int key;

	while (!stage->top.ended && (key = screen_key()) != -1)
		top_key(&stage->top, key);
}

static int time_left(uint64_t until)
{
	const uint64_t now = stop_clock_ms();

	if (!until)
		return -1;
	return until > now ? (int)(until - now < INT32_MAX ? until - now : INT32_MAX) : 0;
}

static void wait_for(struct stage *stage)
{
	struct pollfd files[] = {
		{ .fd = stage->signals, .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN },
	};

	if (poll(files, 2, time_left(top_next(&stage->top))) <= 0)
		return;
	if (files[0].revents)
		take_signals(stage);
	if (files[1].revents & (POLLHUP | POLLERR | POLLNVAL))
		stage->top.ended = true;
	else if (files[1].revents)
		take_keys(stage);
}

static bool is_time(const struct stage *stage)
{
	const uint64_t next = top_next(&stage->top);

	return next && next <= stop_clock_ms();
}

static int draw(struct stage *stage)
{
	unsigned int rows, columns;

	screen_size(&rows, &columns);
	top_draw(&stage->top, &stage->frame, rows, columns);
	if (stage->frame.failed)
		return failure_set(&stage->top.failure, EXIT_RUN, "out of memory");
	screen_draw(&stage->frame, stage->top.redraw);
	stage->top.redraw = false;
	return 0;
}

static int show_frames(struct stage *stage, const struct options *options)
{
	while (!stage->top.ended) {
		if (is_time(stage)) {
			if (options->count && stage->frames == options->count)
				return 0;
			top_take(&stage->top);
			stage->frames++;
		}
		if (draw(stage))
			return -1;
		wait_for(stage);
	}
	return 0;
}

static int show(struct stage *stage, const struct options *options)
{
	const bool has_color = terminal_has_color();
	int error;

	if (!catch_signals(stage))
		return failure_set(&stage->top.failure, EXIT_RUN, "signals cannot be caught: %s",
				   strerror(errno));
	/* Texts that are shown have none of their own. */
	terminal_set_color(COLOR_NEVER);
	if (screen_open(has_color, &stage->top.failure))
		return -1;
	error = show_frames(stage, options);
	screen_close();
	return error;
}

/**
 * top_run - show a live view, or print its frames
 * @client: the client
 * @options: which view, filter and form
 * @names: names of users, services, interfaces and namespaces
 * @failure: what went wrong
 *
 * Return: 0 or -1.
 */
int top_run(struct client *client, const struct options *options, struct names *names,
	    struct failure *failure)
{
	struct stage stage = { .signals = -1 };
	int error;

	if (check(options, failure))
		return -1;
	top_begin(&stage.top, client, options, names);
	if (*stage.top.message)
		error = -1;
	else if (options->playback)
		error = play_frames(&stage, options);
	else
		error = (options->batch ? print_frames : show)(&stage, options);
	if (error)
		*failure = stage.top.failure;
	top_end(&stage.top);
	frame_free(&stage.frame);
	return error;
}
