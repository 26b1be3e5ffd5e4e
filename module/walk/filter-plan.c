// SPDX-License-Identifier: GPL-2.0
/*
 * What can match a filter at all: which tables need not be looked at
 *
 * A filter is gone through once with all that is known before a socket is seen.
 * A step whose answer depends on more goes both ways.
 */
#include <linux/bitmap.h>
#include <linux/socket.h>

#include "walk/filter.h"

#define MISSES	BIT(0)
#define MATCHES	BIT(1)
#define BOTH	(MISSES | MATCHES)

/* Every state, and none. */
#define ALL_STATES	(2 * BIT(SOCKPORT_STATE_MAX) - 1)

#define INTERNET	(BIT_ULL(AF_INET) | BIT_ULL(AF_INET6))

static u64 families_of(u8 protocol)
{
	switch (protocol) {
	case SOCKPORT_PROTOCOL_UNIX:
		return BIT_ULL(AF_UNIX);
	case SOCKPORT_PROTOCOL_PACKET:
		return BIT_ULL(AF_PACKET);
	case SOCKPORT_PROTOCOL_NETLINK:
		return BIT_ULL(AF_NETLINK);
	case SOCKPORT_PROTOCOL_VSOCK:
		return BIT_ULL(AF_VSOCK);
	case SOCKPORT_PROTOCOL_XDP:
		return BIT_ULL(AF_XDP);
	case SOCKPORT_PROTOCOL_OTHER:
		return ~0ULL;
	}
	return INTERNET;
}

static bool has_ports(u8 protocol)
{
	switch (protocol) {
	case SOCKPORT_PROTOCOL_RAW:
	case SOCKPORT_PROTOCOL_PING:
	case SOCKPORT_PROTOCOL_UNIX:
	case SOCKPORT_PROTOCOL_PACKET:
	case SOCKPORT_PROTOCOL_NETLINK:
	case SOCKPORT_PROTOCOL_XDP:
	case SOCKPORT_PROTOCOL_OTHER:
		return false;
	}
	return true;
}

static unsigned int mask_answer(u64 mask, u64 possible)
{
	if (!(mask & possible))
		return MISSES;
	return possible & ~mask ? BOTH : MATCHES;
}

/* What a step will say of sockets in the table of a protocol. */
static unsigned int table_answer(const struct sockport_step *step, u8 protocol)
{
	const u64 families = families_of(protocol);

	switch (step->condition) {
	case SOCKPORT_CONDITION_PROTOCOL:
		return mask_answer(step->mask, BIT_ULL(protocol));
	case SOCKPORT_CONDITION_FAMILY:
		return mask_answer(step->mask, families);
	case SOCKPORT_CONDITION_ROLE:
	case SOCKPORT_CONDITION_PORT:
	case SOCKPORT_CONDITION_LOCAL_PORT:
	case SOCKPORT_CONDITION_REMOTE_PORT:
		return has_ports(protocol) ? BOTH : MISSES;
	case SOCKPORT_CONDITION_LOCAL_ADDRESS:
	case SOCKPORT_CONDITION_REMOTE_ADDRESS:
	case SOCKPORT_CONDITION_AUTOBOUND:
	case SOCKPORT_CONDITION_IPV4:
		return families & INTERNET ? BOTH : MISSES;
	case SOCKPORT_CONDITION_AGE:
	case SOCKPORT_CONDITION_STATE_AGE:
		return protocol == SOCKPORT_PROTOCOL_TCP ? BOTH : MISSES;
	}
	return BOTH;
}

/* States that come to a step, or to the end for a match. */
static void come_to(struct sockport_filter *filter, unsigned int at, u32 states,
		    u32 *match)
{
	if (at < filter->count)
		filter->step[at].states |= states;
	else if (at == filter->count)
		*match |= states;
}

static u32 plan_protocol(struct sockport_filter *filter, u8 protocol)
{
	const struct sockport_step *step;
	u32 match = 0, met, unmet;
	unsigned int i, answer;

	for (i = 0; i < filter->count; i++)
		filter->step[i].states = 0;
	come_to(filter, 0, ALL_STATES, &match);
	for (i = 0; i < filter->count; i++) {
		step = &filter->step[i];
		met = step->states;
		unmet = step->states;
		answer = table_answer(step, protocol);
		if (step->condition == SOCKPORT_CONDITION_STATE) {
			met &= (u32)step->mask;
			unmet &= ~(u32)step->mask;
		}
		if (answer & MATCHES)
			come_to(filter, step->yes, met, &match);
		if (answer & MISSES)
			come_to(filter, step->no, unmet, &match);
	}
	return match;
}

/**
 * sockport_filter_plan - find out what can match a filter
 * @filter: filter, complete
 *
 * Context: nobody uses the filter yet. Some microseconds, for the largest one.
 */
void sockport_filter_plan(struct sockport_filter *filter)
{
	unsigned int i;

	filter->conditions = 0;
	for (i = 0; i < filter->count; i++)
		filter->conditions |= BIT(filter->step[i].condition);
	for (i = 0; i <= SOCKPORT_PROTOCOL_MAX; i++)
		filter->states[i] = plan_protocol(filter, i);
}

/* What a step says of a port that may have no sockets. */
static unsigned int port_answer(const struct sockport_step *step, u8 protocol,
				u8 role, u16 port, bool rest)
{
	switch (step->condition) {
	case SOCKPORT_CONDITION_PROTOCOL:
		return mask_answer(step->mask, BIT_ULL(protocol));
	case SOCKPORT_CONDITION_ROLE:
		return mask_answer(step->mask, BIT_ULL(role));
	case SOCKPORT_CONDITION_PORT:
		if (rest)
			return BOTH;
		return port >= step->first && port <= step->last ? MATCHES : MISSES;
	}
	return BOTH;
}

/**
 * sockport_filter_port - does a port match that may have no sockets?
 * @filter: filter, or NULL for none
 * @protocol: enum sockport_protocol
 * @role: enum sockport_role
 * @port: host order
 * @rest: it stands for many, whose numbers are not known
 *
 * Return: true when it does whatever its sockets would be like: false also when
 * that depends on what only sockets have.
 */
bool sockport_filter_port(const struct sockport_filter *filter, u8 protocol,
			  u8 role, u16 port, bool rest)
{
	DECLARE_BITMAP(reached, SOCKPORT_FILTER_STEPS + 1) = { 1 };
	const struct sockport_step *step;
	unsigned int i, answer;

	if (!filter)
		return true;
	for_each_set_bit(i, reached, filter->count) {
		step = &filter->step[i];
		answer = port_answer(step, protocol, role, port, rest);
		if ((answer & MATCHES && step->yes > filter->count) ||
		    (answer & MISSES && step->no > filter->count))
			return false;
		if (answer & MATCHES)
			__set_bit(step->yes, reached);
		if (answer & MISSES)
			__set_bit(step->no, reached);
	}
	return true;
}
