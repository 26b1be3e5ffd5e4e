// SPDX-License-Identifier: GPL-2.0
/*
 * dice.c - splitmix64, which takes any seed
 */
#include <string.h>

#include "dice.h"

struct dice dice_new(uint64_t seed)
{
	return (struct dice){ .state = seed };
}

uint64_t dice_number(struct dice *dice)
{
	uint64_t mixed = dice->state += 0x9e3779b97f4a7c15ull;

	mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9ull;
	mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebull;
	return mixed ^ mixed >> 31;
}

uint32_t dice_roll(struct dice *dice, uint32_t limit)
{
	return dice_number(dice) % limit;
}

bool dice_once_in(struct dice *dice, uint32_t times)
{
	return !dice_roll(dice, times);
}

void dice_fill(struct dice *dice, void *to, size_t size)
{
	uint64_t number;
	size_t piece;

	for (; size; size -= piece) {
		number = dice_number(dice);
		piece = size < sizeof(number) ? size : sizeof(number);
		memcpy(to, &number, piece);
		to = (char *)to + piece;
	}
}
