/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>
#include <time.h>

#define MS_PER_S	1000ull
#define US_PER_MS	1000ull
#define NS_PER_US	1000ull
#define NS_PER_MS	1000000ull

uint64_t clock_now_ms(void);
void clock_fix_ms(uint64_t ms);

#endif
