// SPDX-License-Identifier: GPL-2.0
/*
 * Who may have how many rows of the history
 *
 * Rows are of three kinds of namespaces: the initial one, those that root made,
 * and those that belong to a user namespace, which any user can make. Each kind
 * has its part of the rows for ports of role in, one for role out, and one of the
 * rows of programs; none takes anything of another. In a part that many namespaces share, one that has
 * less than its share takes from one that has more.
 *
 * Only rows that are idle are given back: nobody holds them. Those are in a list
 * of their namespace and role, in the order in which they were used last, as far
 * as is known: who is found in use is taken off, and comes back when it is not.
 */
#include <linux/cred.h>
#include <linux/jiffies.h>
#include <linux/math.h>
#include <linux/user_namespace.h>
#include <net/net_namespace.h>

#include "history/quota.h"
#include "history/rows.h"
#include "history/traffic.h"

/* Parts of all rows of ports, and of all of programs. */
#define PARTS		16
/* Rows that a namespace may have for each one that is free. */
#define SHARE		4
/* Rows, and namespaces, that are looked at to find one. */
#define LOOK		16
/* To look for sockets of UDP is worth so many rows. */
#define DEAR		4
/* Of small pools too some rows may be on their way out, and there may be a rest. */
#define LEAST		8

static const u8 parts[SOCKPORT_POOLS][SOCKPORT_ROLE_PROGRAM + 1] = {
	[SOCKPORT_POOL_HOST] = {
		[SOCKPORT_ROLE_IN]	= 6,
		[SOCKPORT_ROLE_OUT]	= 4,
		[SOCKPORT_ROLE_PROGRAM]	= 8,
	},
	[SOCKPORT_POOL_ROOT] = {
		[SOCKPORT_ROLE_IN]	= 2,
		[SOCKPORT_ROLE_OUT]	= 2,
		[SOCKPORT_ROLE_PROGRAM]	= 6,
	},
	[SOCKPORT_POOL_USERS] = {
		[SOCKPORT_ROLE_IN]	= 1,
		[SOCKPORT_ROLE_OUT]	= 1,
		[SOCKPORT_ROLE_PROGRAM]	= 2,
	},
};

/**
 * sockport_quota_resize - there may be more rows, or fewer
 * @quota: who may have how many
 * @ports: how many there may be of ports
 * @programs: how many of programs
 *
 * Context: lock of the table of rows held.
 */
void sockport_quota_resize(struct sockport_quota *quota, unsigned int ports,
			   unsigned int programs)
{
	unsigned int i, role;
	u64 room;

	for (i = 0; i < SOCKPORT_POOLS; i++)
		for (role = 1; role <= SOCKPORT_ROLE_PROGRAM; role++) {
			room = role == SOCKPORT_ROLE_PROGRAM ? programs : ports;
			room = DIV_ROUND_UP_ULL(room * parts[i][role], PARTS);
			/* Twice as much must be a number, too. */
			quota->pool[i][role].quota =
				min_t(u64, room, (U32_MAX - LEAST) / 2);
		}
}

/**
 * sockport_quota_init - nobody has a row
 * @quota: who may have how many
 * @ports: how many there may be of ports
 * @programs: how many of programs
 */
void sockport_quota_init(struct sockport_quota *quota, unsigned int ports,
			 unsigned int programs)
{
	unsigned int i, role;

	memset(quota, 0, sizeof(*quota));
	for (i = 0; i < SOCKPORT_POOLS; i++)
		for (role = 1; role <= SOCKPORT_ROLE_PROGRAM; role++)
			INIT_LIST_HEAD(&quota->pool[i][role].account);
	sockport_quota_resize(quota, ports, programs);
}

/**
 * sockport_quota_net_init - a new namespace has no rows
 * @net: the namespace
 */
void sockport_quota_net_init(struct net *net)
{
	struct sockport_net *sn = sockport_net(net);
	struct sockport_account *account;
	unsigned int role;

	if (net_eq(net, &init_net))
		sn->pool = SOCKPORT_POOL_HOST;
	else if (net->user_ns == &init_user_ns)
		sn->pool = SOCKPORT_POOL_ROOT;
	else
		sn->pool = SOCKPORT_POOL_USERS;
	for (role = 1; role <= SOCKPORT_ROLE_PROGRAM; role++) {
		account = &sn->account[role];
		INIT_LIST_HEAD(&account->idle);
		account->alone = sn->pool == SOCKPORT_POOL_HOST;
		account->full = jiffies - 1;
	}
}

/* Rows that may be memory at a time; who has much leaves some of them to others. */
static unsigned int most(const struct sockport_pool *pool,
			 const struct sockport_account *account)
{
	unsigned int share = pool->quota / (pool->accounts ?: 1);

	if (account->alone || account->rows < share)
		return 2 * pool->quota + LEAST;
	return 2 * pool->quota + LEAST - pool->quota / 4;
}

static bool is_crowded(const struct sockport_pool *pool,
		       const struct sockport_account *account)
{
	return pool->rows + pool->leaving >= most(pool, account);
}

/**
 * sockport_pool_has_room - is there room for one more row?
 * @pool: that it would be of
 * @account: of the namespace that needs it
 *
 * A namespace that shares a pool leaves room for the others. Rows that have been
 * given back are memory until nobody can see them any more, so there may be
 * twice as many for a while.
 */
bool sockport_pool_has_room(const struct sockport_pool *pool,
			    const struct sockport_account *account)
{
	if (pool->rows >= pool->quota || is_crowded(pool, account))
		return false;
	return account->alone ||
	       account->rows < (u64)SHARE * (pool->quota - pool->rows);
}

/**
 * sockport_pool_has_room_for_rest - is there room for one more row of the rest?
 * @pool: that it would be of
 */
bool sockport_pool_has_room_for_rest(const struct sockport_pool *pool)
{
	return pool->quota && pool->rests < pool->quota / 4 + LEAST;
}

/* Some namespace that has more than its share, and idle rows. */
static struct sockport_account *find_rich(struct sockport_pool *pool,
					  unsigned int share)
{
	struct sockport_account *account;
	unsigned int n = 0;

	list_for_each_entry(account, &pool->account, of_pool) {
		if (n++ == LOOK) {
			/* It is the first to be looked at the next time. */
			list_rotate_to_front(&account->of_pool, &pool->account);
			break;
		}
		if (account->rows <= share || list_empty(&account->idle))
			continue;
		list_move_tail(&account->of_pool, &pool->account);
		return account;
	}
	return NULL;
}

/**
 * sockport_pool_giver - who gives a row back?
 * @pool: that has no room
 * @account: of the namespace that needs one
 *
 * Context: lock of the table of rows held.
 *
 * Return: @account, or one of who has more than its share; NULL when no row may
 * be given back now.
 */
struct sockport_account *sockport_pool_giver(struct sockport_pool *pool,
					     struct sockport_account *account)
{
	unsigned int share = pool->quota / (pool->accounts ?: 1);

	/* When there are more than there may be by now, they become fewer. */
	if (pool->leaving >= pool->quota + LEAST ||
	    (pool->rows <= pool->quota && is_crowded(pool, account)))
		return NULL;
	if (!account->alone && account->rows < max(share, 1U))
		return find_rich(pool, max(share, 1U)) ?: account;
	return account;
}

/**
 * sockport_pool_add - count a row that has been made
 * @pool: that it is of
 * @account: of its namespace
 * @row: the row, nobody holds it yet
 *
 * Context: lock of the table of rows held.
 */
void sockport_pool_add(struct sockport_pool *pool,
		       struct sockport_account *account,
		       struct sockport_history *row)
{
	pool->rows++;
	if (!account->rows++) {
		list_add_tail(&account->of_pool, &pool->account);
		pool->accounts++;
	}
	sockport_account_idle(account, row);
}

/**
 * sockport_pool_remove - count a row no more
 * @pool: that it was of
 * @account: of its namespace
 * @row: the row
 *
 * Context: lock of the table of rows held.
 */
void sockport_pool_remove(struct sockport_pool *pool,
			  struct sockport_account *account,
			  struct sockport_history *row)
{
	if (row->listed)
		list_del(&row->idle);
	pool->rows--;
	if (!--account->rows) {
		list_del(&account->of_pool);
		pool->accounts--;
	}
}

/**
 * sockport_account_idle - a row is idle
 * @account: of its namespace
 * @row: row that is in no list
 *
 * Context: lock of the table of rows held.
 */
void sockport_account_idle(struct sockport_account *account,
			   struct sockport_history *row)
{
	row->queued = jiffies;
	WRITE_ONCE(row->listed, true);
	list_add_tail(&row->idle, &account->idle);
}

/* Is somebody at it? Who comes later finds that it is in no list. */
static bool used(struct sockport_history *row)
{
	if (!atomic_read(&row->users))
		return false;
	WRITE_ONCE(row->listed, false);
	smp_mb(); /* pairs with that of sockport_history_put() */
	if (!atomic_read(&row->users)) {
		WRITE_ONCE(row->listed, true);
		return false;
	}
	list_del(&row->idle);
	return true;
}

/**
 * sockport_account_find_idle - find the row that has been idle for longest
 * @account: of a namespace
 *
 * Rows of UDP are held by nobody: as long as there is a socket its port's row
 * stays.
 *
 * Context: lock of the table of rows held, in an RCU read-side critical section.
 *
 * Return: a row that was idle just now, or NULL when none was soon found.
 */
struct sockport_history *
sockport_account_find_idle(struct sockport_account *account)
{
	struct sockport_history *row;
	unsigned int n;

	for (n = 0; n < LOOK && !list_empty(&account->idle); n++) {
		row = list_first_entry(&account->idle, struct sockport_history,
				       idle);
		if (used(row))
			continue;
		if (n < LOOK / 2 && time_after(READ_ONCE(row->touched),
					       row->queued)) {
			row->queued = row->touched;
		} else if (sockport_traffic_bound(row)) {
			row->queued = jiffies;
			n += DEAR - 1;
		} else {
			return row;
		}
		list_move_tail(&row->idle, &account->idle);
	}
	return NULL;
}
