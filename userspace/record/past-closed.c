// SPDX-License-Identifier: GPL-2.0
/*
 * The connections that ended last, as of a moment; or all that ended in a time. Each moment has
 * the last ones, so most are in the one before too.
 */
#include <string.h>

#include "format/clock.h"
#include "kernel/decode.h"
#include "record/past.h"
#include "select/match.h"

/* What tells a connection that ended from others; an item of a hash. */
struct ended {
	uint64_t time;
	uint32_t netns;
	uint32_t local_port;
	uint32_t remote_port;
};

/**
 * struct ends - what ended, so far
 * @past: where it comes from
 * @question: who wants it
 * @before: what the moment before had
 * @now: what this one has
 * @again: how many of these it had too
 */
struct ends {
	struct past *past;
	const struct client_question *question;
	struct hash before;
	struct hash now;
	size_t again;
};

static uint32_t hash_ended(const void *thing)
{
	const struct ended *ended = thing;

	return hash_bytes(ended->remote_port, &ended->time, sizeof(ended->time));
}

static bool same_ended(const void *left, const void *right)
{
	const struct ended *a = left, *b = right;

	return a->time == b->time && a->netns == b->netns && a->local_port == b->local_port &&
	       a->remote_port == b->remote_port;
}

static const struct hash_kind kind = {
	.size = sizeof(struct ended), .hash = hash_ended, .same = same_ended,
};

static bool is_wanted(const struct ends *ends, const struct event_row *row)
{
	const struct filter *filter = ends->question->filter;

	if (!past_is_there(ends->past, ends->question,
			   row_knows(row, SOCKPORT_A_EVENT_NETNS) ? row->netns : 0))
		return false;
	return !filter || match_expression(filter->plan, row);
}

static bool is_in_time(const struct past *past, const struct event_row *row)
{
	const uint64_t time = row->time / NS_PER_MS;

	return !past->to || (time >= past->from && time <= past->to);
}

/* Was it in the moment before? */
static int is_new(struct ends *ends, const struct event_row *row)
{
	const struct ended key = {
		.time = row->time, .netns = row->netns, .local_port = row->local_port,
		.remote_port = row->remote_port,
	};
	const bool before = hash_find(&ends->before, &kind, &key);

	ends->again += before;
	if (!hash_add(&ends->now, &kind, &key))
		return failure_set(ends->question->failure, EXIT_RUN, "out of memory");
	return !before;
}

static int take(struct ends *ends, const struct nlmsghdr *message)
{
	const struct client_question *question = ends->question;
	struct event_row row;
	int new = 1;

	/* Whoever takes what cannot be read says so. */
	if (!decode_event(message, &row))
		return question->take(message, question->to);
	if (ends->past->to)
		new = is_new(ends, &row);
	if (new <= 0 || !is_in_time(ends->past, &row) || !is_wanted(ends, &row))
		return new < 0 ? -1 : 0;
	return question->take(message, question->to);
}

static int take_moment(struct ends *ends)
{
	const struct moment *moment = ends->past->moment;
	const struct nlmsghdr *message;
	size_t i;

	for (i = 0; i < moment->count; i++) {
		message = moment_at(moment, i);
		if (message->nlmsg_type == RECORD_KIND_ANSWER + SOCKPORT_CMD_CLOSED_GET &&
		    take(ends, message))
			return -1;
	}
	return 0;
}

/* Where none of those before are left, there may have been others in between. */
static int go_on(struct ends *ends)
{
	const bool lost = ends->before.count && ends->now.count && !ends->again;

	hash_free(&ends->before);
	ends->before = ends->now;
	ends->now = (struct hash){ 0 };
	ends->again = 0;
	return lost;
}

static int take_time(struct ends *ends)
{
	struct past *past = ends->past;
	unsigned int lost = 0;
	size_t i;

	for (i = past->first; i <= past->last; i++) {
		if (past_look(past, i, ends->question->failure) || take_moment(ends))
			return -1;
		lost += go_on(ends);
	}
	if (!lost)
		return 0;
	return failure_set(ends->question->failure, EXIT_RUN,
			   "between two records more connections ended than were kept, or history began anew: some may be missing");
}

/**
 * past_closed - the connections that ended
 * @past: at a moment, or with a time
 * @question: who wants them
 *
 * Return: 0; or -1, also where not all of a time are known.
 */
int past_closed(struct past *past, const struct client_question *question)
{
	struct ends ends = { .past = past, .question = question };
	int error = (past->to ? take_time : take_moment)(&ends);

	hash_free(&ends.before);
	hash_free(&ends.now);
	return error;
}
