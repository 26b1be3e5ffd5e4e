// SPDX-License-Identifier: GPL-2.0
/*
 * The bind buckets of TCP: which ports bind() has opened, and the sockets that
 * are bound and idle, which are in no other table
 */
#include <linux/bitops.h>
#include <net/inet_hashtables.h>
#include <net/inet_timewait_sock.h>
#include <net/tcp.h>

#include "compat.h"
#include "kinds/tcp.h"
#include "walk/chain.h"
#include "walk/roles.h"
#include "walk/walk.h"

static struct inet_hashinfo *tcp_hashes(const struct net *net)
{
	return net->ipv4.tcp_death_row.hashinfo;
}

static struct inet_bind_hashbucket *
tcp_bind_head(const struct net *net, struct inet_hashinfo *hashes, u16 port)
{
	return &hashes->bhash[inet_bhashfn(net, port, hashes->bhash_size)];
}

typedef void (*see_bucket_t)(struct sockport_tcp *ports,
			     struct inet_bind_bucket *tb);

/* All bind buckets of the walk's namespaces, @ports is of each namespace. */
static void see_buckets(struct sockport_walk *walk, struct sockport_tcp *ports,
			see_bucket_t see)
{
	struct inet_hashinfo *hashes = tcp_hashes(walk->net);
	const struct sockport_space *space;
	struct inet_bind_hashbucket *head;
	struct inet_bind_bucket *tb;
	unsigned int i;

	for (i = 0; i < hashes->bhash_size; i++) {
		head = &hashes->bhash[i];
		if (!hlist_empty(&head->chain)) {
			spin_lock_bh(&head->lock);
			inet_bind_bucket_for_each(tb, &head->chain) {
				space = sockport_scope_find(walk->scope,
							    ib_net(tb));
				if (space)
					see(&ports[space->index], tb);
			}
			spin_unlock_bh(&head->lock);
		}
		if (i % 256 == 255)
			cond_resched();
	}
}

static void note_bucket(struct sockport_tcp *ports, struct inet_bind_bucket *tb)
{
	if (sockport_roles_bind(tb))
		__set_bit(tb->port, ports->bound);
}

/**
 * sockport_tcp_note_bound - note the ports that bind() has opened
 * @walk: walk
 * @ports: of each of its namespaces
 *
 * Context: process context, may sleep.
 */
void sockport_tcp_note_bound(struct sockport_walk *walk,
			     struct sockport_tcp *ports)
{
	see_buckets(walk, ports, note_bucket);
}

static void link_first(void *data, const void *first)
{
	*(u64 *)data += sockport_tcp_link_of(first);
}

/* See sockport_tcp_link(). Of a bucket with many lists nothing is known. */
static void link_bucket(struct sockport_tcp *ports, struct inet_bind_bucket *tb)
{
	u64 *links = &ports->links[tb->port % SOCKPORT_TCP_LINKS];

	if (test_bit(tb->port, ports->bound) &&
	    !sockport_bind_lists(tb, SOCKPORT_HOLD, link_first, links))
		__clear_bit(tb->port, ports->bound);
}

/* Has the walk seen all sockets of a bind bucket? */
static bool all_seen(const struct sockport_walk *walk,
		     const struct sockport_space *space,
		     const struct inet_bind_bucket *tb)
{
	const struct sockport_tcp *ports = sockport_tcp_state(walk, space);

	return test_bit(tb->port, ports->bound) &&
	       !ports->links[tb->port % SOCKPORT_TCP_LINKS];
}

/*
 * What tells the buckets of one hash bucket apart: namespace, port and device,
 * the last two in a number.
 */
struct tb_key {
	const struct net	*net;
	u64			port;
};

static struct tb_key tb_key(const struct inet_bind_bucket *tb)
{
	return (struct tb_key) {
		.net	= ib_net(tb),
		.port	= (u64)tb->port << 32 | (u32)tb->l3mdev,
	};
}

static bool tb_before(const struct tb_key *a, const struct tb_key *b)
{
	return a->net < b->net || (a->net == b->net && a->port < b->port);
}

struct bound_chain {
	struct sockport_chain		chain;
	struct inet_bind_hashbucket	*head;
	struct inet_bind_bucket		*tb;
	struct tb_key			key;
	struct tb_key			last;
};

/*
 * The sockets of the bind bucket with the lowest key after the last one's:
 * buckets come and go while the lock is let go. What connect() made has no
 * idle sockets: one that fails to connect gives its port back.
 */
static struct sock *bound_first(struct sockport_chain *chain)
{
	struct bound_chain *bc = container_of(chain, struct bound_chain, chain);
	const struct sockport_space *space;
	struct inet_bind_bucket *tb;

	bc->tb = NULL;
	inet_bind_bucket_for_each(tb, &bc->head->chain) {
		struct tb_key key = tb_key(tb);

		if (!sockport_roles_bind(tb) || !tb_before(&bc->last, &key) ||
		    (bc->tb && tb_before(&bc->key, &key)))
			continue;
		space = sockport_scope_find(chain->walk->scope, key.net);
		if (!space || all_seen(chain->walk, space, tb))
			continue;
		bc->tb = tb;
		bc->key = key;
	}
	return bc->tb ? sockport_bind_first(bc->tb) : NULL;
}

static struct sock *bound_next(struct sockport_chain *chain, struct sock *sk)
{
	return sockport_bind_next(sk);
}

static bool bound_on(struct sockport_chain *chain, struct sock *sk)
{
	struct bound_chain *bc = container_of(chain, struct bound_chain, chain);
	struct net *net = sock_net(sk);

	/*
	 * The number is cleared under the lock of the hash bucket: where it is
	 * another bucket's, what @tb points to may be gone and used again.
	 */
	if (tcp_bind_head(net, tcp_hashes(net), READ_ONCE(sk->sk_num)) !=
	    bc->head)
		return false;
	if (sk->sk_state == TCP_TIME_WAIT)
		return inet_twsk(sk)->tw_tb == bc->tb;
	return inet_csk(sk)->icsk_bind_hash == bc->tb;
}

static const void *bound_before(const struct sock *sk)
{
	return sk->sk_bind_node.pprev;
}

static bool bound_take(struct sockport_chain *chain, struct sock *sk)
{
	return inet_sk_state_load(sk) != TCP_CLOSE ||
	       sockport_tcp_take(chain->walk, sk);
}

/* All idle sockets of a hash bucket, one bind bucket after the other. */
static int take_bound(struct sockport_walk *walk,
		      struct inet_bind_hashbucket *head)
{
	struct bound_chain bc = {
		.chain = {
			.lock	= &head->lock,
			.first	= bound_first,
			.next	= bound_next,
			.on	= bound_on,
			.before	= bound_before,
			.take	= bound_take,
			.walk	= walk,
		},
		.head = head,
	};
	int err;

	do {
		bc.last = bc.key;
		err = sockport_chain_take(&bc.chain);
	} while (!err && bc.tb);
	return err;
}

/**
 * sockport_tcp_bound - take the idle sockets of the next buckets that have some
 * @walk: walk; its bucket is where to go on
 *
 * Context: process context, may sleep.
 *
 * Return: above 0 when there are some, 0 at the end of the table; -ENOMEM or
 * -EINTR.
 */
int sockport_tcp_bound(struct sockport_walk *walk)
{
	struct inet_hashinfo *hashes = tcp_hashes(walk->net);
	struct inet_bind_hashbucket *head;
	unsigned int mark = walk->count;
	int err;

	if (!walk->bucket)
		see_buckets(walk, walk->state, link_bucket);
	while (walk->bucket < hashes->bhash_size && walk->count == mark) {
		head = &hashes->bhash[walk->bucket];
		if (!hlist_empty(&head->chain)) {
			err = take_bound(walk, head);
			if (err)
				return err;
			cond_resched();
		}
		walk->bucket++;
	}
	return walk->count > mark;
}
