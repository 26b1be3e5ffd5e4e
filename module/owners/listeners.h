/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_LISTENERS_H
#define SOCKPORT_LISTENERS_H

#include <linux/in6.h>
#include <linux/types.h>

struct net;
struct sockport_held;
struct sockport_owners;
struct sockport_record;

/**
 * struct sockport_tuple - what tells connections apart
 * @local: local address, of IPv4 mapped
 * @remote: likewise
 * @space: place of the network namespace in the scope
 * @ifindex: interface that it is bound to, or 0
 * @local_port: host order
 * @remote_port: host order
 * @protocol: enum sockport_protocol
 */
struct sockport_tuple {
	struct in6_addr	local;
	struct in6_addr	remote;
	u32		space;
	u32		ifindex;
	u16		local_port;
	u16		remote_port;
	u32		protocol;
};

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
int sockport_listeners_add(struct sockport_owners *owners,
			   const struct sockport_record *rec);
u64 sockport_queued_key(const struct sockport_owners *owners,
			const struct sockport_tuple *tuple);
int sockport_queued_reserve(struct sockport_owners *owners, unsigned int more);
void sockport_queued_add(struct sockport_owners *owners, u64 key, u64 listener,
			 u32 place);
bool sockport_queued_place(const struct sockport_owners *owners, u64 key,
			   u32 *place);
struct sockport_owner sockport_owner_of(const struct sockport_owners *owners,
					const struct sockport_record *rec);

#endif /* SOCKPORT_LISTENERS_H */
