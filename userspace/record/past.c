// SPDX-License-Identifier: GPL-2.0
/* Answers of the kernel module as they were recorded, as far as a question chooses them. */
#include "record/past.h"

#include <stdlib.h>

#include "format/clock.h"
#include "format/quantity.h"
#include "kernel/decode.h"
#include "select/match.h"

/* What can be told of a socket that was recorded; the rest only the kernel knows. */
#define OF_SOCKETS	(((2ull << EXPRESSION_TYPE) - 1) &			\
			 ~(1ull << SOCKPORT_CONDITION_CGROUP |			\
			   1ull << SOCKPORT_CONDITION_IFINDEX |			\
			   1ull << SOCKPORT_CONDITION_AUTOBOUND |		\
			   1ull << SOCKPORT_CONDITION_AGE |			\
			   1ull << SOCKPORT_CONDITION_IPV4 |			\
			   1ull << EXPRESSION_REMOTE_NAME))

/**
 * past_look - look at a moment
 * @past: the past
 * @i: its frame
 * @failure: what went wrong
 *
 * It is that time from then on.
 *
 * Return: 0 or -1.
 */
int past_look(struct past *past, size_t i, struct failure *failure)
{
	char moment[QUANTITY_MAX + 1];

	*quantity_put_moment(moment, past->shelf.frames[i].head.time, 3) = 0;
	past->moment = shelf_load(&past->shelf, i);
	if (!past->moment)
		return failure_set(failure, EXIT_RUN,
				   "the record of %s is damaged, or one that it needs: choose another time",
				   moment);
	past->at = i;
	if (!index_make(&past->index, past->moment))
		return failure_set(failure, EXIT_RUN, "out of memory");
	clock_fix_ms(past->moment->head.time);
	return 0;
}

/* What matches is counted by the kernel; rows that were counted can only be chosen. */
static int check_ports(const struct client_question *question)
{
	if (!question->filter->plan && !(filter_keys(question->filter) & ~MATCH_PORT_KEYS))
		return 0;
	return failure_set(question->failure, EXIT_USAGE,
			   "ports that were recorded can be chosen by protocol, role and port: what else matches was not counted");
}

static int check_sockets(const struct client_question *question)
{
	if (!question->filter->plan)
		return 0;
	return expression_check(question->filter->plan, OF_SOCKETS, "recorded sockets",
				question->failure);
}

static bool has_port(struct past *past, const struct client_question *question,
		     const struct nlmsghdr *message)
{
	struct port_row row;

	if (!decode_port(message, &row))
		return true;
	return past_is_there(past, question,
			     row_knows(&row, SOCKPORT_A_PORT_NETNS) ? row.netns : 0) &&
	       match_port(question->filter, &row);
}

static bool has_socket(struct past *past, const struct client_question *question,
		       const struct nlmsghdr *message)
{
	struct socket_row row;

	if (!decode_socket(message, &row))
		return true;
	if (row_knows(&row, SOCKPORT_A_SOCKET_UNLISTED) &&
	    !(question->want & SOCKPORT_WANT_UNLISTED))
		return false;
	/* Who else has it open cannot be seen any more. */
	row.process_count = row.processes.count;
	return past_is_there(past, question,
			     row_knows(&row, SOCKPORT_A_SOCKET_NETNS) ? row.netns : 0) &&
	       match_socket(question->filter, &row) &&
	       (!question->filter->plan || expression_holds(question->filter->plan, &row));
}

static bool has_program(struct past *past, const struct client_question *question,
			const struct nlmsghdr *message)
{
	struct program_row row;

	return !decode_program(message, &row) ||
	       past_is_there(past, question,
			     row_knows(&row, SOCKPORT_A_PROGRAM_NETNS) ? row.netns : 0);
}

static bool has_door(struct past *past, const struct client_question *question,
		     const struct nlmsghdr *message)
{
	struct door_row row;

	return !decode_door(message, &row) ||
	       past_is_there(past, question,
			     row_knows(&row, SOCKPORT_A_CLOSED_DOOR_NETNS) ? row.netns : 0);
}

/* Is it wanted? What cannot be read is: whoever takes it says so. */
static bool has(struct past *past, const struct client_question *question,
		const struct nlmsghdr *message)
{
	switch (question->command) {
	case SOCKPORT_CMD_PORT_GET:
		return has_port(past, question, message);
	case SOCKPORT_CMD_SOCKET_GET:
		return has_socket(past, question, message);
	case SOCKPORT_CMD_PROGRAM_GET:
		return has_program(past, question, message);
	case SOCKPORT_CMD_CLOSED_DOOR_GET:
		return has_door(past, question, message);
	}
	return true;
}

/**
 * past_check - whether there is an answer
 * @past: the past, that looks at a moment
 * @question: the question; gets no answer yet
 *
 * Return: 0 or -1.
 */
int past_check(const struct past *past, const struct client_question *question)
{
	char *missing = index_missing(past->moment, question->command);

	if (missing) {
		failure_set(question->failure, EXIT_RUN, "that was not recorded: %s", missing);
		question->failure->unavailable = true;
		free(missing);
		return -1;
	}
	if (question->all_netns && !past->index.has_all)
		return failure_set(question->failure, EXIT_RUN,
				   "only one network namespace was recorded: record with -A");
	if (question->command == SOCKPORT_CMD_PORT_GET)
		return check_ports(question);
	return question->command == SOCKPORT_CMD_SOCKET_GET ? check_sockets(question) : 0;
}

/**
 * past_answer - answer in place of the kernel
 * @question: the question
 * @data: struct past, that looks at a moment
 *
 * Return: 0 or -1.
 */
int past_answer(const struct client_question *question, void *data)
{
	const struct nlmsghdr *message;
	struct past *past = data;
	size_t i;

	if (past_check(past, question))
		return -1;
	if (question->command == SOCKPORT_CMD_CLOSED_GET)
		return past_closed(past, question);
	for (i = 0; i < past->moment->count; i++) {
		message = moment_at(past->moment, i);
		if (message->nlmsg_type != RECORD_KIND_ANSWER + question->command ||
		    !has(past, question, message))
			continue;
		if (question->take(message, question->to))
			return -1;
	}
	return 0;
}

/**
 * past_close - forget the past
 * @past: as zeroed afterwards
 */
void past_close(struct past *past)
{
	shelf_close(&past->shelf);
	index_free(&past->index);
	*past = (struct past){ 0 };
	clock_fix_ms(0);
}
