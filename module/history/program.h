/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_PROGRAM_H
#define SOCKPORT_PROGRAM_H

#include <linux/types.h>

#include "history/rows.h"

struct net;
struct pid_namespace;
struct sock;
struct sockport_rows;

/* What datagrams count, in the order of @told of a row. */
extern const u8 sockport_told_counters[SOCKPORT_TOLD];

bool sockport_program_current(struct sockport_program *program,
			      const struct sock *sk);
struct sockport_history *
sockport_program_row(struct sockport_program *program, const struct sock *sk);
struct sockport_history *
sockport_program_of_socket(const struct sockport_program *program,
			   const struct sock *sk);
struct sockport_history *sockport_program_unknown(const struct sock *sk);
struct sockport_history *
sockport_program_of_opener(struct sockport_history *row);
bool sockport_program_within(const struct sockport_program *program,
			     struct pid_namespace *pid_ns);

void sockport_program_tell(struct sockport_history *row);
void sockport_programs_tell(struct sockport_rows *in, struct net *net);

#endif /* SOCKPORT_PROGRAM_H */
