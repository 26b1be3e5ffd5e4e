/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_DIAG_H
#define TESTS_DIAG_H

#include "rows.h"

/* Oracle: sock_diag's dumps of TCP, UDP and UDP-Lite, IPv4 and IPv6. */
struct rows diag_rows(void);
/* Those of them for which a program of its own, of struct inet_diag_bc_op, has a match. */
struct rows diag_rows_where(const void *program, size_t length);

#endif
