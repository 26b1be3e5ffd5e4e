/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTAINER_H
#define CONTAINER_H

#include <stddef.h>

/* An id has so many hexadecimal digits; people are shown the first of them. */
#define CONTAINER_ID	64
#define CONTAINER_SHOWN	12
/* A longer name counts as unknown. */
#define CONTAINER_NAME_MAX	200

void container_set_root(const char *root);
size_t container_name(const char *id, char *name);

#endif
