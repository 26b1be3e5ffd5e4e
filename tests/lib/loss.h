/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_LOSS_H
#define TESTS_LOSS_H

#include <stdint.h>

/*
 * Packets get lost on their way in, chosen by the server's port. LOSS_TO and
 * LOSS_FROM take all that goes to or comes from it, LOSS_SOME each ninth packet
 * of more than 200 bytes that goes either way. LOSS_PROHIBIT lets the client of
 * IPv4 know that it is not allowed, LOSS_NO_ROUTE that of IPv6 that it cannot be.
 */
enum loss {
	LOSS_SYN,
	LOSS_SYNACK,
	LOSS_TO,
	LOSS_FROM,
	LOSS_SOME,
	LOSS_PROHIBIT,
	LOSS_NO_ROUTE,
};

/* Once a namespace. */
void loss_begin(void);
/* A script of changes, done at once. */
void loss_add(enum loss loss, uint16_t port);
void loss_delete(enum loss loss, uint16_t port);
void loss_commit(void);

#endif
