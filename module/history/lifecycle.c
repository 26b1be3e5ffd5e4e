// SPDX-License-Identifier: GPL-2.0
/*
 * History switched on and off, by module parameters
 *
 * While it is off no probe and no hook is registered, and nothing is kept.
 */
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "compat.h"
#include "events/event.h"
#include "history/doors.h"
#include "history/follow.h"
#include "history/lifecycle.h"
#include "history/probe.h"
#include "history/rows.h"
#include "history/traffic.h"
#include "net.h"
#include "walk/filter.h"
#include "walk/scope.h"
#include "walk/walk.h"

/*
 * Who switches has the mutex from begin to end, and the semaphore only to make
 * and free tables: registering takes locks that a namespace's end comes with.
 */
static DEFINE_MUTEX(switch_mutex);
static DECLARE_RWSEM(switch_sem);

/* The module is loaded, and not about to be unloaded. Under the mutex. */
static bool ready;
/* Tables are there. Changes under the semaphore. */
static bool on;
/*
 * Followed sockets are sure to live: while probes are unregistered, they may be
 * destroyed behind our back. Changes under the semaphore.
 */
static bool readable;
/* UDP is counted. Under the mutex. */
static bool counting;
/* Probes are registered, but not all sockets followed. Under the mutex. */
static bool taking_in;

static bool history = true;
static bool udp_accounting;

static unsigned int history_rows = 1 << 14;
static unsigned int history_sockets = 1 << 20;
static unsigned int closed_doors = 1 << 12;
module_param(closed_doors, uint, 0644);
MODULE_PARM_DESC(closed_doors,
		 "most closed ports that are remembered, as of when history is switched on");

/*
 * Counters of segments have 32 bits in a socket: somebody has to look at them
 * before they come round.
 */
#define FOLD_PERIOD	(60 * HZ)

static void fold_work_fn(struct work_struct *work);
static DECLARE_DELAYED_WORK(fold_work, fold_work_fn);

static void fold_work_fn(struct work_struct *work)
{
	if (!sockport_switch_lock())
		return;
	sockport_follow_fold(NULL);
	sockport_switch_unlock();
	queue_delayed_work(sockport_unbound_wq(), &fold_work, FOLD_PERIOD);
}

static int make_tables(void)
{
	int err;

	err = sockport_history_start(READ_ONCE(history_rows));
	if (err)
		return err;
	err = sockport_follow_start(READ_ONCE(history_sockets));
	if (err)
		goto stop_history;
	err = sockport_doors_start(READ_ONCE(closed_doors));
	if (err)
		goto stop_follow;
	err = sockport_events_start();
	if (err)
		goto stop_doors;
	on = true;
	WRITE_ONCE(readable, true);
	return 0;

stop_doors:
	sockport_doors_stop();
stop_follow:
	sockport_follow_stop();
stop_history:
	sockport_history_stop();
	return err;
}

/* No probe is registered, and none runs any more. */
static void free_tables(void)
{
	on = false;
	sockport_events_stop();
	sockport_doors_stop();
	sockport_follow_stop();
	sockport_history_stop();
}

/* Small sockets are not followed; one that is already is left as it is. */
static bool take_in_socket(struct sockport_sink *sink,
			   const struct sockport_record *rec, struct sock *sk)
{
	if (sk_fullsock(sk))
		sockport_follow_take_in(sk, rec->role);
	return true;
}

/* Follow the TCP sockets that there are. */
static int take_in(void)
{
	static const struct sockport_filter tcp = {
		.protocols	= BIT(SOCKPORT_PROTOCOL_TCP),
		/* Idle sockets are not followed, nor is their table walked. */
		.states		= ~(u32)BIT(SOCKPORT_STATE_CLOSE),
		.ifindex	= -1,
	};
	struct sockport_sink sink = {
		.take	= take_in_socket,
		.again	= true,
	};
	struct sockport_scope scope;
	struct sockport_walk walk;
	int err;

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

static int count_udp(bool count)
{
	int err = 0;

	if (count == counting)
		return 0;
	if (count)
		err = sockport_traffic_start();
	else
		sockport_traffic_stop();
	if (!err)
		counting = count;
	return err;
}

static void stop(void)
{
	if (!on)
		return;
	cancel_delayed_work_sync(&fold_work);
	count_udp(false);
	down_write(&switch_sem);
	WRITE_ONCE(readable, false);
	up_write(&switch_sem);
	sockport_probes_unregister();
	down_write(&switch_sem);
	free_tables();
	up_write(&switch_sem);
}

static int start(void)
{
	int err;

	if (on)
		return 0;
	/* Probes run with preemption disabled, their locks would sleep. */
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		return -EOPNOTSUPP;
	down_write(&switch_sem);
	err = make_tables();
	up_write(&switch_sem);
	if (err)
		return err;
	WRITE_ONCE(taking_in, true);
	err = sockport_probes_register();
	if (!err)
		err = take_in();
	/* Those that were between two states have left them. */
	synchronize_rcu();
	WRITE_ONCE(taking_in, false);
	if (err) {
		stop();
		return err;
	}
	err = count_udp(udp_accounting);
	if (err)
		pr_notice("sockport: UDP is not counted: %d\n", err);
	queue_delayed_work(sockport_unbound_wq(), &fold_work, FOLD_PERIOD);
	return 0;
}

static int set_switch(const char *value, const struct kernel_param *kp,
		      int (*apply)(bool new))
{
	bool new, *now = kp->arg;
	int err;

	err = kstrtobool(value, &new);
	if (err)
		return err;
	mutex_lock(&switch_mutex);
	if (ready)
		err = apply(new);
	if (!err)
		*now = new;
	mutex_unlock(&switch_mutex);
	return err;
}

static int apply_history(bool new)
{
	if (new)
		return start();
	stop();
	return 0;
}

static int apply_udp(bool new)
{
	return on ? count_udp(new) : 0;
}

static int set_size(const char *value, const struct kernel_param *kp,
		    void (*resize)(unsigned int room))
{
	int err;

	mutex_lock(&switch_mutex);
	err = param_set_uint(value, kp);
	if (!err && on)
		resize(*(unsigned int *)kp->arg);
	mutex_unlock(&switch_mutex);
	return err;
}

static int set_history(const char *value, const struct kernel_param *kp)
{
	return set_switch(value, kp, apply_history);
}

static int set_udp(const char *value, const struct kernel_param *kp)
{
	return set_switch(value, kp, apply_udp);
}

static int set_rows(const char *value, const struct kernel_param *kp)
{
	return set_size(value, kp, sockport_history_resize);
}

static int set_sockets(const char *value, const struct kernel_param *kp)
{
	return set_size(value, kp, sockport_follow_resize);
}

static const struct kernel_param_ops history_ops = {
	.set	= set_history,
	.get	= param_get_bool,
};

static const struct kernel_param_ops udp_ops = {
	.set	= set_udp,
	.get	= param_get_bool,
};

static const struct kernel_param_ops rows_ops = {
	.set	= set_rows,
	.get	= param_get_uint,
};

static const struct kernel_param_ops sockets_ops = {
	.set	= set_sockets,
	.get	= param_get_uint,
};

module_param_cb(history, &history_ops, &history, 0644);
__MODULE_PARM_TYPE(history, "bool");
MODULE_PARM_DESC(history, "keep the history of ports (default Y)");
module_param_cb(udp_accounting, &udp_ops, &udp_accounting, 0644);
__MODULE_PARM_TYPE(udp_accounting, "bool");
MODULE_PARM_DESC(udp_accounting,
		 "count UDP datagrams too, which costs every packet a look (default N)");
module_param_cb(history_rows, &rows_ops, &history_rows, 0644);
__MODULE_PARM_TYPE(history_rows, "uint");
MODULE_PARM_DESC(history_rows,
		 "most port rows that history is kept of; a namespace gets four times as many as are free");
module_param_cb(history_sockets, &sockets_ops, &history_sockets, 0644);
__MODULE_PARM_TYPE(history_sockets, "uint");
MODULE_PARM_DESC(history_sockets,
		 "most TCP sockets that are followed at a time");

/**
 * sockport_switch_taking_in - is history about to begin?
 *
 * Context: any.
 *
 * Return: true while sockets that were there before it are taken in.
 */
bool sockport_switch_taking_in(void)
{
	return READ_ONCE(taking_in);
}

/**
 * sockport_switch_is_on - is history kept?
 *
 * Context: any.
 *
 * Return: true when it was, just now.
 */
bool sockport_switch_is_on(void)
{
	return READ_ONCE(readable);
}

/**
 * sockport_switch_lock - keep history as it is, on or off
 *
 * Context: process context, may sleep.
 *
 * Return: true when it is on, until sockport_switch_unlock(); which must not be
 * called when it is off.
 */
bool sockport_switch_lock(void)
{
	bool locked;

	down_read(&switch_sem);
	locked = readable;
	if (!locked)
		up_read(&switch_sem);
	return locked;
}

/**
 * sockport_switch_unlock - history may be switched
 */
void sockport_switch_unlock(void)
{
	up_read(&switch_sem);
}

/**
 * sockport_switch_reset - begin the history of a namespace anew
 * @net: namespace, with a reference
 *
 * Context: process context, may sleep.
 *
 * Return: 0, or -ENODATA when there is none.
 */
int sockport_switch_reset(struct net *net)
{
	struct mutex *lock = &sockport_net(net)->reset_lock;

	if (!sockport_switch_lock())
		return -ENODATA;
	sockport_follow_fold(net);
	mutex_lock(lock);
	sockport_history_rebase(net);
	mutex_unlock(lock);
	sockport_doors_forget(net);
	sockport_switch_unlock();
	return 0;
}

/**
 * sockport_switch_net_init - there is a new namespace
 * @net: the namespace
 */
void sockport_switch_net_init(struct net *net)
{
	INIT_LIST_HEAD(&sockport_net(net)->history);
	mutex_init(&sockport_net(net)->reset_lock);
}

/**
 * sockport_switch_net_pre_exit - a namespace is about to go
 * @net: the namespace; what its last sockets do is not kept any more
 *
 * Context: process context; a grace period of RCU follows.
 */
void sockport_switch_net_pre_exit(struct net *net)
{
	WRITE_ONCE(sockport_net(net)->dead, true);
}

/**
 * sockport_switch_net_exit - forget a namespace
 * @net: the namespace, dead since a grace period of RCU
 *
 * Context: process context, may sleep.
 */
void sockport_switch_net_exit(struct net *net)
{
	down_read(&switch_sem);
	if (on) {
		sockport_follow_forget(net);
		sockport_doors_forget(net);
		sockport_history_forget(net);
		sockport_events_flush();
	}
	up_read(&switch_sem);
}

/**
 * sockport_switch_init - get ready for history to be switched on
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int sockport_switch_init(void)
{
	return sockport_follow_init();
}

/**
 * sockport_switch_begin - switch history on, unless the parameter says no
 *
 * The netlink family is registered, so somebody may be in the module already:
 * loading cannot fail any more. Without history the module is of use all the
 * same, and it can be switched on later.
 *
 * Context: process context, may sleep.
 */
void sockport_switch_begin(void)
{
	int err = 0;

	mutex_lock(&switch_mutex);
	if (history)
		err = start();
	if (err) {
		pr_notice("sockport: loaded without history: %d\n", err);
		history = false;
	}
	ready = true;
	mutex_unlock(&switch_mutex);
}

/**
 * sockport_switch_end - switch history off for good
 *
 * Context: process context, may sleep. Afterwards no probe runs any more.
 */
void sockport_switch_end(void)
{
	mutex_lock(&switch_mutex);
	ready = false;
	stop();
	mutex_unlock(&switch_mutex);
}

/**
 * sockport_switch_exit - undo sockport_switch_init()
 *
 * Context: process context, may sleep.
 */
void sockport_switch_exit(void)
{
	sockport_follow_exit();
}
