// SPDX-License-Identifier: GPL-2.0
/*
 * UNIX sockets
 *
 * Each namespace has a table. Sockets without a name and those that have a
 * path are in one half of it, spread by address and by inode, abstract names
 * in the other. A socket stays in its chain until bind() moves it.
 */
#include <net/af_unix.h>
#include <net/tcp_states.h>

#include "compat.h"
#include "kinds/plain.h"
#include "walk/filter.h"
#include "walk/chain.h"
#include "walk/walk.h"

#if IS_BUILTIN(CONFIG_UNIX)

#define UNIX_STATES	(BIT(SOCKPORT_STATE_ESTABLISHED) | \
			 BIT(SOCKPORT_STATE_CLOSE) | \
			 BIT(SOCKPORT_STATE_LISTEN))

struct unix_chain {
	struct sockport_chain	chain;
	struct hlist_head	*head;
	unsigned int		bucket;
};

/*
 * A socket has a cache line for each of these, and its neighbours are where
 * chance put them: fetch the next one's while this one is looked at.
 */
static void unix_prefetch(const struct sock *sk)
{
	if (!sk)
		return;
	prefetch(&sk->sk_node);
	prefetch(&sk->sk_receive_queue);
	prefetch(&sk->sk_wmem_alloc);
	prefetch(&sk->sk_socket);
	prefetch(&unix_sk(sk)->addr);
	prefetchw(&unix_sk(sk)->lock);
}

static struct sock *unix_first(struct sockport_chain *chain)
{
	struct unix_chain *uc = container_of(chain, struct unix_chain, chain);

	return sk_head(uc->head);
}

static struct sock *unix_next(struct sockport_chain *chain, struct sock *sk)
{
	return sk_next(sk);
}

/* bind() changes the hash with the locks of both chains held. */
static bool unix_on(struct sockport_chain *chain, struct sock *sk)
{
	struct unix_chain *uc = container_of(chain, struct unix_chain, chain);

	return READ_ONCE(sk->sk_hash) == uc->bucket && sk_hashed(sk);
}

static const void *unix_before(const struct sock *sk)
{
	return sk->sk_node.pprev;
}

/* The length of a path counts a NUL at its end. */
static void unix_name(struct sockport_record *rec,
		      struct sockport_detail *detail, const struct sock *sk)
{
	const struct unix_address *addr;
	const char *name;
	int len;

	/* Accepted sockets get their listener's without our lock; pairs with
	 * smp_store_release(). Once there it stays as long as the socket.
	 */
	addr = smp_load_acquire(&unix_sk(sk)->addr);
	if (!addr)
		return;
	name = addr->name->sun_path;
	len = addr->len - offsetof(struct sockaddr_un, sun_path);
	if (len > 0 && name[0])
		len--;
	rec->name_len = clamp(len, 0, SOCKPORT_NAME_MAX);
	memcpy(detail->name, name, rec->name_len);
}

/*
 * The socket holds a reference to its peer, and gives it up with its own lock
 * held. The peer's inode is there until a grace period after its close.
 */
static void unix_peer_inode(struct sockport_record *rec,
			    struct sockport_detail *detail, struct sock *sk)
{
	struct unix_sock *u = unix_sk(sk);
	struct sock *peer;

	if (!READ_ONCE(u->peer))
		return;
	spin_lock(&u->lock);
	peer = READ_ONCE(u->peer);
	if (peer) {
		detail->peer_inode = sockport_sock_ino_begin(peer);
		rec->has |= SOCKPORT_HAS_PEER;
	}
	spin_unlock(&u->lock);
}

/* It is below 0 when the socket has begun to listen meanwhile. */
static void ask_queue(struct sockport_walk *walk, unsigned int record,
		      struct sock *sk)
{
	walk->batch[record].rx_queue = max(unix_inq_len(sk), 0L);
}

/*
 * What waits in a queue has to be added up with its lock held, be it long: the
 * socket is asked when its chain is done.
 */
static void unix_queues(struct sockport_walk *walk, struct sockport_record *rec,
			struct sock *sk)
{
	if (rec->state == SOCKPORT_STATE_LISTEN) {
		rec->backlog = skb_queue_len_lockless(&sk->sk_receive_queue);
		rec->backlog_limit = READ_ONCE(sk->sk_max_ack_backlog);
		rec->has |= SOCKPORT_HAS_BACKLOG;
		return;
	}
	rec->rx_queue = 0;
	rec->tx_queue = sk_wmem_alloc_get(sk);
	rec->has |= SOCKPORT_HAS_QUEUES;
	if (!skb_queue_empty_lockless(&sk->sk_receive_queue))
		sockport_walk_ask(walk, sk, ask_queue);
}

static bool unix_take(struct sockport_chain *chain, struct sock *sk)
{
	struct sockport_walk *walk = chain->walk;
	struct sockport_record *rec = sockport_walk_slot(walk);
	struct sockport_detail *detail;

	if (!rec)
		return false;

	detail = sockport_walk_slot_detail(walk);

	unix_prefetch(sk_next(sk));
	sockport_record_begin(rec, sockport_walk_here(walk), sk,
			      SOCKPORT_PROTOCOL_UNIX);
	rec->state = READ_ONCE(sk->sk_state);
	rec->type = sk->sk_type;
	rec->has |= SOCKPORT_HAS_TYPE;
	if (!sockport_plain_keep(walk, rec, sk))
		return true;
	unix_name(rec, detail, sk);
	if (walk->want & SOCKPORT_WANT_QUEUES)
		unix_queues(walk, rec, sk);
	if (walk->want & SOCKPORT_WANT_OWNER)
		unix_peer_inode(rec, detail, sk);
	return true;
}

/* The next chain that is not empty. */
static int unix_batch(struct sockport_walk *walk)
{
	struct unix_table *table = &sockport_walk_here(walk)->net->unx.table;
	struct unix_chain uc = {
		.chain = {
			.first	= unix_first,
			.next	= unix_next,
			.on	= unix_on,
			.before	= unix_before,
			.take	= unix_take,
			.walk	= walk,
		},
	};
	int err;

	if (!sockport_filter_states(walk->filter, SOCKPORT_PROTOCOL_UNIX,
				    UNIX_STATES))
		return 0;
	while (walk->bucket < UNIX_HASH_SIZE) {
		uc.bucket = walk->bucket++;
		uc.head = &table->buckets[uc.bucket];
		if (hlist_empty(uc.head))
			continue;
		uc.chain.lock = &table->locks[uc.bucket];
		err = sockport_chain_take(&uc.chain);
		if (err)
			return err;
		return 1;
	}
	return 0;
}

#else /* IS_BUILTIN(CONFIG_UNIX) */

static int unix_batch(struct sockport_walk *walk)
{
	return 0;
}

#endif /* IS_BUILTIN(CONFIG_UNIX) */

const struct sockport_kind sockport_unix = {
	.protocol	= SOCKPORT_PROTOCOL_UNIX,
	.per_net	= true,
	.detail		= true,
	.batch		= unix_batch,
};
