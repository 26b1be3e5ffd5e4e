// SPDX-License-Identifier: GPL-2.0
/* sockport record: look again and again, and keep what there was. */
#include "record/record.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/clock.h"
#include "record/frame.h"
#include "record/store.h"
#include "record/take.h"
#include "stop.h"

/* Where nobody says how often, in milliseconds. */
#define INTERVAL	10000
/* Doctor looks so long, at most; and at most a part of the interval. */
#define WATCH_MS	1000
#define WATCH_PART	4

/**
 * struct recorder - what is recorded, and where
 * @take: asks for it
 * @store: where to
 * @frames: makes records of it
 * @interval: milliseconds
 * @now: the moment that is taken
 * @last: the one before, in the file
 * @key: the last one that stands alone, in the file
 * @since_key: records after that one
 * @has_key: there is one
 * @is_failing: something goes wrong
 * @said: what was said of it
 */
struct recorder {
	struct take take;
	struct store store;
	struct frames *frames;
	uint32_t interval;
	struct moment now;
	struct moment last;
	struct moment key;
	unsigned int since_key;
	bool has_key;
	bool is_failing;
	char said[sizeof(((struct failure *)0)->text)];
};

static bool is_key(const struct recorder *recorder)
{
	return !recorder->has_key || recorder->since_key + 1 >= RECORD_KEY_EVERY;
}

/* Each depends on few others, see format.h. */
static const struct moment *base_of(const struct recorder *recorder)
{
	if (is_key(recorder))
		return NULL;
	if (!recorder->since_key || !((recorder->since_key + 1) % RECORD_BASE_EVERY))
		return &recorder->key;
	return &recorder->last;
}

static void swap(struct moment *one, struct moment *other)
{
	const struct moment kept = *one;

	*one = *other;
	*other = kept;
}

/* It is in the file. */
static void advance(struct recorder *recorder)
{
	recorder->store.number = recorder->now.head.number;
	if (is_key(recorder)) {
		swap(&recorder->key, &recorder->now);
		recorder->has_key = true;
		recorder->since_key = 0;
	} else {
		swap(&recorder->last, &recorder->now);
		recorder->since_key++;
	}
}

static int put(struct recorder *recorder, struct failure *failure)
{
	struct record_frame *head = &recorder->now.head;
	const struct buffer *frame;

	if (store_is_full(&recorder->store, head->time)) {
		recorder->has_key = false;
		if (store_begin(&recorder->store, head->time, failure))
			return -1;
	}
	head->number = recorder->store.number + 1;
	head->interval = recorder->interval;
	frame = frame_make(recorder->frames, &recorder->now, base_of(recorder));
	if (!frame)
		return failure_set(failure, EXIT_RUN, "out of memory, or too much to record");
	if (store_put(&recorder->store, frame->bytes, frame->size, failure))
		return -1;
	advance(recorder);
	return 0;
}

/* What goes wrong is said once, and that it goes well again. */
static void tell(struct recorder *recorder, const struct failure *failure)
{
	if (failure->status && strcmp(recorder->said, failure->text))
		fprintf(stderr, "sockport: %s; it is tried again\n", failure->text);
	else if (!failure->status && recorder->is_failing)
		fprintf(stderr, "sockport: recording goes on\n");
	recorder->is_failing = failure->status;
	strcpy(recorder->said, failure->status ? failure->text : "");
}

static int look(struct recorder *recorder, struct failure *failure)
{
	*failure = (struct failure){ 0 };
	moment_clear(&recorder->now);
	names_refresh(recorder->take.names);
	if (take_moment(&recorder->take) || put(recorder, failure))
		return -1;
	return 0;
}

/* After a failure, the module may have been unloaded, and loaded again. */
static void look_again(struct recorder *recorder, struct failure *failure)
{
	*failure = (struct failure){ 0 };
	if (!recorder->is_failing || !client_reopen(recorder->take.client, failure))
		look(recorder, failure);
	tell(recorder, failure);
}

static uint64_t next_time(uint64_t last, uint32_t interval)
{
	const uint64_t now = stop_clock_ms();

	return now < last + interval ? last + interval : now - (now - last) % interval + interval;
}

/* What fails at first will not get better by itself, later it may. */
static int follow(struct recorder *recorder, uint32_t count, struct failure *failure)
{
	uint64_t next = stop_clock_ms();
	uint32_t number = 1;

	stop_catch();
	/* A file that may not grow any more is like a full disk. */
	signal(SIGXFSZ, SIG_IGN);
	if (look(recorder, failure))
		return -1;
	while (!count || number++ < count) {
		next = next_time(next, recorder->interval);
		if (stop_wait(-1, next) == STOP_NOW)
			break;
		look_again(recorder, failure);
	}
	if (!recorder->is_failing)
		*failure = (struct failure){ 0 };
	return recorder->is_failing ? -1 : 0;
}

static void begin(struct recorder *recorder, const struct question *question)
{
	const struct options *options = question->options;

	recorder->interval = options->interval ? options->interval : INTERVAL;
	recorder->store.max_size = options->max_size;
	recorder->store.keep = options->keep;
	recorder->take = (struct take){
		.client = question->client,
		.names = question->names,
		.thresholds = &options->thresholds,
		.all_netns = options->all_netns,
		.watch = recorder->interval / WATCH_PART < WATCH_MS ?
			 recorder->interval / WATCH_PART : WATCH_MS,
		.moment = &recorder->now,
		.failure = question->failure,
	};
}

/**
 * record_run - record until a signal comes, or as often as was asked for
 * @question: where to, how often
 *
 * Return: 0 or -1.
 */
int record_run(const struct question *question)
{
	struct recorder recorder = { .frames = frames_new(question->failure) };
	int error = -1;

	begin(&recorder, question);
	if (recorder.frames)
		error = store_open(&recorder.store, question->options->record, question->failure);
	if (!error)
		error = follow(&recorder, question->options->count, question->failure);
	if (recorder.frames)
		store_close(&recorder.store);
	frames_free(recorder.frames);
	moment_free(&recorder.now);
	moment_free(&recorder.last);
	moment_free(&recorder.key);
	return error;
}
