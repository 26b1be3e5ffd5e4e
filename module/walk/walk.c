// SPDX-License-Identifier: GPL-2.0
/*
 * One pass over all socket tables, a batch of whole chains at a time
 */
#include <linux/ktime.h>
#include <linux/moduleparam.h>
#include <linux/sched/signal.h>
#include <net/tcp.h>

#include "memory/memory.h"
#include "net.h"
#include "walk/addresses.h"
#include "walk/filter.h"
#include "walk/walk.h"

/* Records that a batch begins with room for, and that are enough of one. */
#define BATCH_ROOM	128
#define BATCH_ENOUGH	32

/* What a batch may grow to; beyond it kvmalloc() would not follow. */
#define BATCH_MOST	BIT(22)

static unsigned int max_chain = BIT(18);
module_param(max_chain, uint, 0644);
MODULE_PARM_DESC(max_chain,
		 "sockets of a hash chain that a walk takes, rounded down to a power of 2; longer ones are left out and counted");

static const struct sockport_kind *const kinds[] = {
	&sockport_tcp,
	&sockport_udp,
	&sockport_udplite,
	&sockport_raw,
	&sockport_ping,
	&sockport_unix,
	&sockport_packet,
	&sockport_nlsock,
	&sockport_sctp,
	&sockport_mptcp,
	&sockport_vsock,
	&sockport_xdp,
	&sockport_other,
};

static size_t batch_bytes(unsigned int room)
{
	return array_size(room, sizeof(struct sockport_record));
}

static size_t detail_bytes(unsigned int room)
{
	return array_size(room, sizeof(struct sockport_detail));
}

static size_t info_bytes(unsigned int room)
{
	return array_size(room, sizeof(struct tcp_info));
}

static size_t ask_bytes(unsigned int room)
{
	return array_size(room, sizeof(struct sockport_ask));
}

static void batch_free(struct sockport_walk *walk)
{
	sockport_free(walk->net, walk->batch, batch_bytes(walk->room));
	sockport_free(walk->net, walk->details, detail_bytes(walk->room));
	sockport_free(walk->net, walk->info, info_bytes(walk->room));
	sockport_free(walk->net, walk->asks, ask_bytes(walk->room));
}

/*
 * Move to a batch of another size, which has room for what is in this one. What
 * was moved already when there is no memory stays as it is.
 */
static int batch_resize(struct sockport_walk *walk, unsigned int room)
{
	struct sockport_walk new = {
		.net	= walk->net,
		.room	= room,
	};

	new.batch = sockport_alloc(walk->net, batch_bytes(room));
	new.asks = sockport_alloc(walk->net, ask_bytes(room));
	if (!new.batch || !new.asks)
		goto no_memory;
	if (walk->details) {
		new.details = sockport_alloc(walk->net, detail_bytes(room));
		if (!new.details)
			goto no_memory;
		memcpy(new.details, walk->details, detail_bytes(walk->count));
	}
	if (walk->want & SOCKPORT_WANT_TCP_INFO) {
		new.info = sockport_alloc(walk->net, info_bytes(room));
		if (!new.info)
			goto no_memory;
		if (walk->count)
			memcpy(new.info, walk->info, info_bytes(walk->count));
	}
	if (walk->count)
		memcpy(new.batch, walk->batch, batch_bytes(walk->count));
	if (walk->asked)
		memcpy(new.asks, walk->asks, ask_bytes(walk->asked));
	batch_free(walk);
	walk->batch = new.batch;
	walk->asks = new.asks;
	walk->details = new.details;
	walk->info = new.info;
	walk->room = room;
	return 0;

no_memory:
	batch_free(&new);
	return -ENOMEM;
}

/* A port table has no use for what is in the details. */
static int need_details(struct sockport_walk *walk)
{
	if (walk->details || (walk->sink && walk->sink->ports))
		return 0;
	walk->details = sockport_alloc(walk->net, detail_bytes(walk->room));
	return walk->details ? 0 : -ENOMEM;
}

/* What is looked at although the reader does not ask for it. */
static u32 needs(const struct sockport_filter *filter, u32 want,
		 const struct sockport_sink *sink)
{
	const u32 uid = SOCKPORT_WANT_OWNER | SOCKPORT_WANT_CGROUP;
	const u32 inode = SOCKPORT_WANT_OWNER | SOCKPORT_WANT_PROCESSES;

	if (want & uid ||
	    sockport_filter_asks(filter, BIT(SOCKPORT_CONDITION_UID) |
					 BIT(SOCKPORT_CONDITION_CGROUP)))
		want |= SOCKPORT_WANT_UID;
	if (want & inode)
		want |= SOCKPORT_WANT_INODE;
	if (!sink ||
	    sockport_filter_asks(filter,
				 BIT(SOCKPORT_CONDITION_LOCAL_ADDRESS) |
				 BIT(SOCKPORT_CONDITION_REMOTE_ADDRESS) |
				 BIT(SOCKPORT_CONDITION_IPV4)))
		want |= SOCKPORT_WANT_ADDRESS;
	return want;
}

/**
 * sockport_walk_init - begin a walk
 * @walk: walk
 * @scope: namespaces to walk, kept by the caller until sockport_walk_exit()
 * @filter: what sockets must match, or NULL; kept by the caller as long
 * @want: mask of enum sockport_want
 * @sink: where sockets go that need no record, or NULL; kept as long
 *
 * Context: process context, may sleep.
 *
 * Return: 0, or -ENOMEM, after which sockport_walk_exit() must not be called.
 */
int sockport_walk_init(struct sockport_walk *walk,
		       struct sockport_scope *scope,
		       const struct sockport_filter *filter, u32 want,
		       struct sockport_sink *sink)
{
	int err;

	memset(walk, 0, sizeof(*walk));
	walk->scope = scope;
	walk->net = scope->account;
	walk->filter = filter && filter->count ? filter : NULL;
	walk->sink = sink;
	walk->want = needs(filter, want, sink);

	err = batch_resize(walk, BATCH_ROOM);
	if (!err && want & SOCKPORT_WANT_DETAIL)
		err = need_details(walk);
	if (err) {
		batch_free(walk);
		return err;
	}
	atomic64_inc(&sockport_stats(walk->net)->open_walks);
	return 0;
}

static void raise(atomic64_t *high, u64 value)
{
	s64 old = atomic64_read(high);

	while (value > old && !atomic64_try_cmpxchg(high, &old, value))
		;
}

/**
 * sockport_walk_exit - end a walk, wherever it is
 * @walk: walk that sockport_walk_init() began
 *
 * Context: process context, may sleep.
 */
void sockport_walk_exit(struct sockport_walk *walk)
{
	struct sockport_stats *stats = sockport_stats(walk->net);

	sockport_walk_truncate(walk, 0);
	batch_free(walk);
	sockport_free(walk->net, walk->state, walk->state_size);

	atomic64_dec(&stats->open_walks);
	atomic64_inc(walk->sink && walk->sink->ports ? &stats->port_walks :
						       &stats->socket_walks);
	if (walk->err)
		atomic64_inc(&stats->failed_walks);
	atomic64_add(walk->sockets, &stats->walked_sockets);
	atomic64_add(walk->ns, &stats->walk_ns);
	atomic64_set(&stats->last_sockets, walk->sockets);
	atomic64_set(&stats->last_ns, walk->ns);
	raise(&stats->longest_hold, walk->longest_hold);
}

/**
 * sockport_walk_truncate - forget the last records of the batch
 * @walk: walk
 * @count: how many records to keep
 *
 * Context: process context, no lock held: dropping the last reference to a
 * socket can do about anything.
 */
void sockport_walk_truncate(struct sockport_walk *walk, unsigned int count)
{
	while (walk->asked && walk->asks[walk->asked - 1].record >= count)
		sock_gen_put(walk->asks[--walk->asked].sk);
	while (walk->count > count) {
		walk->count--;
		if (walk->batch[walk->count].has & SOCKPORT_HAS_MORE)
			sockport_addresses_free(walk->net,
						walk->details[walk->count].more);
	}
}

static void walk_move(struct sockport_walk *walk, unsigned int to,
		      unsigned int from)
{
	if (to == from)
		return;
	walk->batch[to] = walk->batch[from];
	if (walk->details)
		walk->details[to] = walk->details[from];
	if (walk->info)
		walk->info[to] = walk->info[from];
}

/**
 * sockport_walk_drop_hidden - drop the records that nobody asked for
 * @walk: walk
 * @mark: the first one that is looked at; none of them is to be asked any more
 *
 * Context: any.
 */
void sockport_walk_drop_hidden(struct sockport_walk *walk, unsigned int mark)
{
	unsigned int i, count = mark;

	for (i = mark; i < walk->count; i++)
		if (!(walk->batch[i].has & SOCKPORT_IS_HIDDEN))
			walk_move(walk, count++, i);
	walk->count = count;
}

/**
 * sockport_walk_grow - make room for a chain longer than the batch
 * @walk: walk
 *
 * Context: process context, may sleep.
 *
 * Return: 0, -ENOMEM, or -ENOBUFS when a chain is longer than the module
 * parameter max_chain allows.
 */
int sockport_walk_grow(struct sockport_walk *walk)
{
	unsigned int most = min_t(unsigned int, READ_ONCE(max_chain),
				  BATCH_MOST);
	unsigned int room = walk->room * 2;

	if (room > max(most, 2U * BATCH_ROOM))
		return -ENOBUFS;
	return batch_resize(walk, room);
}

/**
 * sockport_walk_reserve - make room for some more records
 * @walk: walk
 * @more: how many
 *
 * Context: process context, may sleep.
 *
 * Return: as sockport_walk_grow().
 */
int sockport_walk_reserve(struct sockport_walk *walk, unsigned int more)
{
	int err = 0;

	while (!err && walk->room - walk->count < more)
		err = sockport_walk_grow(walk);
	return err;
}

/**
 * sockport_walk_ask - ask a socket when no lock is held any more
 * @walk: walk
 * @sk: socket of the record kept last
 * @ask: how, see struct sockport_ask
 *
 * Context: lock of the socket's chain held.
 *
 * Return: false when the socket is being torn down, it tells no more.
 */
bool sockport_walk_ask(struct sockport_walk *walk, struct sock *sk,
		       void (*ask)(struct sockport_walk *walk,
				   unsigned int record, struct sock *sk))
{
	if (!refcount_inc_not_zero(&sk->sk_refcnt))
		return false;
	walk->asks[walk->asked++] = (struct sockport_ask) {
		.sk	= sk,
		.record	= walk->count - 1,
		.ask	= ask,
	};
	return true;
}

/**
 * sockport_walk_miss - a chain has to be left out
 * @walk: walk, which will end with an error
 *
 * Context: any.
 */
void sockport_walk_miss(struct sockport_walk *walk)
{
	walk->missed = true;
	atomic64_inc(&sockport_stats(walk->net)->missed_chains);
}

/**
 * sockport_walk_state - allocate what a kind keeps besides its place
 * @walk: walk, which frees it when the kind is done, of a kind with a table
 *	in each namespace when that one is
 * @size: bytes
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int sockport_walk_state(struct sockport_walk *walk, size_t size)
{
	walk->state = sockport_alloc(walk->net, size);
	walk->state_size = size;
	return walk->state ? 0 : -ENOMEM;
}

/**
 * sockport_walk_state_grow - give what a kind keeps more room
 * @walk: walk that has some; what it is moves
 * @size: bytes, more than before
 *
 * Context: process context, may sleep.
 *
 * Return: 0, or -ENOMEM, then all is as before.
 */
int sockport_walk_state_grow(struct sockport_walk *walk, size_t size)
{
	void *state = sockport_alloc(walk->net, size);

	if (!state)
		return -ENOMEM;
	memcpy(state, walk->state, walk->state_size);
	sockport_free(walk->net, walk->state, walk->state_size);
	walk->state = state;
	walk->state_size = size;
	return 0;
}

/* Returns 0: the kind, or its table in one of the namespaces, is done. */
static int next_kind(struct sockport_walk *walk, bool per_net)
{
	sockport_free(walk->net, walk->state, walk->state_size);
	walk->state = NULL;
	walk->phase = 0;
	walk->bucket = 0;
	walk->width = 0;
	if (per_net && ++walk->space < walk->scope->count)
		return 0;
	walk->space = 0;
	walk->kind++;
	return 0;
}

static bool kind_wanted(const struct sockport_walk *walk,
			const struct sockport_kind *kind)
{
	if (walk->sink && walk->sink->ports && !kind->ports)
		return false;
	/* Among those of no table may be some of any kind. */
	return kind == &sockport_other ||
	       sockport_filter_states(walk->filter, kind->protocol, ~0U);
}

static int batch_of_kind(struct sockport_walk *walk,
			 const struct sockport_kind *kind)
{
	int err;

	if (!kind_wanted(walk, kind))
		return next_kind(walk, false);

	if (kind->detail) {
		err = need_details(walk);
		if (err)
			return err;
	}
	if (kind->begin && !walk->state) {
		err = kind->begin(walk);
		if (err)
			return err;
	}
	err = kind->batch(walk);
	return err ? min(err, 0) : next_kind(walk, kind->per_net);
}

/**
 * sockport_walk_ask_now - ask the sockets that are to be asked
 * @walk: walk
 *
 * Before the reader, who may go away, sees the batch.
 *
 * Context: process context, no lock held, may sleep.
 */
void sockport_walk_ask_now(struct sockport_walk *walk)
{
	unsigned int i;

	for (i = 0; i < walk->asked; i++) {
		const struct sockport_ask *ask = &walk->asks[i];

		ask->ask(walk, ask->record, ask->sk);
		sock_gen_put(ask->sk);
		cond_resched();
	}
	walk->asked = 0;
}

/* Whole chains until the batch has enough, or all tables have been seen. */
static int refill(struct sockport_walk *walk)
{
	int err;

	walk->at = 0;
	sockport_walk_truncate(walk, 0);
	/* What one long chain took is not kept for the rest. */
	if (walk->room > 8 * BATCH_ROOM)
		batch_resize(walk, BATCH_ROOM);
	while (walk->count < BATCH_ENOUGH && walk->kind < ARRAY_SIZE(kinds)) {
		if (fatal_signal_pending(current))
			return -EINTR;
		err = batch_of_kind(walk, kinds[walk->kind]);
		if (err)
			return err;
		cond_resched();
	}
	sockport_walk_ask_now(walk);
	return 0;
}

/**
 * sockport_walk_current - the record that the walk is at
 * @walk: walk
 *
 * Context: process context, may sleep.
 *
 * Return: the record, the same one until sockport_walk_advance() is called;
 * NULL when all sockets have been seen; ERR_PTR() of -EINTR or -ENOMEM when
 * the walk had to end before, of -ENOBUFS when all have been seen but some
 * that had to be left out. Errors are said again and again.
 */
struct sockport_record *sockport_walk_current(struct sockport_walk *walk)
{
	u64 start;

	if (!walk->err && walk->at == walk->count) {
		start = ktime_get_ns();
		walk->err = refill(walk);
		walk->ns += ktime_get_ns() - start;
		walk->sockets += walk->count;
		if (!walk->err && !walk->count && walk->missed)
			walk->err = -ENOBUFS;
	}
	if (walk->err)
		return ERR_PTR(walk->err);
	return walk->at < walk->count ? &walk->batch[walk->at] : NULL;
}
