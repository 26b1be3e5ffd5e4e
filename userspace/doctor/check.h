/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CHECK_H
#define CHECK_H

#include "count/findings.h"
#include "doctor/look.h"

/**
 * struct check - looks for something that can be wrong
 * @name: of what it looks at
 * @run: says what it has found
 */
struct check {
	const char *name;
	void (*run)(const struct look *look, struct findings *findings);
};

/* In the order in which findings that are as bad come. */
void check_accept_queue(const struct look *look, struct findings *findings);
void check_syn_queue(const struct look *look, struct findings *findings);
void check_local_ports(const struct look *look, struct findings *findings);
void check_memory(const struct look *look, struct findings *findings);
void check_limits(const struct look *look, struct findings *findings);
void check_datagrams(const struct look *look, struct findings *findings);
void check_workers(const struct look *look, struct findings *findings);
void check_failures(const struct look *look, struct findings *findings);
void check_stuck(const struct look *look, struct findings *findings);
void check_loss(const struct look *look, struct findings *findings);
void check_close_wait(const struct look *look, struct findings *findings);
void check_exposure(const struct look *look, struct findings *findings);
void check_scans(const struct look *look, struct findings *findings);
void check_module(const struct look *look, struct findings *findings);

/* Of check_memory(). */
void check_cgroups(const struct look *look, struct findings *findings);

/* Each space of a look. */
#define check_each_space(look, space)						\
	for ((space) = (look)->spaces.hash.list;				\
	     (space) && (space) < spaces_at(&(look)->spaces, (look)->spaces.hash.count); \
	     (space)++)

void checks_run(const struct look *look, struct findings *findings);

#endif
