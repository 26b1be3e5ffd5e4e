/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CATEGORY_H
#define CATEGORY_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct port_range - ports from first to last
 * @first: the lowest port
 * @last: the highest port, included
 */
struct port_range {
	uint32_t first;
	uint32_t last;
};

const char *category_name(uint32_t port);
bool category_local_range(struct port_range *range);

#endif
