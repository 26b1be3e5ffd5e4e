/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_FILTER_H
#define SOCKPORT_FILTER_H

#include <linux/bits.h>
#include <linux/in6.h>
#include <linux/limits.h>
#include <linux/types.h>
#include <linux/uidgid.h>
#include <uapi/linux/sockport.h>

struct net;
struct sock;
struct sockport_filter;
struct sockport_record;

#define SOCKPORT_FILTER_VALUES	16

/* Steps that a filter may have. */
#define SOCKPORT_FILTER_STEPS	256

/* Where a step goes on that ends without a match. */
#define SOCKPORT_FILTER_REJECT	U16_MAX

/**
 * struct sockport_step - a condition of a filter, and where to go on
 * @condition: enum sockport_condition
 * @family: of @prefix: AF_INET or AF_INET6
 * @length: bits of @prefix
 * @yes: the step to go on with when it is met, behind this one: the number of
 *	steps for a match, SOCKPORT_FILTER_REJECT for none
 * @no: likewise, when it is not
 * @states: for sockport_filter_plan()
 * @mask: of protocols, roles, states or families: BIT_ULL() of each
 * @number: cgroup, inode, cookie; of age milliseconds
 * @first: first port
 * @last: last port
 * @mark: SO_MARK, where it has the bits @bits
 * @bits: likewise
 * @uid: owner
 * @ifindex: interface
 * @prefix: IPv4 prefixes are kept as prefixes of IPv4-mapped addresses
 */
struct sockport_step {
	u8	condition;
	u8	family;
	u8	length;
	u16	yes;
	u16	no;
	u32	states;
	union {
		u64	mask;
		u64	number;
		struct {
			u32	first;
			u32	last;
		};
		struct {
			u32	mark;
			u32	bits;
		};
		kuid_t	uid;
		u32	ifindex;
		struct in6_addr	prefix;
	};
};

/**
 * struct sockport_filter_ops - what a filter asks of others
 * @sees: may who asks know what tells of a socket's owner?
 * @age: milliseconds since a connection was established, false when nobody knows
 * @state_age: likewise, since a socket of TCP has been in its state
 *
 * Context: lock of the socket's chain held, in an RCU read-side critical section.
 */
struct sockport_filter_ops {
	bool (*sees)(const struct sockport_filter *filter, kuid_t owner);
	bool (*age)(const struct sock *sk, u64 *ms);
	bool (*state_age)(const struct sock *sk, u64 *ms);
};

/**
 * struct sockport_filter - what a socket must match: a program of jumps forward
 * @step: the steps
 * @room: steps that were allocated
 * @count: steps that there are, 0 when any socket will do
 * @conditions: mask of BIT(enum sockport_condition) of the steps
 * @states: of each protocol, which states a socket may be in that matches: bits
 *	of enum sockport_state, bit 0 for none. See sockport_filter_plan()
 * @ops: needed for some conditions
 * @pids: how many are in @pid; 0 means that any process will do
 * @pid: alternatives for the process, in the reader's pid namespace; who walks
 *	does not look at them
 */
struct sockport_filter {
	struct sockport_step		*step;
	unsigned int			room;
	unsigned int			count;
	u32				conditions;
	u32				states[SOCKPORT_PROTOCOL_MAX + 1];
	const struct sockport_filter_ops *ops;
	unsigned int			pids;
	pid_t				pid[SOCKPORT_FILTER_VALUES];
};

int sockport_filter_init(struct sockport_filter *filter, struct net *net);
void sockport_filter_exit(struct sockport_filter *filter, struct net *net);
struct sockport_step *sockport_filter_add(struct sockport_filter *filter,
					  u8 condition);
void sockport_filter_plan(struct sockport_filter *filter);
bool sockport_filter_match(const struct sockport_filter *filter,
			   const struct sockport_record *rec,
			   const struct sock *sk);
bool sockport_filter_port(const struct sockport_filter *filter, u8 protocol,
			  u8 role, u16 port, bool rest);

/**
 * sockport_filter_asks - does a filter ask for something?
 * @filter: filter, or NULL for none
 * @conditions: mask of BIT(enum sockport_condition)
 *
 * Return: true when it has one of @conditions.
 */
static inline bool sockport_filter_asks(const struct sockport_filter *filter,
					u32 conditions)
{
	return filter && filter->conditions & conditions;
}

/**
 * sockport_filter_pid - can sockets of a process match?
 * @filter: filter
 * @pid: the process, in the reader's pid namespace
 *
 * Return: true when they can.
 */
static inline bool sockport_filter_pid(const struct sockport_filter *filter,
				       pid_t pid)
{
	unsigned int i;

	for (i = 0; i < filter->pids; i++)
		if (filter->pid[i] == pid)
			return true;
	return !filter->pids;
}

/**
 * sockport_filter_states - can any of some states match?
 * @filter: filter, or NULL for none
 * @protocol: enum sockport_protocol
 * @states: mask of BIT(enum sockport_state), bit 0 for sockets without one
 *
 * Return: false when a socket of @protocol in one of @states never matches.
 */
static inline bool sockport_filter_states(const struct sockport_filter *filter,
					  u8 protocol, u32 states)
{
	return !filter || filter->states[protocol] & states;
}

#endif /* SOCKPORT_FILTER_H */
