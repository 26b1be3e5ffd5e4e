/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_LOSS_H
#define TESTS_LOSS_H

#include <stdint.h>

/*
 * Packets get lost on their way in, chosen by the server's port. LOSS_TO and
 * LOSS_FROM take all that goes to or comes from it.
 */
enum loss {
	LOSS_SYN,
	LOSS_SYNACK,
	LOSS_TO,
	LOSS_FROM,
};

/* Once a namespace. */
void loss_begin(void);
/* A script of changes, done at once. */
void loss_add(enum loss loss, uint16_t port);
void loss_delete(enum loss loss, uint16_t port);
void loss_commit(void);

#endif
