/* SPDX-License-Identifier: GPL-2.0 */
#ifndef THRESHOLDS_H
#define THRESHOLDS_H

#include <stdbool.h>
#include <stdint.h>

#include "failure.h"

/**
 * enum threshold - from where on something is wrong
 */
enum threshold {
	THRESHOLD_FULL,
	THRESHOLD_CLOSE_WAIT,
	THRESHOLD_STUCK,
	THRESHOLD_RECENT,
	THRESHOLD_FAILURES,
	THRESHOLD_RETRANSMITS,
	THRESHOLD_SEGMENTS,
	THRESHOLD_SCAN,
	THRESHOLD_KNOCKS,
	THRESHOLD_ACCEPT,
	THRESHOLDS,
};

/**
 * struct threshold_row - a threshold
 * @name: as people give it
 * @unit: of its value
 * @help: one line
 * @usual: its value where nobody chooses one
 */
struct threshold_row {
	const char *name;
	const char *unit;
	const char *help;
	uint32_t usual;
};

/**
 * struct thresholds - those that were chosen; zeroed before use
 * @chosen: bits of enum threshold
 * @values: by enum threshold
 */
struct thresholds {
	uint32_t chosen;
	uint32_t values[THRESHOLDS];
};

extern const struct threshold_row threshold_rows[THRESHOLDS];

int thresholds_parse(struct thresholds *thresholds, const char *list, struct failure *failure);
uint32_t thresholds_get(const struct thresholds *thresholds, enum threshold threshold);

#endif
