/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_LIFECYCLE_H
#define SOCKPORT_LIFECYCLE_H

#include <linux/types.h>

#include "history/era.h"

struct net;

/**
 * struct sockport_settings - what the module's parameters say of history
 * @history: it is kept
 * @udp_accounting: datagrams are counted too
 * @accept_accounting: each accept() is looked at
 * @last: connections that ended, most that are remembered of a namespace
 * @size: of the era to come; what can grow meanwhile does so in the one that is
 *
 * Written by module parameters before the module begins, afterwards by
 * sockport_lifecycle_set_*(); but for @size.doors, which is as of when an era
 * begins.
 */
struct sockport_settings {
	bool				history;
	bool				udp_accounting;
	bool				accept_accounting;
	unsigned int			last;
	struct sockport_era_size	size;
};

extern struct sockport_settings sockport_settings;

/* In the order of a module's life. */
int sockport_lifecycle_init(void);
void sockport_lifecycle_begin(void);
void sockport_lifecycle_end(void);
void sockport_lifecycle_exit(void);

void sockport_lifecycle_net_init(struct net *net);
void sockport_lifecycle_net_pre_exit(struct net *net);
void sockport_lifecycle_net_exit(struct net *net);

int sockport_lifecycle_set_history(bool on);
int sockport_lifecycle_set_udp(bool on);
int sockport_lifecycle_set_accept(bool on);
int sockport_lifecycle_set_rows(unsigned int rows);
int sockport_lifecycle_set_programs(unsigned int programs);
int sockport_lifecycle_set_sockets(unsigned int sockets);
int sockport_lifecycle_set_last(unsigned int each);

#endif /* SOCKPORT_LIFECYCLE_H */
