/* SPDX-License-Identifier: GPL-2.0 */
#ifndef UTF8_H
#define UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

size_t utf8_length(const unsigned char *text, size_t left);
uint32_t utf8_character(const unsigned char *text, size_t length);
unsigned int utf8_width(uint32_t character);
bool utf8_is_invisible(uint32_t character);

#endif
