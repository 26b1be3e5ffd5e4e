/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PORT_COLUMNS_H
#define PORT_COLUMNS_H

#include "columns/column.h"

/* Columns of a struct port_row. */
extern const struct columns port_columns;

#endif
