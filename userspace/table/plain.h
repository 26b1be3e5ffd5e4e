/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PLAIN_H
#define PLAIN_H

#include <stddef.h>
#include <stdint.h>

/* An escaped byte takes so many characters. */
#define PLAIN_ESCAPE	4

char *plain_put(char *to, const char *text, size_t length);
char *plain_put_escaped(char *to, const uint8_t *bytes, size_t size);

#endif
