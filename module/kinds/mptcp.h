/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_MPTCP_H
#define SOCKPORT_MPTCP_H

struct sock;
struct sockport_record;

void sockport_mptcp_token(struct sockport_record *rec, struct sock *sk);

#endif /* SOCKPORT_MPTCP_H */
