/* SPDX-License-Identifier: GPL-2.0 */
#ifndef STOP_H
#define STOP_H

#include <stddef.h>
#include <stdint.h>

/**
 * enum stop_reason - why waiting ended
 * @STOP_TIME: the time is over
 * @STOP_READABLE: the descriptor can be read
 * @STOP_NOW: nobody wants more: there was a signal, or the reader of stdout went away
 */
enum stop_reason {
	STOP_TIME,
	STOP_READABLE,
	STOP_NOW,
};

void stop_catch(void);
size_t stop_may_write(int descriptor, size_t size);
enum stop_reason stop_wait(int descriptor, uint64_t until_ms);
uint64_t stop_clock_ms(void);

#endif
