/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HISTORY_COLUMNS_H
#define HISTORY_COLUMNS_H

#include "columns/column.h"

/* Columns of a struct port_row: its history, and who opened it. */
extern const struct columns history_columns;

#endif
