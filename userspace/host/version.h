/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VERSION_H
#define VERSION_H

#include <stdbool.h>
#include <stddef.h>

bool version_of_module(char *version, size_t size);
void version_print(const char *own);
void version_note(const char *own);

#endif
