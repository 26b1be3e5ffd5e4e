// SPDX-License-Identifier: GPL-2.0
/*
 * What programs did, for a reader
 *
 * A program is told to whom its processes' names are. What the others did is a part
 * of the rest, so that the sum is that of the ports for everybody.
 */
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "history/era.h"
#include "history/follow.h"
#include "history/program.h"
#include "history/rows.h"
#include "history/sums.h"
#include "memory/memory.h"
#include "net.h"
#include "owners/reader.h"
#include "ports/program-table.h"
#include "walk/scope.h"

static size_t bytes_for(unsigned int room)
{
	return array_size(room, sizeof(struct sockport_program_sum));
}

/* Of who has no name nothing is told but what a socket tells. */
static bool seen(const struct sockport_reader *reader,
		 const struct sockport_program *program)
{
	return sockport_reader_sees_uid(reader, program->uid) &&
	       (!program->comm[0] ||
		(sockport_reader_sees_gone(reader, &program->by) &&
		 sockport_program_within(program, reader->pid_ns)));
}

/* Alive are those that began and have not ended: who counts has no need to. */
static void count_alive(struct sockport_totals *totals)
{
	u64 *value = totals->value;
	s64 alive = value[SOCKPORT_A_HISTORY_OPENED] +
		    value[SOCKPORT_A_HISTORY_ACCEPTED] +
		    value[SOCKPORT_A_HISTORY_TAKEN_IN] -
		    value[SOCKPORT_A_HISTORY_CLOSED] -
		    value[SOCKPORT_A_HISTORY_CLOSED_BY_PEER] -
		    value[SOCKPORT_A_HISTORY_BROKEN];

	value[SOCKPORT_A_HISTORY_CONNECTIONS] = max_t(s64, alive, 0);
}

static bool is_empty(const struct sockport_totals *totals)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(totals->value); i++)
		if (totals->value[i])
			return false;
	return true;
}

static struct sockport_program_sum *add_sum(struct sockport_programs *programs,
					    const struct sockport_space *space)
{
	struct sockport_program_sum *sum = &programs->sum[programs->count++];

	memset(sum, 0, sizeof(*sum));
	sum->netns = space->inode;
	return sum;
}

static void add_row(struct sockport_programs *programs,
		    const struct sockport_space *space,
		    struct sockport_reading *reading,
		    struct sockport_history *row)
{
	struct sockport_program_sum *sum = add_sum(programs, space);

	if (!sockport_reading_add(reading, row, &sum->totals, NULL) ||
	    is_empty(&sum->totals)) {
		programs->count--;
		return;
	}
	sum->uid = row->opener.program.uid;
	sum->cgroup = row->opener.program.cgroup;
	memcpy(sum->comm, row->opener.program.comm, sizeof(sum->comm));
	count_alive(&sum->totals);
}

/* Returns -ENOSPC when there is not room for all. */
static int fill(struct sockport_programs *programs, struct sockport_rows *rows,
		const struct sockport_reader *reader,
		const struct sockport_space *space)
{
	const unsigned int first = programs->count;
	struct sockport_program_sum *rest;
	struct sockport_reading reading;
	struct sockport_history *row;

	if (first == programs->room)
		return -ENOSPC;
	rest = add_sum(programs, space);
	rest->is_rest = true;
	sockport_reading_begin_programs(&reading, rows, space->net);
	while ((row = sockport_reading_next(&reading))) {
		if (row->is_rest || !seen(reader, &row->opener.program))
			sockport_reading_add(&reading, row, &rest->totals, NULL);
		else if (programs->count < programs->room)
			add_row(programs, space, &reading, row);
		else
			break;
		cond_resched();
	}
	sockport_reading_end(&reading);
	if (row)
		return -ENOSPC;
	count_alive(&rest->totals);
	/* The last takes its place. */
	if (is_empty(&rest->totals))
		*rest = programs->sum[--programs->count];
	return 0;
}

static int fill_all(struct sockport_programs *programs,
		    struct sockport_rows *rows,
		    const struct sockport_scope *scope,
		    const struct sockport_reader *reader)
{
	unsigned int i;
	int err = 0;

	programs->count = 0;
	for (i = 0; i < scope->count && !err; i++)
		err = fill(programs, rows, reader, &scope->space[i]);
	return err;
}

/* Some may come until they are read, and each namespace may have a rest. */
static unsigned int room_for(const struct sockport_scope *scope)
{
	u64 room = 0;
	unsigned int i;

	for (i = 0; i < scope->count; i++)
		room += 1 + atomic64_read(&sockport_stats(scope->space[i].net)
					  ->programs.rows);
	return room + room / 8 + 16;
}

static int build(struct sockport_programs *programs, struct sockport_era *era,
		 const struct sockport_scope *scope,
		 const struct sockport_reader *reader)
{
	int err;

	programs->room = room_for(scope);
	for (;;) {
		programs->sum = sockport_alloc(programs->net,
					       bytes_for(programs->room));
		if (!programs->sum)
			return -ENOMEM;
		err = fill_all(programs, era->rows, scope, reader);
		if (err != -ENOSPC)
			return err;
		sockport_programs_free(programs);
		programs->room *= 2;
	}
}

/**
 * sockport_programs_build - sum up what programs did
 * @programs: to be filled
 * @scope: namespaces that are asked about, kept by the caller; the one whose account
 *	it goes to until sockport_programs_free()
 * @reader: who asks, with a reference to its pid namespace
 *
 * Context: process context, may sleep.
 *
 * Return: 0; -ENODATA while history is off; or -ENOMEM. Only after 0 there is
 * something to free.
 */
int sockport_programs_build(struct sockport_programs *programs,
			    struct sockport_scope *scope,
			    const struct sockport_reader *reader)
{
	struct net *one = scope->count == 1 ? scope->space[0].net : NULL;
	struct sockport_era *era = sockport_era_get();
	unsigned int i;
	int err;

	memset(programs, 0, sizeof(*programs));
	programs->net = scope->account;
	if (!era)
		return -ENODATA;
	sockport_follow_fold(era->followed, one);
	for (i = 0; i < scope->count; i++)
		sockport_programs_tell(era->rows, scope->space[i].net);
	err = build(programs, era, scope, reader);
	sockport_era_put(era);
	return err;
}

/**
 * sockport_programs_free - free what sockport_programs_build() made
 * @programs: programs
 *
 * Context: process context, may sleep.
 */
void sockport_programs_free(struct sockport_programs *programs)
{
	sockport_free(programs->net, programs->sum, bytes_for(programs->room));
	programs->sum = NULL;
}
