// SPDX-License-Identifier: GPL-2.0
/*
 * Rows that are given back, because they are idle and others need room
 *
 * A row is taken out of the hash table first, so that nobody finds it. When a grace
 * period of RCU is over, nobody counts in it any more, and it is added to the rest.
 * If nobody reads the history of the namespace it can be freed. Else it stays in
 * the list of the namespace until those readings have ended that had read the rest
 * before, and is freed when those have ended that may be at it there.
 */
#include <linux/lockdep.h>
#include <linux/rculist.h>
#include <linux/sched.h>

#include "history/program.h"
#include "history/quota.h"
#include "history/rows.h"
#include "history/rows-table.h"
#include "history/sums.h"
#include "net.h"

/* Rows that are given back in one hold of the lock. */
#define GIVE_ONCE	8

static void free_left(struct sockport_history *row)
{
	spin_lock_bh(&row->rows->lock);
	row->rows->quota.pool[row->pool][row->role].leaving--;
	spin_unlock_bh(&row->rows->lock);
	sockport_row_free(row);
}

/* No reading sees it any more. */
static void left_srcu(struct rcu_head *rcu)
{
	free_left(container_of(rcu, struct sockport_history, rcu));
}

/* Readings that do not know it in the rest have ended. */
static void unlink_srcu(struct rcu_head *rcu)
{
	struct sockport_history *row = container_of(rcu,
						    struct sockport_history,
						    rcu);

	spin_lock_bh(&row->rows->lock);
	if (!row->gone)
		list_del_rcu(&row->of_net);
	spin_unlock_bh(&row->rows->lock);
	sockport_history_leave(row, left_srcu);
}

/*
 * Take a row out of the list of its namespace, unless somebody goes through it.
 * Returns what has to come then, NULL when it may be freed.
 */
static rcu_callback_t unlink_now(struct sockport_history *row)
{
	lockdep_assert_held(&row->rows->lock);
	/* Nobody reads what has been forgotten. */
	if (row->gone)
		return NULL;
	if (atomic_read(&row->sn->readings))
		return unlink_srcu;
	list_del_rcu(&row->of_net);
	/* A reading of an era that has ended may have begun without this lock. */
	smp_mb(); /* pairs with that of sockport_reading_begin() */
	return atomic_read(&row->sn->readings) ? left_srcu : NULL;
}

/* No probe counts in it any more. */
static void fold_rcu(struct rcu_head *rcu)
{
	struct sockport_history *row = container_of(rcu,
						    struct sockport_history,
						    rcu);
	rcu_callback_t next;
	bool gone, dead;

	rcu_read_lock();
	spin_lock_bh(&row->rows->lock);
	gone = row->gone;
	dead = !gone && READ_ONCE(row->sn->dead);
	spin_unlock_bh(&row->rows->lock);
	/* A namespace that is not dead has a grace period before it. */
	if (!gone && !dead)
		sockport_program_tell(row);
	/* The rest may be forgotten meanwhile, but is not freed. */
	if (!gone)
		sockport_history_fold(row);
	rcu_read_unlock();
	spin_lock_bh(&row->rows->lock);
	next = unlink_now(row);
	spin_unlock_bh(&row->rows->lock);
	if (next)
		sockport_history_leave(row, next);
	else
		free_left(row);
}

/*
 * Give back a row of a namespace that is idle. Who finds it no more makes a new
 * one, who has found it counts on until the end of its RCU read-side critical
 * section, then it becomes part of the rest. The lock of the table is held.
 */
static bool give_back_one(struct sockport_account *account)
{
	struct sockport_history *row;

	row = sockport_account_find_idle(account);
	if (!row)
		return false;
	row->rest = sockport_rest_get(row->rows, row->net, row->protocol, row->role);
	/* Others must see @rest when they see it leave. */
	if (!row->rest || atomic_cmpxchg(&row->users, 0, INT_MIN / 2))
		return false;
	row->pool = row->sn->pool;
	sockport_row_pool(row)->leaving++;
	atomic64_inc(&sockport_row_stats(row->sn, row->role)->given_back);
	sockport_row_uncount(row);
	hlist_del_rcu(&row->node);
	call_rcu(&row->rcu, fold_rcu);
	return true;
}

/**
 * sockport_make_room - give rows back until there is room for one more
 * @pool: that it would be of
 * @account: of the namespace that needs it
 *
 * When there are more than there may be by now, they become fewer.
 *
 * Context: lock of the table held, in an RCU read-side critical section.
 *
 * Return: false when there is none.
 */
bool sockport_make_room(struct sockport_pool *pool,
			struct sockport_account *account)
{
	struct sockport_account *giver;
	unsigned int n;

	for (n = 0; n < 2; n++) {
		if (sockport_pool_has_room(pool, account))
			return true;
		giver = sockport_pool_giver(pool, account);
		if (!giver || !give_back_one(giver))
			return false;
	}
	return sockport_pool_has_room(pool, account);
}

/**
 * sockport_history_give_back - give back the rows of a namespace that are idle
 * @in: rows of an era that the caller is a user of
 * @net: namespace, with a reference
 *
 * Context: process context, may sleep.
 */
void sockport_history_give_back(struct sockport_rows *in, struct net *net)
{
	struct sockport_account *account;
	unsigned int role, i, n;

	for (role = 1; role <= SOCKPORT_ROLE_PROGRAM; role++) {
		account = &sockport_net(net)->account[role];
		n = READ_ONCE(account->rows);
		while (n) {
			rcu_read_lock();
			spin_lock_bh(&in->lock);
			for (i = 0; n && i < GIVE_ONCE; i++, n--)
				if (!in->ended)
					give_back_one(account);
			spin_unlock_bh(&in->lock);
			rcu_read_unlock();
			cond_resched();
		}
	}
}
