// SPDX-License-Identifier: GPL-2.0
/*
 * TCP sockets that were there before history began are taken in
 */
#include <linux/err.h>
#include <linux/rcupdate.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <uapi/linux/sockport.h>

#include "history/follow.h"
#include "history/taking-in.h"
#include "walk/filter.h"
#include "walk/scope.h"
#include "walk/walk.h"

/* Probes are registered, but not all sockets followed. */
static bool taking_in;

/**
 * sockport_taking_in - is history about to begin?
 *
 * Context: any.
 *
 * Return: true while sockets that were there before it are taken in.
 */
bool sockport_taking_in(void)
{
	return READ_ONCE(taking_in);
}

/**
 * sockport_taking_in_begin - probes are about to be registered
 */
void sockport_taking_in_begin(void)
{
	WRITE_ONCE(taking_in, true);
}

/**
 * sockport_taking_in_end - all sockets that there are have been taken in
 *
 * Context: process context, may sleep.
 */
void sockport_taking_in_end(void)
{
	/* Those that were between two states have left them. */
	synchronize_rcu();
	WRITE_ONCE(taking_in, false);
}

/* Small sockets are not followed; one that is already is left as it is. */
static bool take_in_socket(struct sockport_sink *sink,
			   const struct sockport_record *rec, struct sock *sk)
{
	if (sk_fullsock(sk))
		sockport_follow_take_in(sk, rec->role);
	return true;
}

/**
 * sockport_take_in - follow the TCP sockets that there are
 *
 * Context: process context, may sleep; probes are registered.
 *
 * Return: 0, -ENOMEM, or -EINTR after a fatal signal.
 */
int sockport_take_in(void)
{
	struct sockport_step steps[2] = { };
	struct sockport_filter tcp = {
		.step	= steps,
		.room	= ARRAY_SIZE(steps),
	};
	struct sockport_sink sink = {
		.take	= take_in_socket,
		.again	= true,
	};
	struct sockport_scope scope;
	struct sockport_walk walk;
	int err;

	sockport_filter_add(&tcp, SOCKPORT_CONDITION_PROTOCOL)->mask =
		BIT(SOCKPORT_PROTOCOL_TCP);
	/* Idle sockets are not followed, nor is their table walked. */
	sockport_filter_add(&tcp, SOCKPORT_CONDITION_STATE)->mask =
		~(u64)BIT(SOCKPORT_STATE_CLOSE);
	sockport_filter_plan(&tcp);
	err = sockport_scope_all(&scope, &init_net);
	if (err)
		return err;
	err = sockport_walk_init(&walk, &scope, &tcp, 0, &sink);
	if (!err) {
		while (!IS_ERR_OR_NULL(sockport_walk_current(&walk)))
			sockport_walk_advance(&walk);
		/* What was missed is counted, and its end will be too. */
		err = walk.err == -ENOBUFS ? 0 : walk.err;
		sockport_walk_exit(&walk);
	}
	sockport_scope_exit(&scope);
	return err;
}
