/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_WAITING_H
#define SOCKPORT_WAITING_H

#include <linux/in6.h>
#include <linux/siphash.h>
#include <linux/types.h>

#include "memory/table.h"

struct net;
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
 * struct sockport_waiting - listeners, and what waits for accept() at each
 * @listener: called for each listener, may sleep; 0 or a negative errno
 * @queued: hash table of connections that wait
 * @key: secret by which connections become keys of @queued
 * @sweeps: how often an accept queue has been begun
 * @err: why what waits in one could not be remembered, a negative errno, or 0
 */
struct sockport_waiting {
	int			(*listener)(struct sockport_waiting *waiting,
					    const struct sockport_record *rec);
	struct sockport_table	queued;
	siphash_key_t		key;
	u32			sweeps;
	int			err;
};

void sockport_waiting_init(struct sockport_waiting *waiting, struct net *net,
			   int (*listener)(struct sockport_waiting *waiting,
					   const struct sockport_record *rec));
void sockport_waiting_exit(struct sockport_waiting *waiting);
u64 sockport_waiting_key(const struct sockport_waiting *waiting,
			 const struct sockport_tuple *tuple);
int sockport_waiting_reserve(struct sockport_waiting *waiting,
			     unsigned int more);
void sockport_waiting_add(struct sockport_waiting *waiting, u64 key,
			  u64 listener, u32 place);
bool sockport_waiting_place(const struct sockport_waiting *waiting, u64 key,
			    u32 *place);
u64 sockport_waiting_listener(const struct sockport_waiting *waiting,
			      const struct sockport_tuple *tuple);

#endif /* SOCKPORT_WAITING_H */
