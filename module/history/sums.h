/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_SUMS_H
#define SOCKPORT_SUMS_H

#include <linux/types.h>

#include "history/rows.h"
#include "net.h"

/**
 * struct sockport_reading - who goes through the rows of a namespace
 * @in: rows of an era
 * @sn: what we keep of the namespace
 * @rows: those of ports, or those of programs
 * @row: where it is
 * @at: row of the rest that comes next
 * @rests: that behind the last
 * @srcu: keeps rows that were there at the beginning
 * @folds: how many rows had been added to each row of the rest when it was read
 */
struct sockport_reading {
	struct sockport_rows	*in;
	struct sockport_net	*sn;
	struct list_head	*rows;
	struct list_head	*row;
	unsigned int		at;
	unsigned int		rests;
	int			srcu;
	u64			folds[SOCKPORT_RESTS + 1];
};

void sockport_reading_begin(struct sockport_reading *reading,
			    struct sockport_rows *in, struct net *net);
void sockport_reading_begin_programs(struct sockport_reading *reading,
				     struct sockport_rows *in, struct net *net);
struct sockport_history *
sockport_reading_next(struct sockport_reading *reading);
bool sockport_reading_add(struct sockport_reading *reading,
			  struct sockport_history *row,
			  struct sockport_totals *totals,
			  struct sockport_spread *spread);
void sockport_reading_end(struct sockport_reading *reading);

u64 sockport_row_count(const struct sockport_history *row,
		       unsigned int counter);
void sockport_history_fold(struct sockport_history *row);
void sockport_history_rebase(struct sockport_rows *in, struct net *net);
void sockport_history_leave(struct sockport_history *row,
			    rcu_callback_t next);
void sockport_history_wait(void);

/**
 * sockport_rest_index - which row of the rest a row belongs to
 * @protocol: enum sockport_protocol, one that has history
 * @role: enum sockport_role, or SOCKPORT_ROLE_PROGRAM
 *
 * Return: below SOCKPORT_RESTS, or SOCKPORT_REST_PROGRAMS.
 */
static inline unsigned int sockport_rest_index(u8 protocol, u8 role)
{
	if (role == SOCKPORT_ROLE_PROGRAM)
		return SOCKPORT_REST_PROGRAMS;
	return (protocol - SOCKPORT_PROTOCOL_TCP) * 2 + role - SOCKPORT_ROLE_IN;
}

#endif /* SOCKPORT_SUMS_H */
