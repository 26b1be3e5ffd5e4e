/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_ADDRESSES_H
#define SOCKPORT_ADDRESSES_H

struct net;
struct sockport_addresses;

struct sockport_addresses *sockport_addresses_alloc(struct net *account,
						    unsigned int room);
void sockport_addresses_free(struct net *account,
			     struct sockport_addresses *more);

#endif /* SOCKPORT_ADDRESSES_H */
