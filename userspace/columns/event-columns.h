/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EVENT_COLUMNS_H
#define EVENT_COLUMNS_H

#include "columns/column.h"

/* Columns of a struct event_row. */
extern const struct columns event_columns;

#endif
