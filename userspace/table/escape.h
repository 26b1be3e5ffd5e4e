/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ESCAPE_H
#define ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An escaped byte takes so many characters, in text and in JSON. */
#define ESCAPE_TEXT	4
#define ESCAPE_JSON	6

char *escape_text(char *to, const char *text, size_t length, bool utf8, int *extra);
char *escape_json(char *to, const char *text, size_t length);
char *escape_path(char *to, const uint8_t *bytes, size_t size);
char *escape_path_json(char *to, const uint8_t *bytes, size_t size);

#endif
