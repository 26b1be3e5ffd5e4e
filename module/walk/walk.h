/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_WALK_H
#define SOCKPORT_WALK_H

#include <linux/ktime.h>
#include <linux/tcp.h>
#include <linux/types.h>

#include "walk/record.h"
#include "walk/scope.h"

struct sock;
struct sockport_filter;
struct sockport_unlisted;
struct sockport_waiting;
struct sockport_walk;

/**
 * DOC: locking
 *
 * A kind takes the lock of one chain or of a few, copies what it finds there
 * into the walk's batch and lets go; only then are records handed on. So a
 * chain is seen whole, and a socket that stays in its place is handed on just
 * once, however its neighbours come and go. A long chain is seen in several
 * holds, see chain.c. Copying takes no reference: a socket on a locked chain
 * stays allocated. Only a socket that has to be asked without that lock, because
 * it takes its own or may sleep, gets a reference and is asked before the
 * reader sees the batch: struct sockport_ask.
 *
 * No hold of a lock, and no RCU read-side critical section, looks at more than
 * SOCKPORT_HOLD sockets.
 *
 * The order of locks: a mutex or lock of the kernel's socket table, then those
 * of the sink, which is called with it held.
 *
 * A walk belongs to one reader, who serialises its calls.
 */

/* Sockets that one hold of a lock looks at: some microseconds. */
#define SOCKPORT_HOLD	64

/**
 * struct sockport_sink - where sockets go that need no record
 * @take: called for each socket that matches, with the lock of its chain held,
 *	in an RCU read-side critical section; false makes a record of it
 * @again: @take may see a socket more than once. Otherwise it is called only for
 *	chains that are seen whole in one hold; the rest are records
 * @ports: kinds without ports are left out
 */
struct sockport_sink {
	bool	(*take)(struct sockport_sink *sink,
			const struct sockport_record *rec, struct sock *sk);
	bool	again;
	bool	ports;
};

/**
 * struct sockport_ask - a socket that is asked when no lock is held
 * @sk: the socket, with a reference
 * @record: index of its record in the batch
 * @ask: puts what it says into the record; may sleep
 */
struct sockport_ask {
	struct sock	*sk;
	unsigned int	record;
	void		(*ask)(struct sockport_walk *walk, unsigned int record,
			       struct sock *sk);
};

/**
 * struct sockport_walk - one pass over all socket tables
 * @scope: the namespaces it covers; whoever owns the walk keeps them
 * @net: whose account the walk goes to
 * @waiting: listeners and what waits at them, NULL when nobody asked for owners
 * @unlisted: sockets found in file tables only, NULL when nobody asked
 * @filter: what sockets must match, NULL for all
 * @sink: where sockets go first, NULL when all become records
 * @age: milliseconds that a full socket of TCP has been in its state, false when
 *	nobody knows; NULL when nobody asks. Of a port table, only of CLOSE_WAIT.
 *	Called as a filter's
 * @established: likewise, that a connection has been established; asked of port
 *	tables only, of what waits for accept()
 * @want: mask of enum sockport_want and of SOCKPORT_WANT_UID, _INODE and
 *	_ADDRESS
 * @whole: the hold under way sees its chains whole
 * @kind: index of the kind under way
 * @phase: which of the kind's tables is under way, the kind's own
 * @bucket: place in that table, the kind's own
 * @width: chains that the kind looks at side by side, the kind's own
 * @space: namespace under way, of a kind with a table in each, and for the
 *	use of kinds that have some more tables
 * @state: what else the kind keeps, @state_size bytes of sockport_alloc()
 * @state_size: bytes
 * @batch: records of the chains taken last
 * @details: of each record of @batch, when some kind or reader needs them
 * @info: tcp_info of each record of @batch, when it is wanted
 * @asks: sockets of @batch that are still to be asked
 * @room: records, and asks, that there is room for
 * @count: records in @batch
 * @asked: how many there are in @asks
 * @at: the current record in @batch
 * @err: why the walk ended early, a negative errno, or 0
 * @missed: a chain had to be left out
 * @sockets: sockets seen so far
 * @ns: nanoseconds spent so far
 * @longest_hold: nanoseconds of the longest hold so far
 */
struct sockport_walk {
	struct sockport_scope		*scope;
	struct net			*net;
	struct sockport_waiting		*waiting;
	struct sockport_unlisted	*unlisted;
	const struct sockport_filter	*filter;
	struct sockport_sink		*sink;
	bool (*age)(const struct sock *sk, u64 *ms);
	bool (*established)(const struct sock *sk, u64 *ms);
	u32				want;
	bool				whole;
	unsigned int			kind;
	unsigned int			phase;
	unsigned int			bucket;
	unsigned int			width;
	unsigned int			space;
	void				*state;
	size_t				state_size;
	struct sockport_record		*batch;
	struct sockport_detail		*details;
	struct tcp_info			*info;
	struct sockport_ask		*asks;
	unsigned int			room;
	unsigned int			count;
	unsigned int			asked;
	unsigned int			at;
	int				err;
	bool				missed;
	u64				sockets;
	u64				ns;
	u64				longest_hold;
};

/**
 * struct sockport_kind - a kind of socket, one file each
 * @protocol: enum sockport_protocol
 * @ports: its sockets have ports
 * @per_net: it has a table in each namespace; @begin and @batch are called for
 *	one after the other, see sockport_walk_here()
 * @detail: its records always have a detail, but for a port table
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
	bool	detail;
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

int sockport_walk_init(struct sockport_walk *walk,
		       struct sockport_scope *scope,
		       const struct sockport_filter *filter, u32 want,
		       struct sockport_sink *sink);
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
 * sockport_walk_detail - detail of the current record
 * @walk: walk
 *
 * Return: the detail; the record says what of it means something. NULL when
 * nothing does.
 */
static inline const struct sockport_detail *
sockport_walk_detail(const struct sockport_walk *walk)
{
	return walk->details ? &walk->details[walk->at] : NULL;
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
void sockport_walk_ask_now(struct sockport_walk *walk);
void sockport_walk_drop_hidden(struct sockport_walk *walk, unsigned int mark);
int sockport_walk_grow(struct sockport_walk *walk);
int sockport_walk_reserve(struct sockport_walk *walk, unsigned int more);
int sockport_walk_state(struct sockport_walk *walk, size_t size);
int sockport_walk_state_grow(struct sockport_walk *walk, size_t size);
void sockport_walk_miss(struct sockport_walk *walk);
bool sockport_walk_ask(struct sockport_walk *walk, struct sock *sk,
		       void (*ask)(struct sockport_walk *walk,
				   unsigned int record, struct sock *sk));

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
 * Return: the record, which counts after sockport_walk_keep(), or NULL.
 */
static inline struct sockport_record *
sockport_walk_slot(struct sockport_walk *walk)
{
	return walk->count < walk->room ? &walk->batch[walk->count] : NULL;
}

/**
 * sockport_walk_slot_detail - detail of the record that sockport_walk_slot()
 *	has
 * @walk: walk
 *
 * Return: the detail, or NULL when nobody will read it.
 */
static inline struct sockport_detail *
sockport_walk_slot_detail(struct sockport_walk *walk)
{
	return walk->details ? &walk->details[walk->count] : NULL;
}

/**
 * sockport_walk_keep - the record of sockport_walk_slot() is filled
 * @walk: walk
 * @sk: its socket
 *
 * Context: lock of the socket's chain held.
 *
 * Return: true when it counts as a record, false when the sink has the socket.
 */
static inline bool sockport_walk_keep(struct sockport_walk *walk,
				      struct sock *sk)
{
	struct sockport_sink *sink = walk->sink;

	if (sink && sink->take && (walk->whole || sink->again) &&
	    sink->take(sink, &walk->batch[walk->count], sk)) {
		walk->sockets++;
		return false;
	}
	walk->count++;
	return true;
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
		sockport_record_inodes(walk->batch + mark, walk->details ?
				       walk->details + mark : NULL,
				       walk->count - mark);
}

/**
 * sockport_hold_begin - a lock of the kernel's is about to be taken
 *
 * Return: for sockport_hold_end().
 */
static inline u64 sockport_hold_begin(void)
{
	return ktime_get_ns();
}

/**
 * sockport_hold_end - it has been let go
 * @walk: walk
 * @begin: what sockport_hold_begin() returned
 */
static inline void sockport_hold_end(struct sockport_walk *walk, u64 begin)
{
	const u64 ns = ktime_get_ns() - begin;

	if (ns > walk->longest_hold)
		walk->longest_hold = ns;
}

#endif /* SOCKPORT_WALK_H */
