/* SPDX-License-Identifier: GPL-2.0 */
#ifndef METRICS_LABELS_H
#define METRICS_LABELS_H

#include <stdbool.h>
#include <stdio.h>

#include "cmd/metrics.h"

void metrics_put_netns(FILE *stream, const struct metrics *metrics, uint32_t netns);
void metrics_put_only_netns(FILE *stream, const struct metrics *metrics, uint32_t netns);
void metrics_put_labels(FILE *stream, const struct metrics *metrics,
			const struct metrics_port *port, bool is_port);

#endif
