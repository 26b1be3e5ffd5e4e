/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RECORD_H
#define RECORD_H

#include "commands.h"

#ifndef WITHOUT_RECORD
int record_run(const struct question *question);
int replay_run(const struct question *question);
int replay_answer(const struct options *options, const struct selection *selection,
		  struct failure *failure);
#else
static inline int record_run(const struct question *question)
{
	return failure_set(question->failure, EXIT_RUN,
			   "record needs zstd, without which sockport was built here");
}

static inline int replay_run(const struct question *question)
{
	return record_run(question);
}

static inline int replay_answer(const struct options *options,
				const struct selection *selection, struct failure *failure)
{
	(void)options;
	(void)selection;
	return failure_set(failure, EXIT_RUN,
			   "replay needs zstd, without which sockport was built here");
}
#endif

#endif
