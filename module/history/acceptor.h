/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_ACCEPTOR_H
#define SOCKPORT_ACCEPTOR_H

struct sock;
struct sockport_follow;
struct sockport_history;

const struct sockport_follow *
sockport_acceptor_find(const struct sockport_history *row,
		       const struct sock *sk);
const struct sockport_follow *
sockport_acceptor_guess(const struct sockport_history *row,
			const struct sock *sk);

#endif /* SOCKPORT_ACCEPTOR_H */
