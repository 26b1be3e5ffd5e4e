/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_LISTENERS_H
#define SOCKPORT_LISTENERS_H

#include <linux/types.h>

struct net;
struct sockport_held;
struct sockport_owners;
struct sockport_record;

/**
 * struct sockport_owner - whose a socket is
 * @held: who has it open, or its listener; NULL when nobody is known
 * @by_listener: no file refers to it, so that it has the owner of its listener
 * @kernel: it is the kernel's own, or its listener is
 */
struct sockport_owner {
	const struct sockport_held	*held;
	bool				by_listener;
	bool				kernel;
};

void sockport_listeners_init(struct sockport_owners *owners, struct net *net);
void sockport_listeners_exit(struct sockport_owners *owners);
struct sockport_owner sockport_owner_of(const struct sockport_owners *owners,
					const struct sockport_record *rec);

#endif /* SOCKPORT_LISTENERS_H */
