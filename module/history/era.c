// SPDX-License-Identifier: GPL-2.0
/*
 * An era of history: made, published, used, withdrawn, ended; see era.h
 */
#include <linux/err.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "events/event.h"
#include "history/doors.h"
#include "history/era.h"
#include "history/follow.h"
#include "history/last.h"
#include "history/program.h"
#include "history/rows.h"
#include "history/sums.h"
#include "walk/roles.h"

/* For readers. Changes in the hands of who switches. */
static struct sockport_era __rcu *published;

/*
 * The era that may have something of a namespace that ends: from before it is
 * published until it has ended.
 */
static struct sockport_era *kept;
static DEFINE_SPINLOCK(kept_lock); /* guards @kept, taken in process context */

static void era_free(struct sockport_era *era)
{
	sockport_roles_free(era->roles);
	sockport_doors_free(era->doors);
	sockport_followed_free(era->followed);
	sockport_rows_free(era->rows);
	/* Who wants to become a user may look at the count still. */
	kfree_rcu(era, rcu);
}

/**
 * sockport_era_new - make an era that nobody sees yet
 * @size: how much there may be of each
 *
 * There is one at a time that has not ended.
 *
 * Context: process context, may sleep.
 *
 * Return: the era, for sockport_era_publish(), or ERR_PTR(-ENOMEM).
 */
struct sockport_era *sockport_era_new(const struct sockport_era_size *size)
{
	struct sockport_era *era;

	era = kzalloc(sizeof(*era), GFP_KERNEL);
	if (!era)
		return ERR_PTR(-ENOMEM);
	refcount_set(&era->users, 1);
	era->rows = sockport_rows_new(size->rows, size->programs);
	era->followed = sockport_followed_new(size->sockets);
	if (size->doors)
		era->doors = sockport_doors_new(size->doors);
	era->roles = sockport_roles_new();
	if (era->rows && era->followed && era->roles &&
	    (era->doors || !size->doors) && !sockport_events_prepare())
		return era;
	era_free(era);
	return ERR_PTR(-ENOMEM);
}

/* What probes see. None is registered. */
static void use_parts_of(const struct sockport_era *era)
{
	sockport_rows_use(era ? era->rows : NULL);
	sockport_followed_use(era ? era->followed : NULL);
	sockport_doors_use(era ? era->doors : NULL);
	sockport_roles_use(era ? era->roles : NULL);
}

static void keep(struct sockport_era *era)
{
	spin_lock(&kept_lock);
	kept = era;
	spin_unlock(&kept_lock);
}

/**
 * sockport_era_publish - let readers and probes have an era
 * @era: era of sockport_era_new()
 *
 * Context: process context; no probe is registered yet.
 */
void sockport_era_publish(struct sockport_era *era)
{
	keep(era);
	use_parts_of(era);
	sockport_events_take();
	rcu_assign_pointer(published, era);
}

/**
 * sockport_era_withdraw - let no reader have an era any more
 * @era: era of sockport_era_publish()
 *
 * Who has it already may read its rows, but looks into no socket any more.
 *
 * Context: process context, may sleep; probes are registered still.
 */
void sockport_era_withdraw(struct sockport_era *era)
{
	sockport_followed_close(era->followed);
	RCU_INIT_POINTER(published, NULL);
	synchronize_rcu();
}

/**
 * sockport_era_end - empty an era of all but what its users may read
 * @era: era of sockport_era_withdraw(), must not be used any more
 *
 * Context: process context, may sleep; no probe is registered any more.
 */
void sockport_era_end(struct sockport_era *era)
{
	use_parts_of(NULL);
	sockport_events_end();
	sockport_doors_forget(era->doors, NULL);
	sockport_follow_forget(era->followed, NULL);
	sockport_rows_end(era->rows);
	keep(NULL);
	sockport_era_put(era);
}

/**
 * sockport_era_is_on - is history kept?
 *
 * Context: any.
 *
 * Return: true when it was, just now.
 */
bool sockport_era_is_on(void)
{
	return rcu_access_pointer(published);
}

/**
 * sockport_era_now - the era that is published
 *
 * Context: RCU read-side critical section.
 *
 * Return: the era until the end of the critical section, NULL when history is
 * off.
 */
struct sockport_era *sockport_era_now(void)
{
	return rcu_dereference(published);
}

/**
 * sockport_era_get - become a user of the era that is published
 *
 * Context: any. What is read with it may sleep in between.
 *
 * Return: the era until sockport_era_put(), NULL when history is off.
 */
struct sockport_era *sockport_era_get(void)
{
	struct sockport_era *era;

	rcu_read_lock();
	era = sockport_era_now();
	if (era && !refcount_inc_not_zero(&era->users))
		era = NULL;
	rcu_read_unlock();
	return era;
}

/**
 * sockport_era_put - be no user of an era any more
 * @era: era of sockport_era_get()
 *
 * Context: process context, may sleep.
 */
void sockport_era_put(struct sockport_era *era)
{
	if (refcount_dec_and_test(&era->users))
		era_free(era);
}

/**
 * sockport_era_reset - begin the history of a namespace anew
 * @net: namespace, with a reference
 *
 * Context: process context, may sleep.
 *
 * Return: 0, or -ENODATA when there is none.
 */
int sockport_era_reset(struct net *net)
{
	struct sockport_era *era = sockport_era_get();

	if (!era)
		return -ENODATA;
	sockport_follow_fold(era->followed, net);
	sockport_programs_tell(era->rows, net);
	sockport_history_rebase(era->rows, net);
	sockport_history_give_back(era->rows, net);
	sockport_doors_forget(era->doors, net);
	sockport_last_forget(net);
	sockport_era_put(era);
	return 0;
}

static struct sockport_era *get_kept(void)
{
	struct sockport_era *era;

	spin_lock(&kept_lock);
	era = kept;
	if (era)
		refcount_inc(&era->users);
	spin_unlock(&kept_lock);
	return era;
}

/**
 * sockport_era_forget - forget a namespace
 * @net: the namespace, dead since a grace period of RCU
 *
 * Waits for no reader, nor for who switches.
 *
 * Context: process context, may sleep.
 */
void sockport_era_forget(struct net *net)
{
	struct sockport_era *era = get_kept();

	if (!era)
		return;
	sockport_follow_forget(era->followed, net);
	sockport_doors_forget(era->doors, net);
	sockport_last_forget(net);
	sockport_events_flush();
	sockport_history_forget(era->rows, net);
	sockport_era_put(era);
}
