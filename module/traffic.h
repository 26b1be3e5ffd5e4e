/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_TRAFFIC_H
#define SOCKPORT_TRAFFIC_H

struct sock;

int sockport_traffic_start(void);
void sockport_traffic_stop(void);
void sockport_traffic_drop(const struct sock *sk);

#endif /* SOCKPORT_TRAFFIC_H */
