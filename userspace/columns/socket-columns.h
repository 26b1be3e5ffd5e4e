/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKET_COLUMNS_H
#define SOCKET_COLUMNS_H

#include "columns/column.h"

/* Columns of a struct socket_row. */
extern const struct columns socket_columns;

#endif
