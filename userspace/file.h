/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FILE_H
#define FILE_H

#include <stddef.h>

char *file_read(const char *path, size_t max);

#endif
