/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PROSE_H
#define PROSE_H

#include <stdio.h>

void prose_put(FILE *stream, const char *text, unsigned int width, unsigned int column,
	       unsigned int indent);
void prose_printf(FILE *stream, unsigned int width, const char *format, ...)
	__attribute__((__format__(printf, 3, 4)));
void prose_put_command(FILE *stream, const char *text, unsigned int width, unsigned int indent);

#endif
