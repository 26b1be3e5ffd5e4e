/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdbool.h>

/**
 * enum terminal_color - whether tables have colours
 * @COLOR_AUTO: on a terminal, unless the environment has NO_COLOR
 * @COLOR_ALWAYS: wherever they go
 * @COLOR_NEVER: nowhere
 */
enum terminal_color {
	COLOR_AUTO,
	COLOR_ALWAYS,
	COLOR_NEVER,
};

void terminal_set_wide(void);
void terminal_set_color(enum terminal_color when);
bool terminal_has_color(void);
unsigned int terminal_width(void);
bool terminal_is_utf8(void);

#endif
