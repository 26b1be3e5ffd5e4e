/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_WALK_H
#define SOCKPORT_WALK_H

#include <linux/spinlock.h>
#include <linux/tcp.h>
#include <linux/types.h>

#include "walk/record.h"
#include "walk/scope.h"

struct sock;
struct sockport_filter;
struct sockport_owners;
struct sockport_unlisted;

/**
 * DOC: locking
 *
 * A kind takes the lock of one chain or of a few, copies what it finds there
 * into the walk's batch and lets go; only then are records handed on. So a
 * chain is seen whole, and a socket that stays in its place is handed on just
 * once, however its neighbours come and go. Copying takes no reference: a
 * socket on a locked chain stays allocated. Only a socket that has to be asked
 * with its own lock held, for tcp_info or for what waits in its queue, gets a
 * reference, which is dropped before the reader sees the batch.
 *
 * A walk belongs to one reader, who serialises its calls.
 */

/**
 * struct sockport_walk - one pass over all socket tables
 * @scope: the namespaces it covers; whoever owns the walk keeps them
 * @net: whose account the walk goes to
 * @owners: processes that have sockets open, NULL when nobody asked
 * @unlisted: sockets found in file tables only, NULL when nobody asked
 * @filter: what sockets must match, NULL for all
 * @want: mask of enum sockport_want and of SOCKPORT_WANT_UID, _INODE and
 *	_FOLLOW
 * @for_ports: the walk is for a port table
 * @kind: index of the kind under way
 * @phase: which of the kind's tables is under way, the kind's own
 * @bucket: place in that table, the kind's own
 * @space: namespace under way, of a kind with a table in each, and for the
 *	use of kinds that have some more tables
 * @state: what else the kind keeps, @state_size bytes of sockport_alloc()
 * @state_size: bytes
 * @batch: records of the chains taken last
 * @room: records that @batch has room for
 * @count: records in @batch
 * @at: the current record in @batch
 * @info: tcp_info of each record of @batch, when it is wanted
 * @err: why the walk ended early, a negative errno, or 0
 * @missed: a chain had to be left out
 * @sockets: sockets seen so far
 * @ns: nanoseconds spent so far
 */
struct sockport_walk {
	struct sockport_scope		*scope;
	struct net			*net;
	struct sockport_owners		*owners;
	struct sockport_unlisted	*unlisted;
	const struct sockport_filter	*filter;
	u32				want;
	bool				for_ports;
	unsigned int			kind;
	unsigned int			phase;
	unsigned int			bucket;
	unsigned int			space;
	void				*state;
	size_t				state_size;
	struct sockport_record		*batch;
	unsigned int			room;
	unsigned int			count;
	unsigned int			at;
	struct tcp_info			*info;
	int				err;
	bool				missed;
	u64				sockets;
	u64				ns;
};

/**
 * struct sockport_kind - a kind of socket, one file each
 * @protocol: enum sockport_protocol
 * @ports: its sockets have ports
 * @per_net: it has a table in each namespace; @begin and @batch are called for
 *	one after the other, see sockport_walk_here()
 * @begin: called before the first @batch, and again until the walk has a state
 *	(sockport_walk_state()), may be NULL. May sleep.
 *	Returns 0 or a negative errno.
 * @batch: append the records of one or more whole chains to the walk's batch.
 *	May sleep between chains. Returns 1 when more may follow, 0 at the end
 *	of the kind, a negative errno when the walk has to end.
 */
struct sockport_kind {
	u8	protocol;
	bool	ports;
	bool	per_net;
	int	(*begin)(struct sockport_walk *walk);
	int	(*batch)(struct sockport_walk *walk);
};

extern const struct sockport_kind sockport_tcp;
extern const struct sockport_kind sockport_udp;
extern const struct sockport_kind sockport_udplite;
extern const struct sockport_kind sockport_raw;
extern const struct sockport_kind sockport_ping;
extern const struct sockport_kind sockport_unix;
extern const struct sockport_kind sockport_packet;
extern const struct sockport_kind sockport_nlsock;
extern const struct sockport_kind sockport_sctp;
extern const struct sockport_kind sockport_mptcp;
extern const struct sockport_kind sockport_vsock;
extern const struct sockport_kind sockport_xdp;
extern const struct sockport_kind sockport_other;

/**
 * struct sockport_chain - a hash chain that may be long, see
 *	sockport_chain_take()
 * @lock: lock of the chain, taken with BH disabled
 * @first: first socket of the chain, or NULL
 * @next: socket after another one, or NULL
 * @on: is a socket that was on the chain still on it?
 * @before: what points to a socket on the chain
 * @take: take a socket into the batch; false when the batch has no room
 * @walk: the walk
 *
 * All functions are called with @lock held.
 */
struct sockport_chain {
	spinlock_t		*lock; /* of the hash table, not ours */
	struct sock		*(*first)(struct sockport_chain *chain);
	struct sock		*(*next)(struct sock *sk);
	bool			(*on)(struct sockport_chain *chain,
				      struct sock *sk);
	const void		*(*before)(const struct sock *sk);
	bool			(*take)(struct sockport_walk *walk,
					struct sock *sk);
	struct sockport_walk	*walk;
};

int sockport_walk_init(struct sockport_walk *walk,
		       struct sockport_scope *scope,
		       const struct sockport_filter *filter, u32 want);
void sockport_walk_exit(struct sockport_walk *walk);
struct sockport_record *sockport_walk_current(struct sockport_walk *walk);

/**
 * sockport_walk_advance - go on to the next record
 * @walk: walk whose current record is done with
 */
static inline void sockport_walk_advance(struct sockport_walk *walk)
{
	walk->at++;
}

/**
 * sockport_walk_info - tcp_info of the current record
 * @walk: walk
 *
 * Return: the info, which means something when the record says so.
 */
static inline const struct tcp_info *
sockport_walk_info(const struct sockport_walk *walk)
{
	return walk->info ? &walk->info[walk->at] : NULL;
}

/* For kinds only. */

void sockport_walk_truncate(struct sockport_walk *walk, unsigned int count);
int sockport_walk_grow(struct sockport_walk *walk);
int sockport_walk_state(struct sockport_walk *walk, size_t size);
void sockport_walk_miss(struct sockport_walk *walk);
int sockport_chain_take(struct sockport_chain *chain);

/**
 * sockport_walk_here - the namespace under way
 * @walk: walk, in a kind with a table in each
 *
 * Return: the namespace.
 */
static inline struct sockport_space *
sockport_walk_here(const struct sockport_walk *walk)
{
	return &walk->scope->space[walk->space];
}

/**
 * sockport_walk_space - does the walk cover a socket's namespace?
 * @walk: walk
 * @sk: any socket, time-wait and request sockets too
 *
 * Context: lock of the socket's chain held, or a reference to the socket.
 *
 * Return: the namespace for the record, or NULL.
 */
static inline struct sockport_space *
sockport_walk_space(struct sockport_walk *walk, const struct sock *sk)
{
	return sockport_scope_find(walk->scope, sock_net(sk));
}

/**
 * sockport_walk_slot - room for one more record
 * @walk: walk
 *
 * Return: the record, which counts once @walk->count is raised, or NULL.
 */
static inline struct sockport_record *
sockport_walk_slot(struct sockport_walk *walk)
{
	return walk->count < walk->room ? &walk->batch[walk->count] : NULL;
}

/**
 * sockport_walk_settle - end what a hold of a lock has begun
 * @walk: walk
 * @mark: records that were in the batch before the hold
 *
 * Context: in the RCU read-side critical section of the hold, locked or not.
 */
static inline void sockport_walk_settle(struct sockport_walk *walk,
					unsigned int mark)
{
	if (walk->want & SOCKPORT_WANT_INODE)
		sockport_record_inodes(walk->batch + mark, walk->count - mark);
}

#endif /* SOCKPORT_WALK_H */
