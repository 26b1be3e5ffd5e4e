/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RECORD_DIRECTORY_H
#define RECORD_DIRECTORY_H

#include <stddef.h>

int directory_open(const char *path, size_t length);

#endif
