/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_TRAFFIC_H
#define SOCKPORT_TRAFFIC_H

#include <linux/types.h>

struct net;
struct sock;
struct sockport_history;

/*
 * In the order of a module's life: main's pernet operations and the history,
 * sockport_traffic_start(); sockport_traffic_stop(), the history and them.
 */
int sockport_traffic_start(void);
void sockport_traffic_stop(void);
bool sockport_traffic_bound(const struct sockport_history *row);
void sockport_traffic_drop(const struct sock *sk);
void sockport_traffic_closed(const struct net *net, u8 protocol, u16 port);

#endif /* SOCKPORT_TRAFFIC_H */
