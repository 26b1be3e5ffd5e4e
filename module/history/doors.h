/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_DOORS_H
#define SOCKPORT_DOORS_H

#include <linux/types.h>

#include "address.h"

struct net;
struct sk_buff;

/**
 * struct sockport_door - a port where nobody listens, and who knocked
 * @net: network namespace, only compared
 * @tenant: who it is counted with among namespaces
 * @neighbourhood: of @source
 * @attempts: how often; 0 in an empty place
 * @first: milliseconds since 1970
 * @last: milliseconds since 1970
 * @source: who knocked last
 * @address: which of our addresses that one called
 * @family: of both
 * @protocol: enum sockport_protocol
 * @port: host order
 */
struct sockport_door {
	struct net		*net;
	u64			tenant;
	u64			neighbourhood;
	u64			attempts;
	u64			first;
	u64			last;
	union sockport_address	source;
	union sockport_address	address;
	u8			family;
	u8			protocol;
	u16			port;
};

struct sockport_doors;

/*
 * A namespace that dies: marked dead, a grace period, sockport_doors_forget().
 */
struct sockport_doors *sockport_doors_new(unsigned int room);
void sockport_doors_use(struct sockport_doors *use);
void sockport_doors_free(struct sockport_doors *in);
void sockport_doors_knock(struct net *net, const struct sk_buff *skb);
unsigned int sockport_doors_read(struct sockport_doors *in, unsigned int *place,
				 struct sockport_door *door, unsigned int room);
void sockport_doors_forget(struct sockport_doors *in, const struct net *net);

#endif /* SOCKPORT_DOORS_H */
