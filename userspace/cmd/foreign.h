/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FOREIGN_H
#define FOREIGN_H

#include "failure.h"

int foreign_letter(int letter, char *const *argv, int next, struct failure *failure);
int foreign_name(const char *word, struct failure *failure);

#endif
