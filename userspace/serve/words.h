/* SPDX-License-Identifier: GPL-2.0 */
#ifndef WORDS_OF_REQUEST_H
#define WORDS_OF_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "cmd/options.h"

/* A command line has at most so many words. */
#define WORDS_MAX	300

/**
 * struct words - a command line; zeroed before use
 * @list: the words, ended by NULL; to be freed
 * @count: how many there are
 */
struct words {
	char *list[WORDS_MAX + 1];
	size_t count;
};

int words_add(struct words *words, const char *begin, const char *text, struct failure *failure);
int words_add_split(struct words *words, const char *text, struct failure *failure);
bool words_equal(const struct words *a, const struct words *b);
int words_parse(struct words *words, struct options *options, struct failure *failure);
void words_free(struct words *words);

#endif
