/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_FOLLOW_ROWS_H
#define SOCKPORT_FOLLOW_ROWS_H

/* For the files that begin with follow only. */

#include <net/inet_sock.h>
#include <net/sock.h>

#include "history/follow.h"
#include "history/rows.h"

/* Of a port of ours. */
static inline struct sockport_history *sockport_row_in(const struct sock *sk,
						       u16 port)
{
	return sockport_history_row(sock_net(sk), SOCKPORT_PROTOCOL_TCP,
				    SOCKPORT_ROLE_IN, port);
}

/* Of the port that a socket calls. */
static inline struct sockport_history *sockport_row_out(const struct sock *sk)
{
	return sockport_history_row(sock_net(sk), SOCKPORT_PROTOCOL_TCP,
				    SOCKPORT_ROLE_OUT,
				    ntohs(inet_sk(sk)->inet_dport));
}

/* The number is cleared before the last change of state, this port is not. */
static inline u16 sockport_local_port(const struct sock *sk)
{
	return ntohs(inet_sk(sk)->inet_sport);
}

void sockport_follow_join(struct sockport_follow *follow,
			  struct sockport_history *row);
void sockport_follow_rename(struct sockport_follow *follow,
			    struct sockport_history *program);
struct sockport_history *sockport_row_of_role(const struct sock *sk, u8 role);
struct sockport_history *sockport_row_guess(const struct sock *sk, int state);
struct sockport_history *
sockport_program_guess(struct sockport_history *row, const struct sock *sk);
struct sockport_history *sockport_program_opens(struct sockport_history *row,
						const struct sock *sk);

#endif /* SOCKPORT_FOLLOW_ROWS_H */
