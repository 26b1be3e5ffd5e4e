// SPDX-License-Identifier: GPL-2.0
/*
 * History switched on and off
 *
 * While it is off no probe and no hook is registered, and nothing is kept.
 */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/workqueue.h>

#include "compat.h"
#include "net.h"
#include "history/accept.h"
#include "history/era.h"
#include "history/follow.h"
#include "history/last.h"
#include "history/lifecycle.h"
#include "history/naming.h"
#include "history/probe.h"
#include "history/quota.h"
#include "history/rows.h"
#include "history/taking-in.h"
#include "history/traffic.h"
#include "owners/cgroup-past.h"
#include "net.h"

/*
 * Counters of segments have 32 bits in a socket: somebody has to look at them
 * before they come round.
 */
#define FOLD_PERIOD	(60 * HZ)

struct sockport_settings sockport_settings = {
	.history	= true,
	.size		= {
		.rows		= 1 << 14,
		.programs	= 1 << 12,
		.sockets	= 1 << 20,
		.doors		= 1 << 12,
	},
	.last		= 1 << 10,
};

/* Who switches; see "locks of history". */
static DEFINE_MUTEX(switch_mutex);
/* The module is loaded, and not about to be unloaded. Under the mutex. */
static bool ready;
/* History is on. Under the mutex. */
static struct sockport_era *era;
/* UDP is counted. Under the mutex. */
static bool counting;
/* Each accept() is looked at. Under the mutex. */
static bool accepting;

static void fold_work_fn(struct work_struct *work);
static DECLARE_DELAYED_WORK(fold_work, fold_work_fn);

static void fold_work_fn(struct work_struct *work)
{
	struct sockport_era *now = sockport_era_get();

	if (!now)
		return;
	sockport_follow_fold(now->followed, NULL);
	sockport_era_put(now);
	queue_delayed_work(sockport_unbound_wq(), &fold_work, FOLD_PERIOD);
}

/* What history does only if it is asked for. */
static int switch_part(bool *is_on, bool on, int (*begin)(void),
		       void (*end)(void))
{
	int err = 0;

	lockdep_assert_held(&switch_mutex);
	if (on == *is_on)
		return 0;
	if (on)
		err = begin();
	else
		end();
	if (!err)
		*is_on = on;
	return err;
}

static int count_udp(bool count)
{
	int err = switch_part(&counting, count, sockport_traffic_start,
			      sockport_traffic_stop);

	if (count)
		sockport_limit(SOCKPORT_LIMIT_UDP_ACCOUNTING,
			       err == -EOPNOTSUPP);
	return err;
}

static int watch_accepts(bool watch)
{
	return switch_part(&accepting, watch, sockport_accepts_watch,
			   sockport_accepts_unwatch);
}

static void stop(void)
{
	lockdep_assert_held(&switch_mutex);
	if (!era)
		return;
	sockport_era_withdraw(era);
	cancel_delayed_work_sync(&fold_work);
	count_udp(false);
	watch_accepts(false);
	sockport_probes_unregister();
	sockport_last_end();
	sockport_era_end(era);
	era = NULL;
}

/* Hear of all that happens, then look for what was there before. */
static int listen_and_take_in(void)
{
	int err;

	sockport_taking_in_begin();
	err = sockport_probes_register();
	if (!err)
		err = sockport_take_in();
	sockport_taking_in_end();
	return err;
}

static int start(void)
{
	struct sockport_era *new;
	int err;

	lockdep_assert_held(&switch_mutex);
	if (era)
		return 0;
	/* Probes run with preemption disabled, their locks would sleep. */
	if (IS_ENABLED(CONFIG_PREEMPT_RT)) {
		sockport_limit(SOCKPORT_LIMIT_HISTORY, true);
		return -EOPNOTSUPP;
	}
	new = sockport_era_new(&sockport_settings.size);
	if (IS_ERR(new))
		return PTR_ERR(new);
	era = new;
	sockport_era_publish(era);
	err = listen_and_take_in();
	if (err) {
		stop();
		return err;
	}
	sockport_name_listeners();
	err = sockport_last_begin(sockport_settings.last);
	if (err)
		pr_notice("sockport: ended connections are not kept: %d\n", err);
	err = count_udp(sockport_settings.udp_accounting);
	if (err)
		pr_notice("sockport: UDP is not counted: %d\n", err);
	/* It says itself that it cannot. */
	watch_accepts(sockport_settings.accept_accounting);
	queue_delayed_work(sockport_unbound_wq(), &fold_work, FOLD_PERIOD);
	return 0;
}

/**
 * sockport_lifecycle_set_history - switch history on or off
 * @on: on
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or a negative errno.
 */
int sockport_lifecycle_set_history(bool on)
{
	int err = 0;

	mutex_lock(&switch_mutex);
	if (ready && on)
		err = start();
	else if (ready)
		stop();
	if (!err)
		sockport_settings.history = on;
	mutex_unlock(&switch_mutex);
	return err;
}

static int set_part(bool on, bool *setting, int (*set)(bool on))
{
	int err = 0;

	mutex_lock(&switch_mutex);
	if (era)
		err = set(on);
	if (!err)
		*setting = on;
	mutex_unlock(&switch_mutex);
	return err;
}

/**
 * sockport_lifecycle_set_udp - count datagrams, or do not
 * @on: count them, while history is on
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or a negative errno.
 */
int sockport_lifecycle_set_udp(bool on)
{
	return set_part(on, &sockport_settings.udp_accounting, count_udp);
}

/**
 * sockport_lifecycle_set_accept - look at each accept(), or do not
 * @on: look, while history is on
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or a negative errno.
 */
int sockport_lifecycle_set_accept(bool on)
{
	return set_part(on, &sockport_settings.accept_accounting, watch_accepts);
}

static void resize_rows(void)
{
	lockdep_assert_held(&switch_mutex);
	if (era)
		sockport_rows_resize(era->rows, sockport_settings.size.rows,
				     sockport_settings.size.programs);
}

/**
 * sockport_lifecycle_set_rows - have room for more rows, or for fewer
 * @rows: rows that there may be; those that are more stay
 *
 * Context: process context, may sleep.
 *
 * Return: 0.
 */
int sockport_lifecycle_set_rows(unsigned int rows)
{
	mutex_lock(&switch_mutex);
	sockport_settings.size.rows = rows;
	resize_rows();
	mutex_unlock(&switch_mutex);
	return 0;
}

/**
 * sockport_lifecycle_set_programs - have room for more programs, or for fewer
 * @programs: rows of them that there may be; those that are more stay
 *
 * Context: process context, may sleep.
 *
 * Return: 0.
 */
int sockport_lifecycle_set_programs(unsigned int programs)
{
	mutex_lock(&switch_mutex);
	sockport_settings.size.programs = programs;
	resize_rows();
	mutex_unlock(&switch_mutex);
	return 0;
}

/**
 * sockport_lifecycle_set_sockets - have room for more sockets, or for fewer
 * @sockets: sockets that may be followed; those that are more stay
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int sockport_lifecycle_set_sockets(unsigned int sockets)
{
	int err = 0;

	mutex_lock(&switch_mutex);
	if (era)
		err = sockport_followed_resize(era->followed, sockets);
	if (!err)
		sockport_settings.size.sockets = sockets;
	mutex_unlock(&switch_mutex);
	return err;
}

/**
 * sockport_lifecycle_set_last - keep more connections that ended, or fewer
 * @each: most of a namespace; those that were kept are forgotten
 *
 * Context: process context, may sleep.
 *
 * Return: 0, -ENOMEM, or -EINVAL when it is more than may be kept.
 */
int sockport_lifecycle_set_last(unsigned int each)
{
	int err = 0;

	if (each > SOCKPORT_LAST_MOST)
		return -EINVAL;
	mutex_lock(&switch_mutex);
	if (era)
		err = sockport_last_begin(each);
	if (!err)
		sockport_settings.last = each;
	mutex_unlock(&switch_mutex);
	return err;
}

/**
 * sockport_lifecycle_net_init - there is a new namespace
 * @net: the namespace
 */
void sockport_lifecycle_net_init(struct net *net)
{
	struct sockport_net *sn = sockport_net(net);

	sn->net = net;
	INIT_LIST_HEAD(&sn->history);
	INIT_LIST_HEAD(&sn->programs);
	sockport_quota_net_init(net);
}

/**
 * sockport_lifecycle_net_pre_exit - a namespace is about to go
 * @net: the namespace; what its last sockets do is not kept any more
 *
 * Context: process context; a grace period of RCU follows.
 */
void sockport_lifecycle_net_pre_exit(struct net *net)
{
	WRITE_ONCE(sockport_net(net)->dead, true);
}

/**
 * sockport_lifecycle_net_exit - forget a namespace
 * @net: the namespace, dead since a grace period of RCU
 *
 * Context: process context, may sleep.
 */
void sockport_lifecycle_net_exit(struct net *net)
{
	sockport_era_forget(net);
}

/**
 * sockport_lifecycle_init - get ready for history to be switched on
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or -ENOMEM.
 */
int sockport_lifecycle_init(void)
{
	return sockport_follow_init();
}

/**
 * sockport_lifecycle_begin - switch history on, unless the parameter says no
 *
 * The netlink family is registered, so somebody may be in the module already:
 * loading cannot fail any more. Without history the module is of use all the
 * same, and it can be switched on later.
 *
 * Context: process context, may sleep.
 */
void sockport_lifecycle_begin(void)
{
	int err = 0;

	mutex_lock(&switch_mutex);
	if (sockport_settings.history)
		err = start();
	if (err) {
		pr_notice("sockport: loaded without history: %d\n", err);
		sockport_settings.history = false;
	}
	ready = true;
	mutex_unlock(&switch_mutex);
}

/**
 * sockport_lifecycle_end - switch history off for good
 *
 * Context: process context, may sleep. Afterwards no probe runs any more.
 */
void sockport_lifecycle_end(void)
{
	mutex_lock(&switch_mutex);
	ready = false;
	stop();
	mutex_unlock(&switch_mutex);
}

/**
 * sockport_lifecycle_exit - undo sockport_lifecycle_init()
 *
 * Context: process context, may sleep. There is no reader any more.
 */
void sockport_lifecycle_exit(void)
{
	sockport_follow_exit();
	sockport_cgroups_forget();
}
