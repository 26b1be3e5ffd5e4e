/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BARS_H
#define BARS_H

#include <stdio.h>

#include "format/quantity.h"
#include "kernel/rows.h"

unsigned int bars_width(void);
void bars_print(FILE *stream, const struct distribution_row *distribution,
		enum quantity quantity, unsigned int width);

#endif
