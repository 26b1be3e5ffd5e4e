// SPDX-License-Identifier: GPL-2.0
/*
 * Does a socket match what a request asks for?
 *
 * A filter goes from step to step, each a condition, and forward only: so each
 * step is taken once at most, whatever the program. What is unknown of a socket
 * meets no condition.
 */
#include <net/inet_timewait_sock.h>
#include <net/ipv6.h>
#include <net/request_sock.h>
#include <net/sock.h>

#include "compat.h"
#include "memory/memory.h"
#include "socket.h"
#include "walk/filter.h"
#include "walk/record.h"

/* Of other kinds numbers may stand where these have ports. */
#define WITH_PORTS	(BIT(SOCKPORT_PROTOCOL_TCP) | \
			 BIT(SOCKPORT_PROTOCOL_UDP) | \
			 BIT(SOCKPORT_PROTOCOL_UDPLITE) | \
			 BIT(SOCKPORT_PROTOCOL_SCTP) | \
			 BIT(SOCKPORT_PROTOCOL_MPTCP) | \
			 BIT(SOCKPORT_PROTOCOL_VSOCK))

/**
 * struct age - how long something has been so
 * @asked: @known has been looked up
 * @known: @ms is known
 * @ms: milliseconds
 */
struct age {
	bool	asked;
	bool	known;
	u64	ms;
};

/**
 * struct subject - a socket that a filter looks at
 * @rec: its record
 * @sk: the socket, NULL when there is none any more
 * @age: since it was established
 * @state_age: since it came to its state
 */
struct subject {
	const struct sockport_record	*rec;
	const struct sock		*sk;
	struct age			age;
	struct age			state_age;
};

/**
 * sockport_filter_init - begin a filter that any socket matches
 * @filter: filter
 * @net: namespace whose account it goes to
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or -ENOMEM; sockport_filter_exit() frees it.
 */
int sockport_filter_init(struct sockport_filter *filter, struct net *net)
{
	memset(filter, 0, sizeof(*filter));
	filter->step = sockport_alloc(net, SOCKPORT_FILTER_STEPS *
					   sizeof(*filter->step));
	if (!filter->step)
		return -ENOMEM;
	filter->room = SOCKPORT_FILTER_STEPS;
	sockport_filter_plan(filter);
	return 0;
}

/**
 * sockport_filter_exit - free a filter
 * @filter: what sockport_filter_init() began, or all zeros
 * @net: namespace whose account it went to
 *
 * Context: process context, may sleep.
 */
void sockport_filter_exit(struct sockport_filter *filter, struct net *net)
{
	sockport_free(net, filter->step, filter->room * sizeof(*filter->step));
}

/**
 * sockport_filter_add - add a step to a filter
 * @filter: filter
 * @condition: enum sockport_condition
 *
 * Where it goes on and what it is compared with is for the caller, and so is
 * sockport_filter_plan() after the last one.
 *
 * Return: the step, met or else no match; NULL when there is no room.
 */
struct sockport_step *sockport_filter_add(struct sockport_filter *filter,
					  u8 condition)
{
	struct sockport_step *step;

	if (filter->count >= filter->room)
		return NULL;
	step = &filter->step[filter->count++];
	step->condition = condition;
	step->yes = filter->count;
	step->no = SOCKPORT_FILTER_REJECT;
	return step;
}

/* Who asks for other ones gets all that are in no table. */
static bool test_protocol(const struct sockport_step *step,
			  const struct sockport_record *rec)
{
	return step->mask & BIT_ULL(rec->protocol) ||
	       (rec->has & SOCKPORT_IS_UNLISTED &&
		step->mask & BIT_ULL(SOCKPORT_PROTOCOL_OTHER));
}

static bool test_port(const struct sockport_step *step,
		      const struct sockport_record *rec, u32 port)
{
	return rec->has & SOCKPORT_HAS_PORTS &&
	       BIT(rec->protocol) & WITH_PORTS &&
	       port >= step->first && port <= step->last;
}

/* IPv4 prefixes match IPv4-mapped addresses, IPv6 prefixes no IPv4 socket. */
static bool test_address(const struct sockport_step *step,
			 const struct sockport_record *rec,
			 const union sockport_address *address)
{
	struct in6_addr mapped;

	if (!(rec->has & SOCKPORT_HAS_ADDRESS))
		return false;
	if (rec->family == AF_INET6)
		return ipv6_prefix_equal(&address->v6, &step->prefix,
					 step->length);
	if (rec->family != AF_INET || step->family != AF_INET)
		return false;
	ipv6_addr_set_v4mapped(address->v4, &mapped);
	return ipv6_prefix_equal(&mapped, &step->prefix, step->length);
}

static bool is_internet(const struct sockport_record *rec)
{
	return rec->family == AF_INET || rec->family == AF_INET6;
}

static bool takes_ipv4(const struct sockport_record *rec)
{
	if (rec->family != AF_INET6 || !(rec->has & SOCKPORT_HAS_ADDRESS))
		return rec->family == AF_INET;
	return ipv6_addr_v4mapped(&rec->local.v6) ||
	       (ipv6_addr_any(&rec->local.v6) && !rec->v6only);
}

static u32 mark_of(const struct sock *sk)
{
	if (sk_fullsock(sk))
		return READ_ONCE(sk->sk_mark);
	if (inet_sk_state_load(sk) == TCP_TIME_WAIT)
		return inet_twsk(sk)->tw_mark;
	return inet_rsk(inet_reqsk(sk))->ir_mark;
}

/* A cgroup that may not be seen is none, whichever is asked for. */
static bool test_cgroup(const struct sockport_filter *filter,
			const struct sockport_step *step,
			const struct subject *subject)
{
	return sk_fullsock(subject->sk) &&
	       subject->rec->has & SOCKPORT_HAS_UID &&
	       filter->ops->sees(filter, subject->rec->uid) &&
	       sockport_cgroup_of(subject->sk) == step->number;
}

static u64 inode_of(const struct sock *sk)
{
	return sk_fullsock(sk) ?
	       sockport_sock_ino_end(sockport_sock_ino_begin(sk)) : 0;
}

/* Small sockets have no lock any more, so that the kernel says it is so. */
static bool test_autobound(const struct subject *subject)
{
	return is_internet(subject->rec) &&
	       (!sk_fullsock(subject->sk) ||
		!(subject->sk->sk_userlocks & SOCK_BINDPORT_LOCK));
}

/* Looked up once, however many steps ask. */
static bool test_age(struct age *age, const struct sockport_step *step,
		     const struct subject *subject,
		     bool (*look_up)(const struct sock *sk, u64 *ms))
{
	if (!age->asked) {
		age->asked = true;
		age->known = subject->rec->protocol == SOCKPORT_PROTOCOL_TCP &&
			     sk_fullsock(subject->sk) &&
			     look_up(subject->sk, &age->ms);
	}
	return age->known && age->ms >= step->number;
}

/* What the record does not have, only what is asked of full sockets. */
static bool test_socket(const struct sockport_filter *filter,
			const struct sockport_step *step,
			struct subject *subject)
{
	if (!subject->sk)
		return false;
	switch (step->condition) {
	case SOCKPORT_CONDITION_MARK:
		return (mark_of(subject->sk) & step->bits) == step->mark;
	case SOCKPORT_CONDITION_CGROUP:
		return test_cgroup(filter, step, subject);
	case SOCKPORT_CONDITION_INODE:
		return inode_of(subject->sk) == step->number;
	case SOCKPORT_CONDITION_COOKIE:
		return atomic64_read(&subject->sk->sk_cookie) == step->number;
	case SOCKPORT_CONDITION_AUTOBOUND:
		return test_autobound(subject);
	case SOCKPORT_CONDITION_AGE:
		return test_age(&subject->age, step, subject, filter->ops->age);
	case SOCKPORT_CONDITION_STATE_AGE:
		return test_age(&subject->state_age, step, subject,
				filter->ops->state_age);
	}
	return false;
}

static bool test(const struct sockport_filter *filter,
		 const struct sockport_step *step, struct subject *subject)
{
	const struct sockport_record *rec = subject->rec;

	switch (step->condition) {
	case SOCKPORT_CONDITION_PROTOCOL:
		return test_protocol(step, rec);
	case SOCKPORT_CONDITION_FAMILY:
		return step->mask & BIT_ULL(rec->family);
	case SOCKPORT_CONDITION_ROLE:
		return step->mask & BIT_ULL(rec->role);
	case SOCKPORT_CONDITION_STATE:
		return step->mask & BIT_ULL(rec->state);
	case SOCKPORT_CONDITION_PORT:
		return test_port(step, rec, sockport_record_port(rec));
	case SOCKPORT_CONDITION_LOCAL_PORT:
		return test_port(step, rec, rec->local_port);
	case SOCKPORT_CONDITION_REMOTE_PORT:
		return test_port(step, rec, rec->remote_port);
	case SOCKPORT_CONDITION_LOCAL_ADDRESS:
		return test_address(step, rec, &rec->local);
	case SOCKPORT_CONDITION_REMOTE_ADDRESS:
		return test_address(step, rec, &rec->remote);
	case SOCKPORT_CONDITION_UID:
		return rec->has & SOCKPORT_HAS_UID &&
		       uid_eq(rec->uid, step->uid);
	case SOCKPORT_CONDITION_IFINDEX:
		return rec->ifindex == step->ifindex;
	case SOCKPORT_CONDITION_IPV4:
		return takes_ipv4(rec);
	}
	return test_socket(filter, step, subject);
}

/**
 * sockport_filter_match - does a socket match?
 * @filter: filter
 * @rec: record of the socket with tuple, role, state and owner's uid
 * @sk: the socket, or NULL when @rec is all there is. A cookie it does not have
 *	yet is nobody's to ask for, so none is made
 *
 * Context: lock of the socket's chain held, in an RCU read-side critical
 * section, or a reference to the socket.
 *
 * Return: true when the socket is to be listed or counted.
 */
bool sockport_filter_match(const struct sockport_filter *filter,
			   const struct sockport_record *rec,
			   const struct sock *sk)
{
	struct subject subject = { .rec = rec, .sk = sk };
	const struct sockport_step *step;
	unsigned int at = 0;

	while (at < filter->count) {
		step = &filter->step[at];
		at = test(filter, step, &subject) ? step->yes : step->no;
	}
	return at == filter->count;
}
