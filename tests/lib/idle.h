/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_IDLE_H
#define TESTS_IDLE_H

#include "rows.h"

/* Ports of the fixture. */
#define IDLE_PORT	20000	/* bound alone */
#define IDLE_SHARED	20001	/* by IDLE_SHARERS, addresses of their own */
#define IDLE_REUSE	20002	/* by two with SO_REUSEPORT, same address */
#define IDLE_LISTENER	20003	/* beside a listener with the same address */
#define IDLE_RESET	20004	/* was a connection once */
#define IDLE_SHARERS	40
#define IDLE_CONNECTIONS 5	/* to IDLE_LISTENER */
#define IDLE_MARK	0x5a5a
#define IDLE_UID	2001

/*
 * TCP sockets that are bound and nothing more. The files below /proc/net do
 * not show them, nor does sock_diag before 6.8, so the rows come from asking
 * the sockets themselves.
 */
struct rows idle_sockets(void);

/* What a socket says of itself. */
void row_from_socket(struct row *row, int fd, uint8_t protocol);

#endif
