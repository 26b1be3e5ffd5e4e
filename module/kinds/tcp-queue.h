/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_TCP_QUEUE_H
#define SOCKPORT_TCP_QUEUE_H

#include <linux/types.h>

struct sock;
struct sockport_owners;
struct sockport_space;

int sockport_tcp_queue_take(struct sockport_owners *owners,
			    const struct sockport_space *space,
			    struct sock *sk, u64 inode);

#endif /* SOCKPORT_TCP_QUEUE_H */
