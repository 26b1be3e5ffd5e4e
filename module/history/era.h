/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_ERA_H
#define SOCKPORT_ERA_H

#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/types.h>

struct net;
struct sockport_doors;
struct sockport_followed;
struct sockport_roles;
struct sockport_rows;

/**
 * DOC: the life of history
 *
 * What is kept between switching history on and switching it off is an era: rows,
 * followed sockets, doors and roles; and events are taken. It is made whole before
 * anybody sees it, so that nothing can fail any more when it is published; one
 * that could not be made leaves the module without history.
 *
 * Probes see its parts by plain pointers, which change only while no probe is
 * registered. Readers find it under RCU, and may count as one of its users: then
 * its rows stay until they are done, whether history is switched meanwhile or not.
 * Nobody waits for them: who ends an era withdraws it, waits for a grace period,
 * unregisters the probes and empties it of all but the rows, which go with the
 * last user.
 *
 * Sockets that are followed live only as long as probes hear of their end. Who
 * looks into them does so in short RCU read-side critical sections, and looks
 * first, in each, whether the era is still published: see
 * sockport_follow_fold().
 *
 * A namespace that ends is marked dead, and after a grace period nothing of it is
 * added any more. Then all of it is taken out, by who ends it; and at the same time
 * perhaps by who ends the era, so that it waits for neither.
 */

/**
 * DOC: locks of history
 *
 * From the outermost to the innermost; what is on one line is never held
 * together.
 *
 *  1. the mutex of who switches (lifecycle.c). Under it namespaces' lists are
 *     locked (pernet_ops_rwsem, by the hooks on packets): nothing that a namespace's
 *     end comes through may take it, and no reader.
 *  2. the kernel's: pernet_ops_rwsem and net_rwsem; a socket's lock; the lock of
 *     a chain of TCP's own tables; whatever else a tracepoint is under.
 *  3. the lock of a run of chains of followed sockets (follow-table.c), with BH
 *     disabled. Under it a socket's spinlock is only tried.
 *  4. the lock of all rows (rows-table.h), or that of connections that ended
 *     (last.c), with BH disabled; a row's own lock,
 *     with BH disabled, and under it that of the rest; the lock of a bucket of
 *     doors, raw and with interrupts off; the lock of who keeps something of
 *     namespaces (era.c); that of cgroups' paths (owners/cgroup-past.c); those
 *     of roles (roles.c), which walks take under 2, with BH disabled.
 *
 * Who begins, ends or forgets what is kept of connections that ended has a mutex
 * (last.c) under 1 and under pernet_ops_rwsem, and takes nothing of 2 under it.
 *
 * None of them is held over an allocation that may sleep but 1, which only who
 * switches has. Who hands in events takes no lock; who tells them has a mutex
 * (event.c), under which it may send, but takes none of these.
 */

/**
 * struct sockport_era - history from when it is switched on until it is off
 * @users: who published it, and readers; at 0 it is freed
 * @rows: what each port did, and each program; may be read by users
 * @followed: TCP sockets, none when the era has ended
 * @doors: closed ports, none when the era has ended; NULL when they are not
 *	remembered
 * @roles: of sockets that do not tell theirs
 * @rcu: to free it
 */
struct sockport_era {
	refcount_t			users;
	struct sockport_rows		*rows;
	struct sockport_followed	*followed;
	struct sockport_doors		*doors;
	struct sockport_roles		*roles;
	struct rcu_head			rcu;
};

/**
 * struct sockport_era_size - how much there may be of each
 * @rows: rows of ports
 * @programs: rows of programs
 * @sockets: followed sockets
 * @doors: closed ports
 */
struct sockport_era_size {
	unsigned int	rows;
	unsigned int	programs;
	unsigned int	sockets;
	unsigned int	doors;
};

/* In the order of an era's life. */
struct sockport_era *sockport_era_new(const struct sockport_era_size *size);
void sockport_era_publish(struct sockport_era *era);
void sockport_era_withdraw(struct sockport_era *era);
void sockport_era_end(struct sockport_era *era);

bool sockport_era_is_on(void);
struct sockport_era *sockport_era_now(void);
struct sockport_era *sockport_era_get(void);
void sockport_era_put(struct sockport_era *era);
int sockport_era_reset(struct net *net);
void sockport_era_forget(struct net *net);

#endif /* SOCKPORT_ERA_H */
