// SPDX-License-Identifier: GPL-2.0
#include "format/clock.h"

/* When it is said to be; 0 for now. */
static uint64_t fixed;

/**
 * clock_fix_ms - have clock_now_ms() tell another time
 * @ms: milliseconds since 1970; 0 for what the clock of this machine has
 */
void clock_fix_ms(uint64_t ms)
{
	fixed = ms;
}

/**
 * clock_now_ms - what time it is
 *
 * Return: milliseconds since 1970.
 */
uint64_t clock_now_ms(void)
{
	struct timespec now;

	if (fixed)
		return fixed;
	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * MS_PER_S + now.tv_nsec / NS_PER_MS;
}
