/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RESTORE_H
#define RESTORE_H

#include <stdbool.h>

bool restore_remember(void);
void restore_add(const char *sequence);
void restore_on_crash(void);

#endif
