/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RECORD_VOLUME_H
#define RECORD_VOLUME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "failure.h"

/**
 * struct volume - a file that was recorded to
 * @path: of the file
 * @file: its descriptor
 * @size: bytes
 * @first: its first frame among all
 * @count: of its frames
 * @damaged: bytes that are no frame
 * @damage: where the first of them is
 * @is_cut: they are the beginning of a frame at the end
 */
struct volume {
	char *path;
	int file;
	uint64_t size;
	size_t first;
	size_t count;
	uint64_t damaged;
	uint64_t damage;
	bool is_cut;
};

bool volume_read(const struct volume *volume, void *bytes, size_t size, uint64_t offset);
int volume_check(const struct volume *volume, struct failure *failure);
const char *volume_trouble(const struct volume *volume, char *text, size_t size);

#endif
