/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_TCP_QUEUE_H
#define SOCKPORT_TCP_QUEUE_H

#include <linux/types.h>

struct sock;
struct sockport_space;
struct sockport_waiting;

int sockport_tcp_queue_take(struct sockport_waiting *waiting,
			    const struct sockport_space *space,
			    struct sock *sk, u64 inode);

#endif /* SOCKPORT_TCP_QUEUE_H */
