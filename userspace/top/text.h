/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TOP_TEXT_H
#define TOP_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "failure.h"

/**
 * struct text - lines to read; zeroed before use
 * @bytes: each line ends with 0
 * @lines: where each begins
 * @count: how many there are
 */
struct text {
	char *bytes;
	const char **lines;
	size_t count;
};

/**
 * typedef text_function - prints to stdout
 * @data: what the caller gave
 * @failure: what went wrong
 *
 * Return: 0 or -1.
 */
typedef int (*text_function)(void *data, struct failure *failure);

int text_of(struct text *text, text_function print, void *data, struct failure *failure);
void text_free(struct text *text);

#endif
