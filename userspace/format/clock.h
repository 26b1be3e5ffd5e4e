/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>
#include <time.h>

#define MS_PER_S	1000ull
#define US_PER_MS	1000ull
#define NS_PER_US	1000ull
#define NS_PER_MS	1000000ull

/**
 * clock_now_ms - what time it is
 *
 * Return: milliseconds since 1970.
 */
static inline uint64_t clock_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * MS_PER_S + now.tv_nsec / NS_PER_MS;
}

#endif
