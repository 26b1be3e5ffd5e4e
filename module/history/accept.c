// SPDX-License-Identifier: GPL-2.0
/*
 * How long connections wait for accept(), and which processes accept them
 *
 * No tracepoint tells of an accept(): we look at the function by which security
 * modules hear of it, which is called with the connection when it has a file. In
 * accept() itself any number of processes may sleep, each of which would need
 * something to note its call in. It costs each accept() of any kind of socket a
 * look, so it is done only if it is asked for.
 */
#include <linux/bottom_half.h>
#include <linux/in.h>
#include <linux/jiffies.h>
#include <linux/ptrace.h>
#include <linux/slab.h>
#include <net/sock.h>

#include "net.h"
#include "history/accept.h"
#include "history/follow.h"
#include "history/follow-table.h"
#include "history/opener.h"
#include "history/program.h"
#include "history/return-probe.h"
#include "history/rows.h"

#if defined(CONFIG_KRETPROBES) && defined(CONFIG_HAVE_FUNCTION_ARG_ACCESS_API)

/* Who has accepted nothing for so long makes room for another process. */
#define IDLE	(60 * HZ)

/* Lock of the row held. */
static struct sockport_worker *find_worker(struct sockport_workers *workers)
{
	unsigned int i;

	for (i = 0; i < workers->count; i++)
		if (sockport_opener_is_current(&workers->worker[i].process))
			return &workers->worker[i];
	return NULL;
}

/* Likewise. Returns NULL when there is no room. */
static struct sockport_worker *find_room(struct sockport_workers *workers)
{
	struct sockport_worker *worker, *oldest = workers->worker;
	unsigned int i;

	if (workers->count < SOCKPORT_WORKERS)
		return &workers->worker[workers->count++];
	for (i = 1; i < workers->count; i++) {
		worker = &workers->worker[i];
		if (time_before(worker->last, oldest->last))
			oldest = worker;
	}
	if (time_before(jiffies, oldest->last + IDLE))
		return NULL;
	workers->others += oldest->accepts;
	return oldest;
}

/* Likewise. */
static struct sockport_worker *new_worker(struct sockport_workers *workers,
					  const struct sock *sk)
{
	struct sockport_program program;
	struct sockport_worker *worker;

	if (!sockport_program_current(&program, sk))
		return NULL;
	worker = find_room(workers);
	if (worker) {
		sockport_opener_note(&worker->process, &program);
		worker->accepts = 0;
	}
	return worker;
}

/* Likewise. */
static void count(struct sockport_workers *workers, const struct sock *sk)
{
	struct sockport_worker *worker = find_worker(workers);

	worker = worker ?: new_worker(workers, sk);
	if (!worker) {
		workers->others++;
		return;
	}
	worker->accepts++;
	worker->last = jiffies;
}

static void count_for(struct sockport_history *row, const struct sock *sk)
{
	struct sockport_workers *new = NULL;

	/* The rest is of many ports. */
	if (row->is_rest)
		return;
	if (!READ_ONCE(row->workers))
		new = kzalloc(sizeof(*new), GFP_ATOMIC | __GFP_NOWARN);
	spin_lock(&row->lock);
	if (!row->workers) {
		row->workers = new;
		new = NULL;
	}
	if (row->workers)
		count(row->workers, sk);
	spin_unlock(&row->lock);
	kfree(new);
}

/* It has a role and a row when it is established, and keeps them. */
static void on_accept(const struct sock *sk)
{
	const struct sockport_follow *follow;
	struct sockport_history *row = NULL;
	u32 bucket;

	bucket = sockport_follow_lock(sk);
	follow = sockport_follow_find(sk, bucket);
	if (follow)
		row = follow->row;
	if (row && row->role == SOCKPORT_ROLE_IN) {
		if (follow->since)
			sockport_history_spread(row, SOCKPORT_SPREAD_ACCEPT,
						sockport_follow_now() - follow->since);
		count_for(row, sk);
	}
	sockport_follow_unlock(bucket);
}

static int on_call(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct sock **sk = (struct sock **)instance->data;

	*sk = (struct sock *)regs_get_kernel_argument(regs, 0);
	return (*sk)->sk_protocol != IPPROTO_TCP ||
	       ((*sk)->sk_family != AF_INET && (*sk)->sk_family != AF_INET6);
}

/* accept() has locked the connection. */
static int on_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	local_bh_disable();
	on_accept(*(struct sock **)instance->data);
	local_bh_enable();
	return 0;
}

static struct sockport_return_probe accepts = {
	.function	= "security_sock_graft",
	.missing	= "who accepts connections, and when, is not looked at",
	.on_call	= on_call,
	.on_return	= on_return,
	.data_size	= sizeof(struct sock *),
};

/**
 * sockport_accepts_watch - look at each accept()
 *
 * Context: process context, may sleep.
 *
 * Return: 0, or a negative errno, which the log has.
 */
int sockport_accepts_watch(void)
{
	int err = sockport_return_probe_begin(&accepts);

	sockport_limit(SOCKPORT_LIMIT_ACCEPT_ACCOUNTING, err);
	return err;
}

/**
 * sockport_accepts_unwatch - undo sockport_accepts_watch()
 *
 * Context: process context, may sleep. Afterwards the probe runs no more.
 */
void sockport_accepts_unwatch(void)
{
	sockport_return_probe_end(&accepts);
}

#else

int sockport_accepts_watch(void)
{
	sockport_limit(SOCKPORT_LIMIT_ACCEPT_ACCOUNTING, true);
	return -EOPNOTSUPP;
}

void sockport_accepts_unwatch(void)
{
}

#endif
