/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SCREEN_H
#define SCREEN_H

#include <stdbool.h>

#include "failure.h"
#include "top/frame.h"

int screen_open(bool has_color, struct failure *failure);
void screen_close(void);
void screen_draw(const struct frame *frame, bool redraw);
void screen_size(unsigned int *rows, unsigned int *columns);
void screen_resize(void);
void screen_leave(void);
void screen_return(void);
int screen_key(void);

#endif
