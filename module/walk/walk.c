// SPDX-License-Identifier: GPL-2.0
/*
 * One pass over all socket tables, a batch of whole chains at a time
 */
#include <linux/ktime.h>
#include <linux/moduleparam.h>
#include <linux/sched/signal.h>
#include <net/tcp.h>

#include "kinds/mptcp.h"
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

static size_t info_bytes(unsigned int room)
{
	return array_size(room, sizeof(struct tcp_info));
}

static void batch_free(struct sockport_walk *walk)
{
	sockport_free(walk->net, walk->batch, batch_bytes(walk->room));
	sockport_free(walk->net, walk->info, info_bytes(walk->room));
}

/* Move to a batch of another size, which has room for what is in this one. */
static int batch_resize(struct sockport_walk *walk, unsigned int room)
{
	struct sockport_record *batch;
	struct tcp_info *info = NULL;

	batch = sockport_alloc(walk->net, batch_bytes(room));
	if (!batch)
		return -ENOMEM;
	if (walk->want & SOCKPORT_WANT_TCP_INFO) {
		info = sockport_alloc(walk->net, info_bytes(room));
		if (!info) {
			sockport_free(walk->net, batch, batch_bytes(room));
			return -ENOMEM;
		}
	}
	if (walk->count)
		memcpy(batch, walk->batch, batch_bytes(walk->count));
	batch_free(walk);
	walk->batch = batch;
	walk->info = info;
	walk->room = room;
	return 0;
}

/**
 * sockport_walk_init - begin a walk
 * @walk: walk
 * @scope: namespaces to walk, kept by the caller until sockport_walk_exit()
 * @filter: what sockets must match, or NULL; kept by the caller as long
 * @want: mask of enum sockport_want
 *
 * Context: process context, may sleep.
 *
 * Return: 0, or -ENOMEM, after which sockport_walk_exit() must not be called.
 */
int sockport_walk_init(struct sockport_walk *walk,
		       struct sockport_scope *scope,
		       const struct sockport_filter *filter, u32 want)
{
	const u32 uid = SOCKPORT_WANT_OWNER | SOCKPORT_WANT_CGROUP;
	const u32 inode = SOCKPORT_WANT_OWNER | SOCKPORT_WANT_PROCESSES;
	int err;

	memset(walk, 0, sizeof(*walk));
	walk->scope = scope;
	walk->net = scope->account;
	walk->filter = filter;
	walk->want = want;
	if (want & uid || (filter && filter->uids))
		walk->want |= SOCKPORT_WANT_UID;
	if (want & inode)
		walk->want |= SOCKPORT_WANT_INODE;

	err = batch_resize(walk, BATCH_ROOM);
	if (err)
		return err;
	atomic64_inc(&sockport_stats(walk->net)->open_walks);
	return 0;
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
	atomic64_inc(walk->for_ports ? &stats->port_walks :
				       &stats->socket_walks);
	if (walk->err)
		atomic64_inc(&stats->failed_walks);
	atomic64_add(walk->sockets, &stats->walked_sockets);
	atomic64_add(walk->ns, &stats->walk_ns);
	atomic64_set(&stats->last_sockets, walk->sockets);
	atomic64_set(&stats->last_ns, walk->ns);
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
	while (walk->count > count) {
		struct sockport_record *rec = &walk->batch[--walk->count];

		if (rec->sk)
			sock_gen_put(rec->sk);
		if (rec->more)
			sockport_addresses_free(walk->net, rec->more);
	}
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

/* Returns 0: the kind, or its table in one of the namespaces, is done. */
static int next_kind(struct sockport_walk *walk, bool per_net)
{
	sockport_free(walk->net, walk->state, walk->state_size);
	walk->state = NULL;
	walk->phase = 0;
	walk->bucket = 0;
	if (per_net && ++walk->space < walk->scope->count)
		return 0;
	walk->space = 0;
	walk->kind++;
	return 0;
}

static bool kind_wanted(const struct sockport_walk *walk,
			const struct sockport_kind *kind)
{
	const struct sockport_filter *filter = walk->filter;

	if (walk->for_ports && !kind->ports)
		return false;
	if (!filter)
		return true;
	/* Among those of no table may be some of any kind. */
	if (kind == &sockport_other)
		return true;
	if (filter->protocols && !(filter->protocols & BIT(kind->protocol)))
		return false;
	return kind->ports || !sockport_filter_ports(filter);
}

static int batch_of_kind(struct sockport_walk *walk,
			 const struct sockport_kind *kind)
{
	int err;

	if (!kind_wanted(walk, kind))
		return next_kind(walk, false);

	if (kind->begin && !walk->state) {
		err = kind->begin(walk);
		if (err)
			return err;
	}
	err = kind->batch(walk);
	return err ? min(err, 0) : next_kind(walk, kind->per_net);
}

/*
 * What takes the socket's lock waits until no other is held, and is done
 * before the reader, who may go away, sees the batch.
 */
static void ask_socket(struct sockport_walk *walk, unsigned int i)
{
	struct sockport_record *rec = &walk->batch[i];

	if (walk->info) {
		tcp_get_info(rec->sk, &walk->info[i]);
		rec->has |= SOCKPORT_HAS_TCP_INFO;
	}
	if (walk->want & SOCKPORT_WANT_TOKEN && sk_is_mptcp(rec->sk))
		sockport_mptcp_token(rec, rec->sk);
	sock_gen_put(rec->sk);
	rec->sk = NULL;
}

static void ask_sockets(struct sockport_walk *walk)
{
	unsigned int i;

	for (i = 0; i < walk->count; i++) {
		if (!walk->batch[i].sk)
			continue;
		ask_socket(walk, i);
		cond_resched();
	}
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
	if (walk->want & (SOCKPORT_WANT_TCP_INFO | SOCKPORT_WANT_TOKEN))
		ask_sockets(walk);
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
