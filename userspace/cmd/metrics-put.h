/* SPDX-License-Identifier: GPL-2.0 */
#ifndef METRICS_PUT_H
#define METRICS_PUT_H

#include <stdbool.h>
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

/**
 * struct metrics_title - what a family of counters or gauges is called
 * @name: without prefix and suffix
 * @help: what it is
 * @unit: that @name ends with, or NULL
 * @is_gauge: it is no counter
 */
struct metrics_title {
	const char *name;
	const char *help;
	const char *unit;
	bool is_gauge;
};

#define METRICS_COUNTER(word, text, of)	{ .name = word, .help = text, .unit = of }
#define METRICS_GAUGE(word, text, of)	{ .name = word, .help = text, .unit = of, .is_gauge = true }

void metrics_put_title(const struct metrics_writer *writer, const char *prefix,
		       const struct metrics_title *title);
void metrics_put_sample(const struct metrics_writer *writer, const char *prefix,
			const struct metrics_title *title);
void metrics_put_head(const struct metrics_writer *writer, const char *prefix, const char *name,
		      const char *type, const char *unit, const char *help);
void metrics_put_number(FILE *stream, uint64_t value, uint32_t divisor);
void metrics_put_module(const struct metrics_writer *writer);
void metrics_put_around(const struct metrics_writer *writer);

#endif
