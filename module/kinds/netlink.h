/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_NLSOCK_H
#define SOCKPORT_NLSOCK_H

#include <linux/types.h>

struct sock;
struct sockport_detail;
struct sockport_record;

bool sockport_nlsock_name(struct sockport_record *rec,
			  struct sockport_detail *detail, struct sock *sk);

#endif /* SOCKPORT_NLSOCK_H */
