// SPDX-License-Identifier: GPL-2.0
/*
 * Raw sockets of IPv4 and IPv6, all namespaces in two tables
 */
#include <linux/module.h>
#include <net/raw.h>
#include <net/rawv6.h>

#include "kinds/plain.h"
#include "walk/filter.h"
#include "walk/chain.h"
#include "walk/walk.h"

#define RAW_STATES	(BIT(SOCKPORT_STATE_ESTABLISHED) | \
			 BIT(SOCKPORT_STATE_CLOSE))

enum raw_phase {
	RAW_V4,
	RAW_V6,
};

struct raw_chain {
	struct sockport_chain	chain;
	struct hlist_head	*head;
};

static struct sock *raw_first(struct sockport_chain *chain)
{
	struct raw_chain *rc = container_of(chain, struct raw_chain, chain);

	return sk_head(rc->head);
}

static struct sock *raw_next(struct sockport_chain *chain, struct sock *sk)
{
	return sk_next(sk);
}

/* Neither protocol nor namespace change: there is no other chain for it. */
static bool raw_on(struct sockport_chain *chain, struct sock *sk)
{
	return sk_hashed(sk);
}

static const void *raw_before(const struct sock *sk)
{
	return sk->sk_node.pprev;
}

static bool raw_take(struct sockport_chain *chain, struct sock *sk)
{
	struct sockport_walk *walk = chain->walk;
	struct sockport_space *space = sockport_walk_space(walk, sk);
	struct sockport_record *rec;

	if (!space)
		return true;
	rec = sockport_walk_slot(walk);
	if (!rec)
		return false;

	sockport_record_tuple(rec, space, sk, SOCKPORT_PROTOCOL_RAW);
	sockport_record_address(rec, sk);
	rec->role = 0;
	rec->state = READ_ONCE(sk->sk_state);
	rec->type = SOCK_RAW;
	sockport_walk_slot_detail(walk)->number = rec->local_port;
	rec->has |= SOCKPORT_HAS_TYPE | SOCKPORT_HAS_NUMBER;
	rec->has &= ~SOCKPORT_HAS_PORTS;
	rec->local_port = 0;
	rec->remote_port = 0;
	if (sockport_plain_keep(walk, rec, sk))
		sockport_plain_queues(walk, rec, sk);
	return true;
}

/* The next chain that is not empty. */
static int raw_batch_of(struct sockport_walk *walk, struct raw_hashinfo *table)
{
	struct raw_chain rc = {
		.chain = {
			.lock	= &table->lock,
			.first	= raw_first,
			.next	= raw_next,
			.on	= raw_on,
			.before	= raw_before,
			.take	= raw_take,
			.walk	= walk,
		},
	};
	int err;

	while (walk->bucket < RAW_HTABLE_SIZE) {
		rc.head = &table->ht[walk->bucket++];
		if (hlist_empty(rc.head))
			continue;
		err = sockport_chain_take(&rc.chain);
		return err ? err : 1;
	}
	return 0;
}

/* IPv6 may be a module, which must not be loaded because this one is. */
static int raw_v6_batch(struct sockport_walk *walk)
{
#if IS_BUILTIN(CONFIG_IPV6)
	return raw_batch_of(walk, &raw_v6_hashinfo);
#elif IS_MODULE(CONFIG_IPV6)
	struct raw_hashinfo *table = symbol_get(raw_v6_hashinfo);
	int err;

	if (!table)
		return 0;
	err = raw_batch_of(walk, table);
	symbol_put(raw_v6_hashinfo);
	return err;
#else
	return 0;
#endif
}

static int raw_batch(struct sockport_walk *walk)
{
	int err;

	if (!sockport_filter_states(walk->filter, SOCKPORT_PROTOCOL_RAW,
				    RAW_STATES))
		return 0;
	if (walk->phase == RAW_V6)
		return raw_v6_batch(walk);

	err = raw_batch_of(walk, &raw_v4_hashinfo);
	if (err)
		return err;
	walk->phase = RAW_V6;
	walk->bucket = 0;
	return 1;
}

const struct sockport_kind sockport_raw = {
	.protocol	= SOCKPORT_PROTOCOL_RAW,
	.detail		= true,
	.batch		= raw_batch,
};
