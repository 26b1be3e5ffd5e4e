// SPDX-License-Identifier: GPL-2.0
/* sockport replay: commands answer from what was recorded. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/doctor.h"
#include "cmd/looks.h"
#include "columns/printer.h"
#include "count/recorded.h"
#include "format/clock.h"
#include "format/quantity.h"
#include "record/kept.h"
#include "record/past.h"
#include "record/record.h"

/* Late by so much of its interval, a record is not taken for one that is missing. */
#define LATE(interval)	((interval) + (interval) / 2 + 1000ull)

/**
 * struct replay - an answer in the making
 * @playback: goes from moment to moment; first, as it is found by that
 * @past: the moments
 * @options: what is asked; a copy
 * @failure: what went wrong
 */
struct replay {
	struct playback playback;
	struct past past;
	struct options options;
	struct failure *failure;
};

static void put_time(char moment[QUANTITY_MAX + 1], uint64_t ms)
{
	*quantity_put_moment(moment, ms, 3) = 0;
}

static uint64_t time_of(const struct past *past, size_t i)
{
	return past->shelf.frames[i].head.time;
}

static int say_nothing(const struct replay *replay, uint64_t time, bool has_before, size_t before)
{
	const struct shelf *shelf = &replay->past.shelf;
	const size_t after = has_before ? before + 1 : 0;
	char asked[QUANTITY_MAX + 1], moment[QUANTITY_MAX + 1], next[QUANTITY_MAX + 1];
	const bool has_after = after < shelf->count;

	put_time(asked, time);
	if (has_before)
		put_time(moment, time_of(&replay->past, before));
	if (has_after)
		put_time(next, time_of(&replay->past, after));
	return failure_set(replay->failure, EXIT_RUN, "nothing was recorded at %s%s%s%s%s", asked,
			   has_before ? ": the record before is of " : "",
			   has_before ? moment : "",
			   has_after ? has_before ? ", the next one of " :
			   ": the first record is of " : "", has_after ? next : "");
}

/* As it was last seen; not where nobody looked any more. */
static int find_moment(struct replay *replay, uint64_t time, size_t *i)
{
	const struct shelf *shelf = &replay->past.shelf;
	const bool found = shelf_find(shelf, time, i);

	if (found && time - time_of(&replay->past, *i) <= LATE(shelf->frames[*i].head.interval))
		return 0;
	return say_nothing(replay, time, found, *i);
}

/* Where a time begins nobody may have looked yet: then with the first moment in it. */
static int find_time(struct replay *replay)
{
	struct past *past = &replay->past;
	const struct options *options = &replay->options;

	past->from = options->from;
	past->to = options->to ? options->to : time_of(past, past->shelf.count - 1);
	if (!shelf_find(&past->shelf, past->from, &past->first))
		past->first = 0;
	else if (past->from - time_of(past, past->first) >
		 LATE(past->shelf.frames[past->first].head.interval))
		past->first++;
	if (!shelf_find(&past->shelf, past->to, &past->last) || past->last < past->first)
		return say_nothing(replay, past->to, past->first, past->first - 1);
	/* What ended shortly before is in the record that comes then. */
	if (options->command == COMMAND_CLOSED && past->last + 1 < past->shelf.count)
		past->last++;
	return 0;
}

static int find(struct replay *replay)
{
	struct past *past = &replay->past;

	if (!past->shelf.count)
		return failure_set(replay->failure, EXIT_RUN, "there is no record in '%.200s'",
				   replay->options.replay);
	past->last = past->shelf.count - 1;
	if (replay->options.has_time)
		return find_time(replay);
	if (replay->options.has_at && find_moment(replay, replay->options.to, &past->last))
		return -1;
	past->first = past->last;
	return 0;
}

/* What is not there, nobody can be told of; so it is said what is not. */
static unsigned int tell_damage(const struct replay *replay)
{
	const struct shelf *shelf = &replay->past.shelf;
	unsigned int count = 0;
	char text[512];
	size_t i;

	for (i = 0; i < shelf->volume_count; i++) {
		if (!volume_trouble(&shelf->volumes[i], text, sizeof(text)))
			continue;
		fprintf(stderr, "sockport: %s\n", text);
		count++;
	}
	return count;
}

static bool has_more(const struct playback *playback)
{
	const struct replay *replay = (const void *)playback;

	return replay->past.at < replay->past.last;
}

/*
 * So many milliseconds on, or what comes next. Of two records the one that is nearer will do:
 * they are made a little late, one more than the other.
 */
static int go_on(struct playback *playback, uint64_t *elapsed)
{
	struct replay *replay = (void *)playback;
	struct past *past = &replay->past;
	const uint64_t before = time_of(past, past->at);
	size_t i = past->at + 1;

	while (i < past->last && time_of(past, i) + past->shelf.frames[i].head.interval / 2 <
				 before + replay->options.interval)
		i++;
	if (past_look(past, i, replay->failure))
		return -1;
	*elapsed = time_of(past, i) > before ? time_of(past, i) - before : 1;
	return 0;
}

/* Which network namespace is meant: names are those of that time. */
static int choose_netns(struct replay *replay)
{
	struct past *past = &replay->past;
	const struct options *options = &replay->options;
	const char *name = options->netns;

	past->netns = past->index.has_all ? past->index.book.own : 0;
	if (!name)
		return 0;
	if (!index_netns(&past->index, name, &past->netns))
		return failure_set(replay->failure, EXIT_USAGE,
				   "no network namespace '%.100s' was recorded", name);
	if (past->index.has_all || past->netns == past->index.book.own)
		return 0;
	return failure_set(replay->failure, EXIT_RUN,
			   "only one network namespace was recorded: record with -A");
}

static int look_at_doctor(struct past *past, size_t i, struct kept *kept,
			  struct failure *failure)
{
	char *missing;

	if (past_look(past, i, failure))
		return -1;
	missing = index_missing(past->moment, 0);
	if (missing) {
		failure_set(failure, EXIT_RUN, "doctor could not look: %s", missing);
		free(missing);
		return -1;
	}
	return kept_add(kept, past->moment, failure);
}

static int replay_doctor(struct replay *replay, struct names *names)
{
	struct past *past = &replay->past;
	struct kept kept = { 0 };
	int error = 0;
	size_t i;

	for (i = past->first; i <= past->last && !error; i++)
		error = look_at_doctor(past, i, &kept, replay->failure);
	if (!error)
		error = doctor_put(&kept.findings, &replay->options, names, replay->failure);
	kept_free(&kept);
	return error;
}

static bool plays(const struct replay *replay)
{
	return replay->options.command == COMMAND_TOP ||
	       (replay->options.has_time && replay->options.interval);
}

/* Of a time, the beginning comes first. What is shown of a moment, top compares with the last. */
static int start(struct replay *replay)
{
	struct past *past = &replay->past;

	if (replay->options.command == COMMAND_TOP && past->first == past->last && past->first)
		past->first--;
	if (plays(replay) && past->first == past->last)
		return failure_set(replay->failure, EXIT_RUN,
				   "only one record is of that time, it has no beginning and end");
	if (plays(replay)) {
		replay->playback = (struct playback){ .has_more = has_more, .next = go_on };
		replay->options.playback = &replay->playback;
	}
	return past_look(past, past->first, replay->failure);
}

static void print_moment(const struct replay *replay)
{
	const char *host = replay->past.index.host;
	char moment[QUANTITY_MAX + 1];

	if (replay->options.json || replay->options.no_header || replay->options.has_time ||
	    replay->options.nagios || replay->options.playback)
		return;
	put_time(moment, replay->past.moment->head.time);
	printf("%s%s%s\n", moment, host ? " of " : "", host ? host : "");
	/* Listings do not wait for it. */
	fflush(stdout);
}

/* What cannot be answered is said before anything else. */
static int check(const struct replay *replay)
{
	static const uint8_t questions[COMMANDS] = {
		[COMMAND_PORTS] = SOCKPORT_CMD_PORT_GET,
		[COMMAND_SHOW] = SOCKPORT_CMD_PORT_GET,
		[COMMAND_SOCKETS] = SOCKPORT_CMD_SOCKET_GET,
		[COMMAND_WHO] = SOCKPORT_CMD_SOCKET_GET,
		[COMMAND_SUMMARY] = SOCKPORT_CMD_SOCKET_GET,
		[COMMAND_PROGRAMS] = SOCKPORT_CMD_PROGRAM_GET,
		[COMMAND_CLOSED] = SOCKPORT_CMD_CLOSED_GET,
		[COMMAND_DOORS] = SOCKPORT_CMD_CLOSED_DOOR_GET,
		[COMMAND_STATS] = SOCKPORT_CMD_STATS_GET,
	};
	const struct options *options = &replay->options;
	const struct client_question question = {
		.command = questions[options->command],
		.filter = &options->filter,
		.all_netns = options->all_netns,
		.failure = replay->failure,
	};

	return question.command ? past_check(&replay->past, &question) : 0;
}

static int answer(struct replay *replay, const struct selection *selection, struct names *names)
{
	const struct options *options = &replay->options;
	struct client *client;
	int error;

	if (start(replay) || choose_netns(replay) || check(replay))
		return -1;
	names_set_book(names, &replay->past.index.book);
	print_moment(replay);
	if (options->command == COMMAND_DOCTOR)
		return replay_doctor(replay, names);
	client = client_answered(past_answer, &replay->past, replay->failure);
	if (!client)
		return -1;
	client_ask_netns(client, -1, options->all_netns);
	error = commands[options->command].run(&(struct question){
		client, options, names, selection, replay->failure });
	client_close(client);
	return error;
}

static int print_record(struct replay *replay, struct printer *printer, size_t i)
{
	struct shelf *shelf = &replay->past.shelf;
	const struct place_of_frame *frame = &shelf->frames[i];
	const struct recorded row = {
		.known = 1u << RECORDED_ALL | (frame->head.base ? 1u << RECORDED_BASE : 0),
		.time = frame->head.time,
		.interval = frame->head.interval,
		.number = frame->head.number,
		.base = frame->head.base,
		.bytes = sizeof(frame->head) + frame->head.packed,
		.size = frame->head.size,
		.is_intact = shelf_is_intact(shelf, i),
		.file = shelf->volumes[frame->volume].path,
	};

	return printer_row(printer, &row);
}

static int print_records(struct replay *replay, const struct selection *selection,
			 struct names *names)
{
	const struct options *options = &replay->options;
	struct past *past = &replay->past;
	struct printer printer = printer_for(options->json, selection, names, replay->failure);
	int error = 0;
	size_t i;

	if (!options->has_time && !options->has_at)
		past->first = 0;
	if (printer_begin(&printer, options->no_header))
		return -1;
	for (i = past->first; i <= past->last && !error; i++)
		error = print_record(replay, &printer, i);
	return printer_end(&printer, !error);
}

static int replay_with(struct replay *replay, const struct selection *selection,
		       struct names *names)
{
	unsigned int damaged;

	if (shelf_open(&replay->past.shelf, replay->options.replay, replay->failure))
		return -1;
	damaged = tell_damage(replay);
	if (find(replay))
		return -1;
	if (replay->options.command != COMMAND_REPLAY)
		return answer(replay, selection, names);
	if (print_records(replay, selection, names))
		return -1;
	return damaged ? failure_set(replay->failure, EXIT_RUN,
				     "what is damaged cannot be replayed, all else can") : 0;
}

/**
 * replay_answer - let a command answer from what was recorded
 * @options: the command, the file, and when
 * @selection: columns
 * @failure: what went wrong
 *
 * Return: 0 or -1.
 */
int replay_answer(const struct options *options, const struct selection *selection,
		  struct failure *failure)
{
	struct replay replay = { .options = *options, .failure = failure };
	struct names *names = names_new(options->numeric);
	int error;

	if (!names)
		return failure_set(failure, EXIT_RUN, "out of memory");
	error = replay_with(&replay, selection, names);
	past_close(&replay.past);
	names_free(names);
	return error;
}

/**
 * replay_run - which records there are
 * @question: of which file, and when
 *
 * Return: 0 or -1.
 */
int replay_run(const struct question *question)
{
	return replay_answer(question->options, question->selection, question->failure);
}
