/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What must hold, whatever came in. */
#define MUST(condition) do {	\
	if (!(condition))	\
		abort();	\
} while (0)

/* What libFuzzer calls. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy of just that size, so that a sanitizer sees who reads beyond it. */
static inline void *copy_of(const void *data, size_t size)
{
	void *copy = malloc(size ? size : 1);

	MUST(copy);
	return size ? memcpy(copy, data, size) : copy;
}

/* The same with a 0 behind it. */
static inline char *string_of(const uint8_t *data, size_t size)
{
	char *string = malloc(size + 1);

	MUST(string);
	if (size)
		memcpy(string, data, size);
	string[size] = 0;
	return string;
}

#endif
