/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_MEMORY_H
#define SOCKPORT_MEMORY_H

#include <linux/types.h>

struct net;
struct sockport_user;

struct sockport_user *sockport_charge(struct net *net, size_t size);
void sockport_uncharge(struct net *net, struct sockport_user *user,
		       size_t size);
void *sockport_alloc(struct net *net, size_t size);
void sockport_free(struct net *net, void *memory, size_t size);

#endif /* SOCKPORT_MEMORY_H */
