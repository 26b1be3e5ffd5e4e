/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHOW_LIMITED_H
#define SHOW_LIMITED_H

#include <stdbool.h>
#include <stdint.h>

#include "columns/report.h"
#include "kernel/rows.h"

/**
 * struct limited - what held the connections of a port up, in microseconds
 * @known: TCP said it of one at least
 * @busy: they had something to send
 * @window: of that, the peers' receive windows were closed
 * @buffer: of that, their own send buffers were full
 */
struct limited {
	bool known;
	uint64_t busy;
	uint64_t window;
	uint64_t buffer;
};

void limited_add(struct limited *limited, const struct socket_row *row);
void limited_print(const struct limited *limited);
void limited_put(const struct limited *limited, struct report *report);

#endif
