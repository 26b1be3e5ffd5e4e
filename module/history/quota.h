/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_QUOTA_H
#define SOCKPORT_QUOTA_H

#include <linux/list.h>
#include <linux/types.h>
#include <uapi/linux/sockport.h>

#include "net.h"

struct net;
struct sockport_history;

/**
 * struct sockport_pool - rows of one role or of programs, in all namespaces of one kind
 * @quota: how many there may be
 * @rows: how many there are, but for rows of the rest
 * @leaving: how many have been given back, and are memory still
 * @rests: rows of the rest
 * @accounts: how many are in @account
 * @account: namespaces that have rows; who has given one back for another is
 *	the last
 */
struct sockport_pool {
	unsigned int		quota;
	unsigned int		rows;
	unsigned int		leaving;
	unsigned int		rests;
	unsigned int		accounts;
	struct list_head	account;
};

/**
 * struct sockport_quota - who may have how many rows
 * @pool: by enum sockport_pool_kind and enum sockport_role, and of programs
 *
 * All is guarded by the lock of the table of rows.
 */
struct sockport_quota {
	struct sockport_pool	pool[SOCKPORT_POOLS][SOCKPORT_ROLE_PROGRAM + 1];
};

void sockport_quota_net_init(struct net *net);
void sockport_quota_init(struct sockport_quota *quota, unsigned int ports,
			 unsigned int programs);
void sockport_quota_resize(struct sockport_quota *quota, unsigned int ports,
			   unsigned int programs);

bool sockport_pool_has_room(const struct sockport_pool *pool,
			    const struct sockport_account *account);
bool sockport_pool_has_room_for_rest(const struct sockport_pool *pool);
struct sockport_account *sockport_pool_giver(struct sockport_pool *pool,
					     struct sockport_account *account);
void sockport_pool_add(struct sockport_pool *pool,
		       struct sockport_account *account,
		       struct sockport_history *row);
void sockport_pool_remove(struct sockport_pool *pool,
			  struct sockport_account *account,
			  struct sockport_history *row);
void sockport_account_idle(struct sockport_account *account,
			   struct sockport_history *row);
struct sockport_history *
sockport_account_find_idle(struct sockport_account *account);

/**
 * sockport_quota_pool - the pool that a namespace takes rows from
 * @quota: who may have how many
 * @sn: what we keep of the namespace
 * @role: enum sockport_role, or SOCKPORT_ROLE_PROGRAM
 */
static inline struct sockport_pool *
sockport_quota_pool(struct sockport_quota *quota,
		    const struct sockport_net *sn, u8 role)
{
	return &quota->pool[sn->pool][role];
}

#endif /* SOCKPORT_QUOTA_H */
