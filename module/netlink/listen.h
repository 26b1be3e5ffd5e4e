/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_LISTEN_H
#define SOCKPORT_LISTEN_H

#include <linux/list.h>
#include <linux/types.h>

#include "owners/reader.h"
#include "walk/filter.h"

struct cred;
struct net;
struct sock;
struct sockport_event;

/**
 * struct sockport_listener - a socket that asked for events
 * @node: among those of its namespace, or those that listen everywhere
 * @all: among all
 * @net: the namespace, which the socket keeps
 * @sk: the socket, with a reference
 * @portid: its number
 * @cred: of who asked, with a reference
 * @reader: what that one may see, with a reference to its pid namespace
 * @filter: what events must match that it is told of
 * @everywhere: it listens to all namespaces
 * @begin: what the namespace, or all, had dropped when it began to listen
 * @missed: events that its socket had no room for
 * @told: losses that it has been told of
 */
struct sockport_listener {
	struct hlist_node	node;
	struct list_head	all;
	struct net		*net;
	struct sock		*sk;
	u32			portid;
	const struct cred	*cred;
	struct sockport_reader	reader;
	struct sockport_filter	filter;
	bool			everywhere;
	u64			begin;
	u64			missed;
	u64			told;
};

int sockport_listen_init(void);
void sockport_listen_exit(void);

unsigned int sockport_tell_listener(struct sockport_listener *to,
				    struct net *net,
				    const struct sockport_event **event,
				    unsigned int count,
				    unsigned int *unwanted);
bool sockport_tell_group(struct net *net, const struct sockport_event **event,
			 unsigned int count, unsigned int *sent);

#endif /* SOCKPORT_LISTEN_H */
