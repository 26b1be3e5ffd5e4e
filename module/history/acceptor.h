/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_ACCEPTOR_H
#define SOCKPORT_ACCEPTOR_H

#include <linux/compiler.h>

#include "history/rows.h"

struct sock;
struct sockport_follow;

const struct sockport_follow *
sockport_acceptor_find(const struct sockport_history *row,
		       const struct sock *sk);
const struct sockport_follow *
sockport_acceptor_guess(const struct sockport_history *row,
			const struct sock *sk);
struct sockport_history *
__sockport_acceptor_program(struct sockport_history *row,
			    const struct sock *sk);
struct sockport_history *
sockport_acceptor_program_guess(struct sockport_history *row,
				const struct sock *sk);

/**
 * sockport_acceptor_program - the program whose listener took a connection
 * @row: row of the port
 * @sk: the connection, locked, that is about to be established
 *
 * Context: as for sockport_acceptor_find().
 *
 * Return: the program's row until the end of the critical section, or NULL when
 * nobody knows.
 */
static inline struct sockport_history *
sockport_acceptor_program(struct sockport_history *row, const struct sock *sk)
{
	struct sockport_history *owner = READ_ONCE(row->owner);

	return likely(owner) ? owner : __sockport_acceptor_program(row, sk);
}

#endif /* SOCKPORT_ACCEPTOR_H */
