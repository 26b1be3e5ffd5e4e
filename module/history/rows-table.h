/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_ROWS_TABLE_H
#define SOCKPORT_ROWS_TABLE_H

#include <linux/bits.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "history/quota.h"
#include "history/rows.h"

/* For rows.c, give-back.c and sums.c only. */

#define SOCKPORT_ROW_BITS	12
#define SOCKPORT_ROW_BUCKETS	BIT(SOCKPORT_ROW_BITS)

/**
 * struct sockport_rows - the hash table of all rows of an era
 * @seed: of the hash
 * @quota: who may have how many
 * @lock: guards @quota, the chains, and lists and rests of the namespaces
 *	against other writers; taken with BH disabled. The lock of a chain of
 *	followed sockets comes before it, that of a row after it
 * @ended: no row is given back any more, guarded by @lock
 * @bucket: chains, read under RCU
 */
struct sockport_rows {
	u64			seed;
	bool			ended;
	struct sockport_quota	quota;
	spinlock_t		lock; /* see above */
	struct hlist_head	bucket[SOCKPORT_ROW_BUCKETS];
};

static inline struct sockport_account *
sockport_row_account(const struct sockport_history *row)
{
	return &row->sn->account[row->role];
}

static inline struct sockport_pool *
sockport_row_pool(const struct sockport_history *row)
{
	return sockport_quota_pool(&row->rows->quota, row->sn, row->role);
}

void sockport_row_free(struct sockport_history *row);
void sockport_row_uncount(struct sockport_history *row);
struct sockport_history *sockport_rest_get(struct sockport_rows *in,
					   struct net *net, u8 protocol,
					   u8 role);
bool sockport_make_room(struct sockport_pool *pool,
			struct sockport_account *account);

#endif /* SOCKPORT_ROWS_TABLE_H */
