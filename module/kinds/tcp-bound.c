// SPDX-License-Identifier: GPL-2.0
/*
 * The bind buckets of TCP: which ports bind() has opened, and the sockets that
 * are bound and idle, which are in no other table
 */
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

/* Returns false when there is no room for what it notes. */
typedef bool (*see_bucket_t)(struct sockport_tcp_ports *ports, unsigned int set,
			     struct inet_bind_bucket *tb);

/* The bind buckets of a hash bucket that are of the walk's namespaces. */
static bool see_hash_bucket(struct sockport_walk *walk,
			    struct inet_bind_hashbucket *head, see_bucket_t see)
{
	const struct sockport_space *space;
	struct inet_bind_bucket *tb;
	bool fits = true;

	spin_lock_bh(&head->lock);
	inet_bind_bucket_for_each(tb, &head->chain) {
		space = sockport_scope_find(walk->scope, ib_net(tb));
		if (!space)
			continue;
		fits = see(walk->state, space->index, tb);
		if (!fits)
			break;
	}
	spin_unlock_bh(&head->lock);
	return fits;
}

/* All of them. Who may run out of room sees some a second time. */
static int see_buckets(struct sockport_walk *walk, see_bucket_t see)
{
	struct inet_hashinfo *hashes = tcp_hashes(walk->net);
	struct inet_bind_hashbucket *head;
	unsigned int i;
	int err;

	for (i = 0; i < hashes->bhash_size; i++) {
		head = &hashes->bhash[i];
		while (!hlist_empty(&head->chain) &&
		       !see_hash_bucket(walk, head, see)) {
			err = sockport_tcp_ports_reserve(walk);
			if (err)
				return err;
		}
		if (i % 256 == 255)
			cond_resched();
	}
	return 0;
}

static bool note_bucket(struct sockport_tcp_ports *ports, unsigned int set,
			struct inet_bind_bucket *tb)
{
	return !sockport_roles_bind(tb) ||
	       sockport_tcp_ports_add(ports, set, tb->port);
}

/**
 * sockport_tcp_note_bound - note the ports that bind() has opened
 * @walk: walk, whose sets may move
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int sockport_tcp_note_bound(struct sockport_walk *walk)
{
	struct sockport_tcp_ports *ports;
	int err;

	err = see_buckets(walk, note_bucket);
	if (err)
		return err;
	ports = walk->state;
	ports->known = true;
	return 0;
}

static void link_first(void *data, const void *first)
{
	*(u64 *)data += sockport_tcp_link_of(first);
}

/* See sockport_tcp_link(). Of a bucket with many lists nothing is known. */
static bool link_bucket(struct sockport_tcp_ports *ports, unsigned int set,
			struct inet_bind_bucket *tb)
{
	u64 *links = sockport_tcp_links(ports, set, tb->port);

	if (sockport_tcp_has(ports, set, tb->port) &&
	    !sockport_bind_lists(tb, SOCKPORT_HOLD, link_first, links))
		sockport_tcp_ports_remove(ports, set, tb->port);
	return true;
}

/* Has the walk seen all sockets of a bind bucket? */
static bool all_seen(const struct sockport_walk *walk,
		     const struct sockport_space *space,
		     const struct inet_bind_bucket *tb)
{
	struct sockport_tcp_ports *ports = walk->state;

	return sockport_tcp_has(ports, space->index, tb->port) &&
	       !*sockport_tcp_links(ports, space->index, tb->port);
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

	if (!walk->bucket) {
		err = see_buckets(walk, link_bucket);
		if (err)
			return err;
	}
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
