/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_NET_H
#define SOCKPORT_NET_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/types.h>
#include <net/netns/generic.h>
#include <uapi/linux/sockport.h>

struct sockport_file;
struct sockport_history;

#define SOCKPORT_VERSION	"1.1"
#define SOCKPORT_FILES		3

/**
 * struct sockport_row_stats - rows of the history in one network namespace
 * @rows: how many there are
 * @lost: how often something went uncounted without a row
 * @given_back: rows whose sums the rest has now
 */
struct sockport_row_stats {
	atomic64_t	rows;
	atomic64_t	lost;
	atomic64_t	given_back;
};

/**
 * struct sockport_stats - what the module costs in one network namespace
 * @port_walks: walks for the port table that ended
 * @socket_walks: walks for the socket listing that ended
 * @walked_sockets: sockets seen by all walks
 * @walk_ns: nanoseconds spent in all walks
 * @last_sockets: sockets seen by the walk that ended last
 * @last_ns: nanoseconds spent in the walk that ended last
 * @chain_restarts: long chains begun anew
 * @missed_chains: chains left out, too long or too lively
 * @longest_hold: nanoseconds of the longest time that a walk held a lock of the
 *	kernel's
 * @failed_walks: walks given up for want of memory or room
 * @open_walks: walks under way
 * @memory: bytes held by walks and port tables
 * @file_walks: passes over the file tables of all processes
 * @walked_files: sockets found in file tables by all passes
 * @file_walk_ns: nanoseconds spent in all passes
 * @ports: rows of ports that history is kept of
 * @programs: rows of programs
 * @history_sockets: TCP sockets that are followed now
 * @history_sockets_lost: how often a socket could not be followed
 * @closed_doors: closed ports that are remembered now
 * @closed_doors_lost: attempts on closed ports that were forgotten to make
 *	room for others
 * @events_sent: events that were sent to who listens
 * @events_lost: events that nobody was told of
 * @events_made: events that were made for who may listen
 * @last_connections: connections that have ended and are remembered now
 * @last_connections_lost: those that were forgotten to make room for others
 */
struct sockport_stats {
	atomic64_t	port_walks;
	atomic64_t	socket_walks;
	atomic64_t	walked_sockets;
	atomic64_t	walk_ns;
	atomic64_t	last_sockets;
	atomic64_t	last_ns;
	atomic64_t	chain_restarts;
	atomic64_t	missed_chains;
	atomic64_t	longest_hold;
	atomic64_t	failed_walks;
	atomic64_t	open_walks;
	atomic64_t	memory;
	atomic64_t	file_walks;
	atomic64_t	walked_files;
	atomic64_t	file_walk_ns;
	struct sockport_row_stats ports;
	struct sockport_row_stats programs;
	atomic64_t	history_sockets;
	atomic64_t	history_sockets_lost;
	atomic64_t	closed_doors;
	atomic64_t	closed_doors_lost;
	atomic64_t	events_sent;
	atomic64_t	events_lost;
	atomic64_t	events_made;
	atomic64_t	last_connections;
	atomic64_t	last_connections_lost;
};

/**
 * enum sockport_pool_kind - whose rows of the history a namespace takes
 * @SOCKPORT_POOL_HOST: those of the initial namespace
 * @SOCKPORT_POOL_ROOT: those of namespaces that root made
 * @SOCKPORT_POOL_USERS: those of namespaces that belong to a user namespace
 */
enum sockport_pool_kind {
	SOCKPORT_POOL_HOST,
	SOCKPORT_POOL_ROOT,
	SOCKPORT_POOL_USERS,
	SOCKPORT_POOLS,
};

/* Beside the roles of ports: rows of the history that programs have. */
#define SOCKPORT_ROLE_PROGRAM	(SOCKPORT_ROLE_MAX + 1)

/**
 * struct sockport_account - rows of the history of a namespace and role
 * @idle: those that nobody holds, or held a while ago; least recent first
 * @of_pool: among others that share a pool, while it has rows
 * @rows: how many
 * @full: jiffies when there was no room for one more, last
 * @alone: it shares its pool with none
 */
struct sockport_account {
	struct list_head		idle;
	struct list_head		of_pool;
	unsigned int			rows;
	unsigned long			full;
	bool				alone;
};

/**
 * struct sockport_last_of - connections of a namespace that have ended
 * @oldest: of those that are remembered, which are a ring in their order
 * @of_pool: among other namespaces that have some
 * @count: how many those are
 *
 * Guarded by the lock of a pool, see history/last.c.
 */
struct sockport_last_of {
	struct list_head		*oldest;
	struct list_head		of_pool;
	unsigned int			count;
};

/* Rows of the rest: for TCP, UDP and UDP-Lite, in and out; and that of programs. */
#define SOCKPORT_RESTS		6
#define SOCKPORT_REST_PROGRAMS	SOCKPORT_RESTS

/**
 * struct sockport_entry - a file of one namespace, what its inode carries
 * @net: the namespace
 * @file: which file
 */
struct sockport_entry {
	struct net			*net;
	const struct sockport_file	*file;
};

/**
 * struct sockport_audience - who listens to the events of a network namespace,
 * and what they have not been told yet
 * @net: the namespace, once an event of it was made
 * @listeners: who has asked for events; changes under a lock of netlink/
 * @asked: how many those are
 * @deaf: nobody else listened when that was tried last
 * @deaf_since: jiffies of then
 * @told: losses of events that the multicast group has been told of
 * @dropped: events for which there was no room, of events_lost
 * @pending: events made and not taken out yet
 * @fresh: those events, last one first
 * @busy: among the namespaces that have some
 * @is_busy: bit 0, it is there
 * @turn: among the namespaces whose turn will come, as are the rest, under the
 *	lock of who takes events out
 * @in_turn: it is there
 * @ready: events taken over from @fresh, first one first
 */
struct sockport_audience {
	struct net		*net;
	struct hlist_head	listeners;
	unsigned int		asked;
	bool			deaf;
	unsigned long		deaf_since;
	u64			told;
	atomic64_t		dropped;
	atomic_t		pending;
	struct llist_head	fresh;
	struct llist_node	busy;
	unsigned long		is_busy;
	struct list_head	turn;
	bool			in_turn;
	struct llist_node	*ready;
};

/**
 * struct sockport_net - what the module keeps for a network namespace
 * @net: the namespace
 * @dead: it is being torn down; set before a grace period, after which nobody
 *	who looks at it under RCU adds anything of this namespace anywhere
 * @audience: who listens to its events
 * @pool: enum sockport_pool_kind, where its rows come from
 * @account: how many it has, by enum sockport_role, and of programs
 * @history: rows of its ports
 * @programs: rows of its programs
 * @rest: rows of what was done whose rows have been given back
 * @last: connections that have ended
 * @readings: who goes through its rows; more come under the lock of their table
 * @stats: its own account
 * @entry: its files
 */
struct sockport_net {
	struct net			*net;
	bool				dead;
	struct sockport_audience	audience;
	u8				pool;
	struct sockport_account		account[SOCKPORT_ROLE_PROGRAM + 1];
	struct list_head		history;
	struct list_head		programs;
	struct sockport_history		*rest[SOCKPORT_RESTS + 1];
	struct sockport_last_of		last;
	atomic_t			readings;
	struct sockport_stats		stats;
	struct sockport_entry		entry[SOCKPORT_FILES];
};

extern unsigned int sockport_net_id;

static inline struct sockport_net *sockport_net(const struct net *net)
{
	return net_generic(net, sockport_net_id);
}

/* Mask of enum sockport_limit */
extern atomic_t sockport_limits;

/**
 * sockport_limit - tell whether something cannot be done in this kernel
 * @limit: what
 * @is_so: it cannot
 *
 * Context: any.
 */
static inline void sockport_limit(enum sockport_limit limit, bool is_so)
{
	if (is_so)
		atomic_or(limit, &sockport_limits);
	else
		atomic_andnot(limit, &sockport_limits);
}

static inline struct sockport_stats *sockport_stats(const struct net *net)
{
	return &sockport_net(net)->stats;
}

/**
 * sockport_row_stats - the account of rows of the history
 * @sn: what we keep of their namespace
 * @role: enum sockport_role, or SOCKPORT_ROLE_PROGRAM
 */
static inline struct sockport_row_stats *
sockport_row_stats(struct sockport_net *sn, u8 role)
{
	return role == SOCKPORT_ROLE_PROGRAM ? &sn->stats.programs :
					       &sn->stats.ports;
}

#endif /* SOCKPORT_NET_H */
