// SPDX-License-Identifier: GPL-2.0
/*
 * Whether somebody chose sockets at all. What most sockets have (a protocol, a state, a side),
 * what they have not ("not port 22") and wide ranges choose none.
 */
#include "select/narrow.h"

#include <sys/socket.h>

/* A wider range of ports, or a shorter prefix, is no choice. */
#define PORTS_MAX	1024
#define LENGTH_IPV4	8
#define LENGTH_IPV6	16
/* In front of an IPv4 address inside of an IPv6 one. */
#define LENGTH_MAPPED	96

static bool is_narrow_range(uint32_t first, uint32_t last)
{
	return last >= first && last - first < PORTS_MAX;
}

static bool is_narrow_prefix(const struct prefix *prefix)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	unsigned int i;

	if (prefix->family == AF_INET)
		return prefix->length >= LENGTH_IPV4;
	for (i = 0; i < sizeof(mapped); i++)
		if (prefix->address[i] != mapped[i])
			return prefix->length >= LENGTH_IPV6;
	return prefix->length >= LENGTH_MAPPED + LENGTH_IPV4;
}

static bool test_narrows(const struct expression *test)
{
	switch (test->condition) {
	case SOCKPORT_CONDITION_PORT:
	case SOCKPORT_CONDITION_LOCAL_PORT:
	case SOCKPORT_CONDITION_REMOTE_PORT:
		return is_narrow_range(test->first, test->last);
	case SOCKPORT_CONDITION_LOCAL_ADDRESS:
	case SOCKPORT_CONDITION_REMOTE_ADDRESS:
		return is_narrow_prefix(&test->prefix);
	case SOCKPORT_CONDITION_MARK:
		return test->mask && test->first;
	case SOCKPORT_CONDITION_IFINDEX:
		return test->text || test->first;
	case SOCKPORT_CONDITION_INODE:
	case SOCKPORT_CONDITION_COOKIE:
		return test->number;
	case SOCKPORT_CONDITION_UID:
	case SOCKPORT_CONDITION_CGROUP:
	case EXPRESSION_PID:
	case EXPRESSION_UNIT:
		return true;
	}
	return false;
}

static bool expression_narrows(const struct expression *expression)
{
	switch (expression->kind) {
	case EXPRESSION_TEST:
		return !expression->negated && test_narrows(expression);
	case EXPRESSION_AND:
		return expression_narrows(expression->one) || expression_narrows(expression->other);
	case EXPRESSION_OR:
		return expression_narrows(expression->one) && expression_narrows(expression->other);
	case EXPRESSION_NOT:
	case EXPRESSION_ANY:
		break;
	}
	return false;
}

/* Of a list, one must match: each must choose. */
#define ALL_NARROW(values, narrows) ({						\
	bool __all = (values)->count;						\
	unsigned int __i;							\
										\
	for (__i = 0; __i < (values)->count; __i++)				\
		__all = __all && narrows((values)->list[__i]);			\
	__all; })

#define RANGE_NARROWS(range)	is_narrow_range((range).first, (range).last)
#define PREFIX_NARROWS(prefix)	is_narrow_prefix(&(prefix))

/**
 * filter_narrows - whether a filter chooses some sockets out of all
 * @filter: the filter
 *
 * Return: whether something that few sockets have must match: ports, addresses, owners,
 * processes and the like.
 */
bool filter_narrows(const struct filter *filter)
{
	return ALL_NARROW(&filter->ports, RANGE_NARROWS) ||
	       ALL_NARROW(&filter->local_ports, RANGE_NARROWS) ||
	       ALL_NARROW(&filter->remote_ports, RANGE_NARROWS) ||
	       ALL_NARROW(&filter->locals, PREFIX_NARROWS) ||
	       ALL_NARROW(&filter->remotes, PREFIX_NARROWS) ||
	       filter->uids.count ||
	       (filter->plan && filter->plan->top && expression_narrows(filter->plan->top));
}
