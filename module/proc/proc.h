/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_PROC_H
#define SOCKPORT_PROC_H

struct net;

int sockport_proc_init(void);
void sockport_proc_exit(void);
int sockport_proc_net_init(struct net *net);
void sockport_proc_net_exit(struct net *net);

#endif /* SOCKPORT_PROC_H */
