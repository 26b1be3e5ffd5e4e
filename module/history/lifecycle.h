/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_SWITCH_H
#define SOCKPORT_SWITCH_H

#include <linux/types.h>

struct net;

int sockport_switch_init(void);
void sockport_switch_begin(void);
void sockport_switch_end(void);
void sockport_switch_exit(void);
void sockport_switch_net_init(struct net *net);
void sockport_switch_net_pre_exit(struct net *net);
void sockport_switch_net_exit(struct net *net);
bool sockport_switch_taking_in(void);
bool sockport_switch_is_on(void);
bool sockport_switch_lock(void);
void sockport_switch_unlock(void);
int sockport_switch_reset(struct net *net);

#endif /* SOCKPORT_SWITCH_H */
