/* SPDX-License-Identifier: GPL-2.0 */
#ifndef METRICS_PUT_H
#define METRICS_PUT_H

#include <stdint.h>
#include <stdio.h>

#include "cmd/metrics.h"

/* For the files that write metrics, each its part of them. */

/**
 * struct metrics_writer - what all parts need to know
 * @stream: where to
 * @metrics: what to write
 * @format: in which form
 */
struct metrics_writer {
	FILE *stream;
	const struct metrics *metrics;
	enum metrics_format format;
};

void metrics_put_head(const struct metrics_writer *writer, const char *prefix, const char *name,
		      const char *type, const char *unit, const char *help);
void metrics_put_number(FILE *stream, uint64_t value, uint32_t divisor);
void metrics_put_module(const struct metrics_writer *writer);
void metrics_put_around(const struct metrics_writer *writer);

#endif
