/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FILE_H
#define FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool file_read_number(const char *path, unsigned int place, uint64_t *value);
bool file_read_start(const char *path, char *text, size_t size);
char *file_read(const char *path, size_t max);

#endif
