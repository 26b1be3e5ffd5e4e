/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RECORD_ROTATE_H
#define RECORD_ROTATE_H

#include <stdbool.h>
#include <stddef.h>

#include "cmd/options.h"

/* So many older files may be kept. */
#define ROTATE_MAX	RECORD_KEEP_MAX

bool rotate_name(char *to, size_t size, const char *name, unsigned int number);
int rotate(int directory, const char *name, unsigned int keep);

#endif
