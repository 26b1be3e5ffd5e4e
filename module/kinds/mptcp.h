/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_MPTCP_H
#define SOCKPORT_MPTCP_H

struct sock;
struct sockport_detail;
struct sockport_record;

int sockport_mptcp_token(struct sockport_record *rec,
			 struct sockport_detail *detail, struct sock *sk);

#endif /* SOCKPORT_MPTCP_H */
