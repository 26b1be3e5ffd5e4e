/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RECORD_PAST_H
#define RECORD_PAST_H

#include "kernel/client.h"
#include "record/index.h"
#include "record/shelf.h"

/**
 * struct past - what was recorded, in place of the kernel; zeroed before use
 * @shelf: all of it
 * @moment: that is looked at; NULL before the first
 * @at: its frame
 * @index: of @moment
 * @netns: inode of the network namespace to tell about; 0 for all that are in there
 * @first: frame that a time begins with
 * @last: frame that it ends with
 * @from: when the time begins, in milliseconds since 1970
 * @to: when it ends; 0 where only one moment is asked about
 */
struct past {
	struct shelf shelf;
	const struct moment *moment;
	size_t at;
	struct index index;
	uint32_t netns;
	size_t first;
	size_t last;
	uint64_t from;
	uint64_t to;
};

int past_look(struct past *past, size_t i, struct failure *failure);
int past_check(const struct past *past, const struct client_question *question);
int past_answer(const struct client_question *question, void *data);
void past_close(struct past *past);

/* past-closed.c */
int past_closed(struct past *past, const struct client_question *question);

/**
 * past_is_there - whether a namespace is asked about
 * @past: the past
 * @question: about all, or one
 * @netns: inode of the namespace, 0 where that is not known
 *
 * Return: whether it is.
 */
static inline bool past_is_there(const struct past *past, const struct client_question *question,
				 uint32_t netns)
{
	return question->all_netns || !past->netns || !netns || netns == past->netns;
}

#endif
