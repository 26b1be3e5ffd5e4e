/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DECODE_HISTORY_H
#define DECODE_HISTORY_H

#include <stdbool.h>
#include <linux/netlink.h>

#include "kernel/rows.h"

/* Nested attributes of a row of the port table; see decode.h. */

bool decode_history(const struct nlattr *nest, struct history_row *history);
bool decode_distribution(const struct nlattr *nest,
			 struct distribution_row distributions[ROW_KINDS]);
bool decode_opener(const struct nlattr *nest, struct opener_row *opener);
bool decode_worker(const struct nlattr *nest, struct worker_rows *workers);

#endif
