/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_PROGRAM_TABLE_H
#define SOCKPORT_PROGRAM_TABLE_H

#include <linux/sched.h>
#include <linux/types.h>
#include <linux/uidgid.h>

#include "history/rows.h"

struct net;
struct sockport_reader;
struct sockport_scope;

/**
 * struct sockport_program_sum - what a program did
 * @netns: inode of the network namespace
 * @is_rest: it is of programs whose rows were given back, and of those that are not
 *	the reader's to see
 * @uid: owner of the sockets, INVALID_UID when unknown
 * @cgroup: id of theirs, 0 when unknown
 * @comm: name, empty when unknown
 * @totals: what it did
 */
struct sockport_program_sum {
	u32			netns;
	bool			is_rest;
	kuid_t			uid;
	u64			cgroup;
	char			comm[TASK_COMM_LEN];
	struct sockport_totals	totals;
};

/**
 * struct sockport_programs - what programs did
 * @net: namespace whose account it goes to
 * @count: how many
 * @room: what @sum has been allocated for
 * @sum: each, by namespace, the rest first
 */
struct sockport_programs {
	struct net			*net;
	unsigned int			count;
	unsigned int			room;
	struct sockport_program_sum	*sum;
};

int sockport_programs_build(struct sockport_programs *programs,
			    struct sockport_scope *scope,
			    const struct sockport_reader *reader);
void sockport_programs_free(struct sockport_programs *programs);

#endif /* SOCKPORT_PROGRAM_TABLE_H */
