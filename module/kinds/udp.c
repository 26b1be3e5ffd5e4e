// SPDX-License-Identifier: GPL-2.0
/*
 * UDP and UDP-Lite sockets.
 *
 * Every bound socket is in the table that is hashed by port; the others are
 * beside it. All sockets of a port share one chain.
 */
#include <net/udp.h>

#include "compat.h"
#include "walk/filter.h"
#include "walk/chain.h"
#include "walk/walk.h"

struct udp_chain {
	struct sockport_chain	chain;
	struct udp_table	*table;
	struct udp_hslot	*slot;
};

static struct sock *udp_first(struct sockport_chain *chain)
{
	struct udp_chain *uc = container_of(chain, struct udp_chain, chain);

	return hlist_entry_safe(uc->slot->head.first, struct sock, sk_node);
}

static struct sock *udp_next(struct sockport_chain *chain, struct sock *sk)
{
	return sk_next(sk);
}

static bool udp_on(struct sockport_chain *chain, struct sock *sk)
{
	struct udp_chain *uc = container_of(chain, struct udp_chain, chain);

	/* The number is cleared, and set before joining, under the lock of
	 * the slot; udp_port_hash is never cleared.
	 */
	return sk_hashed(sk) &&
	       udp_hashslot(uc->table, sock_net(sk),
			    READ_ONCE(sk->sk_num)) == uc->slot;
}

static const void *udp_before(const struct sock *sk)
{
	return sk->sk_node.pprev;
}

/* A connected socket whose port the kernel has picked calls out. */
static u8 udp_role(const struct sockport_record *rec, const struct sock *sk)
{
	return rec->state == SOCKPORT_STATE_ESTABLISHED && rec->remote_port &&
	       !(sk->sk_userlocks & SOCK_BINDPORT_LOCK) ?
	       SOCKPORT_ROLE_OUT : SOCKPORT_ROLE_IN;
}

static bool udp_take(struct sockport_walk *walk, struct sock *sk, u8 protocol)
{
	struct sockport_space *space = sockport_walk_space(walk, sk);
	struct sockport_record *rec;

	if (!space)
		return true;
	rec = sockport_walk_slot(walk);
	if (!rec)
		return false;

	sockport_record_tuple(rec, space, sk, protocol);
	if (walk->want & SOCKPORT_WANT_ADDRESS)
		sockport_record_address(rec, sk);
	/* connect() changes state and peer under the socket's lock alone. */
	rec->state = READ_ONCE(sk->sk_state);
	rec->role = udp_role(rec, sk);
	rec->type = SOCK_DGRAM;
	rec->has |= SOCKPORT_HAS_TYPE;
	if (walk->want & SOCKPORT_WANT_UID)
		sockport_record_uid(rec, sk);
	if (walk->filter && !sockport_filter_match(walk->filter, rec, sk))
		return true;

	if (walk->want & SOCKPORT_WANT_QUEUES) {
		rec->rx_queue = udp_rqueue_get(sk);
		rec->tx_queue = sk_wmem_alloc_get(sk);
		rec->has |= SOCKPORT_HAS_QUEUES;
	}
	if (walk->want & SOCKPORT_WANT_COOKIE)
		sockport_record_cookie(rec, sk);
	sockport_record_full(rec, sockport_walk_slot_detail(walk), sk,
			     walk->want);
	sockport_walk_keep(walk, sk);
	return true;
}

static bool take_udp(struct sockport_chain *chain, struct sock *sk)
{
	return udp_take(chain->walk, sk, SOCKPORT_PROTOCOL_UDP);
}

static bool take_udplite(struct sockport_chain *chain, struct sock *sk)
{
	return udp_take(chain->walk, sk, SOCKPORT_PROTOCOL_UDPLITE);
}

/* The next chain that is not empty. */
static int udp_batch_of(struct sockport_walk *walk, struct udp_table *table,
			bool (*take)(struct sockport_chain *chain,
				     struct sock *sk))
{
	struct udp_chain uc = {
		.chain = {
			.first	= udp_first,
			.next	= udp_next,
			.on	= udp_on,
			.before	= udp_before,
			.take	= take,
			.walk	= walk,
		},
		.table = table,
	};
	int err;

	while (table && walk->bucket <= table->mask) {
		uc.slot = &table->hash[walk->bucket];
		if (!hlist_empty(&uc.slot->head)) {
			uc.chain.lock = &uc.slot->lock;
			walk->bucket++;
			err = sockport_chain_take(&uc.chain);
			return err ? err : 1;
		}
		walk->bucket++;
	}
	return 0;
}

/* A namespace has the table that all share, which comes first, or its own. */
static bool own_table(const struct sockport_walk *walk, unsigned int space)
{
	const struct sockport_space *at = walk->scope->space;

	return sockport_udp_table(at[space].net) !=
	       sockport_udp_table(at[0].net);
}

static int udp_batch(struct sockport_walk *walk)
{
	int more;

	for (;;) {
		more = udp_batch_of(walk, sockport_udp_table(
				    sockport_walk_here(walk)->net), take_udp);
		if (more)
			return more;
		walk->bucket = 0;
		do {
			if (++walk->space == walk->scope->count)
				return 0;
		} while (!own_table(walk, walk->space));
	}
}

static int udplite_batch(struct sockport_walk *walk)
{
	return udp_batch_of(walk, sockport_udplite_table(walk->net),
			    take_udplite);
}

const struct sockport_kind sockport_udp = {
	.protocol	= SOCKPORT_PROTOCOL_UDP,
	.ports		= true,
	.batch		= udp_batch,
};

const struct sockport_kind sockport_udplite = {
	.protocol	= SOCKPORT_PROTOCOL_UDPLITE,
	.ports		= true,
	.batch		= udplite_batch,
};
