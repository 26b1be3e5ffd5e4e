/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEXTFILE_H
#define TEXTFILE_H

#include <stddef.h>

#include "failure.h"

int textfile_write(const char *path, const char *text, size_t size, struct failure *failure);

#endif
