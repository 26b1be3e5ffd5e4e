/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CUT_H
#define CUT_H

#include <stddef.h>

/* A text that is cut may have so many bytes more than before. */
#define CUT_MARK_MAX	3

size_t cut_fit(const char *text, size_t size, unsigned int columns, unsigned int *width);
unsigned int cut_width(const char *text);
char *cut_text(char *text, char *end, unsigned int columns);
const char *cut_mark(void);

#endif
