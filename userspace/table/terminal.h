/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TERMINAL_H
#define TERMINAL_H

void terminal_set_wide(void);
unsigned int terminal_width(void);

#endif
