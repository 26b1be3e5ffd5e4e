/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_OTHER_H
#define SOCKPORT_OTHER_H

#include <linux/types.h>

#include "memory/table.h"

struct file;
struct net;
struct sock;
struct sockport_filter;
struct sockport_scope;

/**
 * struct sockport_unlisted - sockets that are in no table of their kind
 * @scope: namespaces covered
 * @filter: what sockets must match, NULL for all
 * @want: mask of enum sockport_want
 * @record: a record and its detail of each
 */
struct sockport_unlisted {
	struct sockport_scope		*scope;
	const struct sockport_filter	*filter;
	u32				want;
	struct sockport_table		record;
};

void sockport_unlisted_init(struct sockport_unlisted *unlisted,
			    struct net *net, struct sockport_scope *scope,
			    const struct sockport_filter *filter, u32 want);
void sockport_unlisted_exit(struct sockport_unlisted *unlisted);
bool sockport_unlisted_wants(const struct sockport_unlisted *unlisted,
			     const struct sock *sk);
int sockport_unlisted_add(struct sockport_unlisted *unlisted,
			  struct file *file, u64 inode);

#endif /* SOCKPORT_OTHER_H */
