/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHOW_HEAD_H
#define SHOW_HEAD_H

#include "cmd/options.h"
#include "columns/report.h"
#include "host/names.h"
#include "kernel/rows.h"

/**
 * struct syn_queue - half-open connections of the listener that has most of what it may have
 * @used: how many there are
 * @max: how many there can be before cookies are needed, 0 for not known
 */
struct syn_queue {
	uint32_t used;
	uint32_t max;
};

void syn_queue_add(struct syn_queue *queue, const struct socket_row *row);
void syn_queue_print(const struct syn_queue *queue);
void show_head_print(const struct options *options, struct names *names);
void show_head_put(struct report *report, const struct options *options);
void show_head_netns(struct report *report, uint32_t netns);

#endif
