/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_ROWS_TABLE_H
#define SOCKPORT_ROWS_TABLE_H

#include <linux/bits.h>
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/rculist.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "history/quota.h"
#include "history/rows.h"

/* For rows.c, give-back.c, sums.c and program.c only. */

#define SOCKPORT_ROW_BITS	12
#define SOCKPORT_ROW_BUCKETS	BIT(SOCKPORT_ROW_BITS)

/* In numbers of programs, and in those of the rest, which no port has. */
#define SOCKPORT_ROW_PROGRAM	BIT(30)
#define SOCKPORT_ROW_REST	BIT(31)

/**
 * struct sockport_row_key - what a row is of
 * @number: what is hashed
 * @port: host order
 * @protocol: enum sockport_protocol, 0 of a program
 * @role: enum sockport_role, or SOCKPORT_ROLE_PROGRAM
 * @program: the program, or NULL
 */
struct sockport_row_key {
	u32				number;
	u16				port;
	u8				protocol;
	u8				role;
	const struct sockport_program	*program;
};

/**
 * struct sockport_rows - the hash table of all rows of an era
 * @seed: of the hash
 * @mix: of that of programs, who may choose their names
 * @quota: who may have how many
 * @lock: guards @quota, the chains, and lists and rests of the namespaces
 *	against other writers; taken with BH disabled. The lock of a chain of
 *	followed sockets comes before it, that of a row after it
 * @ended: no row is given back any more, guarded by @lock
 * @bucket: chains, read under RCU
 */
struct sockport_rows {
	u64			seed;
	u64			mix[4];
	bool			ended;
	struct sockport_quota	quota;
	spinlock_t		lock; /* see above */
	struct hlist_head	bucket[SOCKPORT_ROW_BUCKETS];
};

/* What probes count in. Changes only while none is registered. */
extern struct sockport_rows *sockport_rows_all;

static __always_inline struct hlist_head *
sockport_row_bucket(struct sockport_rows *in, const struct net *net, u32 number)
{
	return &in->bucket[hash_64(in->seed ^ (uintptr_t)net ^ number,
				   SOCKPORT_ROW_BITS)];
}

/* In an RCU read-side critical section. */
static __always_inline struct sockport_history *
sockport_row_search(struct sockport_rows *in, const struct net *net,
		    const struct sockport_row_key *key)
{
	struct sockport_history *row;

	hlist_for_each_entry_rcu(row, sockport_row_bucket(in, net, key->number),
				 node)
		if (row->key == key->number && row->net == net &&
		    (!key->program ||
		     sockport_program_same(&row->opener.program, key->program)))
			return row;
	return NULL;
}

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

struct sockport_history *sockport_row_make(struct sockport_rows *in,
					   struct net *net,
					   const struct sockport_row_key *key);
void sockport_row_free(struct sockport_history *row);
void sockport_row_uncount(struct sockport_history *row);
struct sockport_history *sockport_rest_get(struct sockport_rows *in,
					   struct net *net, u8 protocol,
					   u8 role);
bool sockport_make_room(struct sockport_pool *pool,
			struct sockport_account *account);

#endif /* SOCKPORT_ROWS_TABLE_H */
