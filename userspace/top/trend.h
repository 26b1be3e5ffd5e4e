/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TREND_H
#define TREND_H

#include <stdbool.h>

#include "count/hash.h"

/* So many frames are remembered, and so many things at most. */
#define TREND_FRAMES	16
#define TRENDS_MAX	65536
/* Bytes of a trend as text, with the terminating 0. */
#define TREND_TEXT	(3 * TREND_FRAMES + 1)

/**
 * struct trend_key - what a trend is of
 * @netns: inode of the network namespace, 0 where it is not known
 * @number: of a port or process
 * @kind: protocol and role, or 0
 */
struct trend_key {
	uint32_t netns;
	uint32_t number;
	uint32_t kind;
};

/**
 * struct trend - what something did in the last frames
 * @key: what it is of
 * @frame: the last one in which it was seen
 * @counted: what a counter was then
 * @rates: per second, by the number of the frame modulo TREND_FRAMES
 */
struct trend {
	struct trend_key key;
	uint32_t frame;
	uint64_t counted;
	uint64_t rates[TREND_FRAMES];
};

/**
 * struct trends - those of a view; zeroed before use
 * @frame: number of the present one
 * @interval: milliseconds since the one before; 0 where there was none
 * @things: what they are of
 */
struct trends {
	uint32_t frame;
	uint64_t interval;
	struct hash things;
};

void trends_next(struct trends *trends, uint64_t interval);
void trends_free(struct trends *trends);
struct trend *trends_find(struct trends *trends, const struct trend_key *key);
void trend_count(struct trends *trends, struct trend *trend, uint64_t counter);
void trend_push(struct trends *trends, struct trend *trend, uint64_t rate);
void trend_text(const struct trends *trends, const struct trend *trend, bool utf8, char *to);

#endif
