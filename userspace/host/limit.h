/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LIMIT_H
#define LIMIT_H

#include <stdbool.h>

#include "host/category.h"

/**
 * enum limit_member - bits of what is known of a limit
 */
enum limit_member {
	LIMIT_USED,
	LIMIT_MAX,
};

/**
 * struct limit - how much there is of something, and how much there can be
 * @known: bits of enum limit_member
 * @name: of the limit
 * @about: one line
 * @used: how much there is
 * @max: how much there can be
 */
struct limit {
	uint64_t known;
	const char *name;
	const char *about;
	uint64_t used;
	uint64_t max;
};

/* Rows of limits_read() */
#define LIMITS_READ	5

unsigned int limit_percent(uint64_t used, uint64_t max);
const char *limit_level(uint64_t used, uint64_t max);
void limits_read(struct limit list[LIMITS_READ], bool is_here);
bool limits_somaxconn(uint64_t *max);
uint32_t limits_count_reserved(const char *text, const struct port_range *range);
bool limits_local_ports(struct port_range *range, uint32_t *available);

#endif
