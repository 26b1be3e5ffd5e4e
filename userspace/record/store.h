/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RECORD_STORE_H
#define RECORD_STORE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "failure.h"

/* A file ends after a day. */
#define STORE_AGE_MS	(24 * 3600 * 1000ull)

/**
 * struct store - a file that records go to; zeroed before use
 * @path: as it was given
 * @name: in @directory
 * @directory: where the file is
 * @file: the file; -1 where it could not be begun
 * @size: of what is whole
 * @began: when the file was begun, in milliseconds since 1970
 * @number: of the last frame in the file, 0 for none
 * @max_size: bytes after which another file is begun
 * @keep: how many older files stay
 */
struct store {
	const char *path;
	char name[NAME_MAX + 1];
	int directory;
	int file;
	uint64_t size;
	uint64_t began;
	uint32_t number;
	uint64_t max_size;
	uint32_t keep;
};

int store_open(struct store *store, const char *path, struct failure *failure);
bool store_is_full(const struct store *store, uint64_t now);
int store_begin(struct store *store, uint64_t now, struct failure *failure);
int store_put(struct store *store, const void *bytes, size_t size, struct failure *failure);
void store_close(struct store *store);

#endif
