/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_DICE_H
#define TESTS_DICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct dice - numbers at random, the same ones from the same seed
 */
struct dice {
	uint64_t	state;
};

struct dice dice_new(uint64_t seed);
uint64_t dice_number(struct dice *dice);
/* Below a limit, which is not 0. */
uint32_t dice_roll(struct dice *dice, uint32_t limit);
/* Once in so many times. */
bool dice_once_in(struct dice *dice, uint32_t times);
void dice_fill(struct dice *dice, void *to, size_t size);

#define dice_pick(dice, list)	(&(list)[dice_roll(dice, sizeof(list) / sizeof((list)[0]))])

#endif
