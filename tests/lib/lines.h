/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_LINES_H
#define TESTS_LINES_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct lines - a bag of lines: a socket each, with the fields that two
 *	sources have, written in the same way
 */
struct lines {
	char	**line;
	size_t	count;
	size_t	room;
};

void lines_add(struct lines *lines, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void lines_free(struct lines *lines);
/* Sort, and keep one of those that are the same. */
void lines_unique(struct lines *lines);
bool lines_same(struct lines *one, struct lines *other);
/* Both ways. Returns how many have no match, and says which. */
unsigned int lines_compare(const char *name, struct lines *expected, struct lines *seen);

#endif
