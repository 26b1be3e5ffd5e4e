/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_ADDRESSES_H
#define SOCKPORT_ADDRESSES_H

struct net;
struct sockport_addresses;

void sockport_addresses_free(struct net *account,
			     struct sockport_addresses *more);

#endif /* SOCKPORT_ADDRESSES_H */
