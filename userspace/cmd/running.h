/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RUNNING_H
#define RUNNING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct running - processes that run; zeroed before use
 * @list: their numbers
 * @count: how many there are
 * @room: for how many @list has room
 */
struct running {
	uint32_t *list;
	size_t count;
	size_t room;
};

bool running_find(struct running *running, const char *word);
void running_free(struct running *running);

#endif
