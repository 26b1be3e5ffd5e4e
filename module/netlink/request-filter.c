// SPDX-License-Identifier: GPL-2.0
/*
 * From the attributes of a request to a filter
 *
 * Types and nesting have been checked against the policies; what is left is
 * what they cannot say: lengths of addresses, order of ranges, how often. The
 * values of an attribute become steps that any of is enough.
 */
#include <linux/threads.h>
#include <net/ipv6.h>
#include <net/netlink.h>

#include "gen/sockport-nl-gen.h"
#include "netlink/request.h"
#include "owners/reader.h"
#include "walk/filter.h"

/**
 * sockport_request_step - add a step to the filter that comes in
 * @asking: the filter
 * @condition: enum sockport_condition
 * @attr: the attribute that asks for it
 *
 * Return: as sockport_filter_add(), or an ERR_PTR with a message in
 * @asking->extack.
 */
struct sockport_step *sockport_request_step(struct sockport_asking *asking,
					    u8 condition,
					    const struct nlattr *attr)
{
	struct sockport_step *step;

	if (!(asking->conditions & BIT(condition))) {
		NL_SET_ERR_MSG_ATTR(asking->extack, attr,
				    "events do not tell this");
		return ERR_PTR(-EOPNOTSUPP);
	}
	step = sockport_filter_add(asking->filter, condition);
	if (step)
		return step;
	NL_SET_ERR_MSG_ATTR(asking->extack, attr, "more than 256 steps");
	return ERR_PTR(-E2BIG);
}

/**
 * sockport_request_range - put a range of ports into a step
 * @asking: the filter
 * @step: the step
 * @first: first port
 * @last: last port
 * @attr: the attribute that has them
 *
 * Return: 0, or a negative errno with a message in @asking->extack.
 */
int sockport_request_range(struct sockport_asking *asking,
			   struct sockport_step *step, u32 first, u32 last,
			   const struct nlattr *attr)
{
	step->first = first;
	step->last = last;
	if (first <= last)
		return 0;
	NL_SET_ERR_MSG_ATTR(asking->extack, attr,
			    "first port of range is above the last");
	return -EINVAL;
}

/**
 * sockport_request_prefix - put a prefix of addresses into a step
 * @asking: the filter
 * @step: the step
 * @address: attribute with the address
 * @length: attribute with the length in bits, or NULL for all of the address
 *
 * Return: 0, or a negative errno with a message in @asking->extack.
 */
int sockport_request_prefix(struct sockport_asking *asking,
			    struct sockport_step *step,
			    const struct nlattr *address,
			    const struct nlattr *length)
{
	const unsigned int most = nla_len(address) * BITS_PER_BYTE;
	const unsigned int bits = length ? nla_get_u8(length) : most;

	if (most != 32 && most != 128) {
		NL_SET_ERR_MSG_ATTR(asking->extack, address,
				    "address is neither 4 nor 16 bytes long");
		return -EINVAL;
	}
	if (bits > most) {
		NL_SET_ERR_MSG_ATTR(asking->extack, address,
				    "prefix is longer than its address");
		return -EINVAL;
	}
	if (most == 32) {
		ipv6_addr_set_v4mapped(nla_get_in_addr(address), &step->prefix);
		step->family = AF_INET;
	} else {
		step->prefix = nla_get_in6_addr(address);
		step->family = AF_INET6;
	}
	step->length = 128 - most + bits;
	return 0;
}

/**
 * sockport_request_family - let a step take an address family
 * @asking: the filter
 * @step: the step
 * @family: the family
 * @attr: the attribute that has it
 *
 * Return: 0, or a negative errno with a message in @asking->extack.
 */
int sockport_request_family(struct sockport_asking *asking,
			    struct sockport_step *step, u32 family,
			    const struct nlattr *attr)
{
	if (family == AF_UNSPEC || family >= AF_MAX) {
		NL_SET_ERR_MSG_ATTR(asking->extack, attr,
				    "no such address family");
		return -EAFNOSUPPORT;
	}
	step->mask |= BIT_ULL(family);
	return 0;
}

/**
 * sockport_request_uid - put an owner into a step
 * @asking: the filter
 * @step: the step
 * @attr: attribute with the uid, in the reader's user namespace
 *
 * Return: 0, or a negative errno with a message in @asking->extack.
 */
int sockport_request_uid(struct sockport_asking *asking,
			 struct sockport_step *step, const struct nlattr *attr)
{
	step->uid = make_kuid(asking->reader->user_ns, nla_get_u32(attr));
	if (uid_valid(step->uid))
		return 0;
	NL_SET_ERR_MSG_ATTR(asking->extack, attr,
			    "no such uid in this user namespace");
	return -EINVAL;
}

static int take_bit(struct sockport_asking *asking, struct sockport_step *step,
		    const struct nlattr *attr)
{
	step->mask |= BIT_ULL(nla_get_u8(attr));
	return 0;
}

static int take_family(struct sockport_asking *asking,
		       struct sockport_step *step, const struct nlattr *attr)
{
	return sockport_request_family(asking, step, nla_get_u8(attr), attr);
}

static int take_states(struct sockport_asking *asking,
		       struct sockport_step *step, const struct nlattr *attr)
{
	step->mask |= nla_get_u32(attr);
	if (step->mask)
		return 0;
	NL_SET_ERR_MSG_ATTR(asking->extack, attr, "a mask without states");
	return -EINVAL;
}

static int take_range(struct sockport_asking *asking,
		      struct sockport_step *step, const struct nlattr *attr)
{
	struct nlattr *tb[SOCKPORT_A_RANGE_MAX + 1];
	const struct nlattr *first, *last;
	int err;

	err = nla_parse_nested(tb, SOCKPORT_A_RANGE_MAX, attr,
			       sockport_range_nl_policy, asking->extack);
	if (err)
		return err;
	first = tb[SOCKPORT_A_RANGE_FIRST];
	if (!first) {
		NL_SET_ERR_MSG_ATTR(asking->extack, attr,
				    "range without first port");
		return -EINVAL;
	}
	last = tb[SOCKPORT_A_RANGE_LAST] ? : first;
	return sockport_request_range(asking, step, nla_get_u32(first),
				      nla_get_u32(last), attr);
}

static int take_prefix(struct sockport_asking *asking,
		       struct sockport_step *step, const struct nlattr *attr)
{
	struct nlattr *tb[SOCKPORT_A_PREFIX_MAX + 1];
	int err;

	err = nla_parse_nested(tb, SOCKPORT_A_PREFIX_MAX, attr,
			       sockport_prefix_nl_policy, asking->extack);
	if (err)
		return err;
	if (!tb[SOCKPORT_A_PREFIX_ADDRESS]) {
		NL_SET_ERR_MSG_ATTR(asking->extack, attr,
				    "prefix without address");
		return -EINVAL;
	}
	return sockport_request_prefix(asking, step,
				       tb[SOCKPORT_A_PREFIX_ADDRESS],
				       tb[SOCKPORT_A_PREFIX_LENGTH]);
}

/* Each attribute is one step for all of its values, or one for each. */
static const struct {
	u8	attr;
	u8	condition;
	bool	each;
	int	(*take)(struct sockport_asking *asking,
			struct sockport_step *step, const struct nlattr *attr);
} kinds[] = {
	{ SOCKPORT_A_FILTER_PROTOCOL, SOCKPORT_CONDITION_PROTOCOL, false,
	  take_bit },
	{ SOCKPORT_A_FILTER_STATES, SOCKPORT_CONDITION_STATE, false,
	  take_states },
	{ SOCKPORT_A_FILTER_ROLE, SOCKPORT_CONDITION_ROLE, false, take_bit },
	{ SOCKPORT_A_FILTER_FAMILY, SOCKPORT_CONDITION_FAMILY, false,
	  take_family },
	{ SOCKPORT_A_FILTER_PORT, SOCKPORT_CONDITION_PORT, true, take_range },
	{ SOCKPORT_A_FILTER_LOCAL_PORT, SOCKPORT_CONDITION_LOCAL_PORT, true,
	  take_range },
	{ SOCKPORT_A_FILTER_REMOTE_PORT, SOCKPORT_CONDITION_REMOTE_PORT, true,
	  take_range },
	{ SOCKPORT_A_FILTER_UID, SOCKPORT_CONDITION_UID, true,
	  sockport_request_uid },
	{ SOCKPORT_A_FILTER_LOCAL_ADDRESS, SOCKPORT_CONDITION_LOCAL_ADDRESS,
	  true, take_prefix },
	{ SOCKPORT_A_FILTER_REMOTE_ADDRESS, SOCKPORT_CONDITION_REMOTE_ADDRESS,
	  true, take_prefix },
};

/* Steps from the first one on are alternatives. */
static void any_is_enough(struct sockport_filter *filter, unsigned int first)
{
	unsigned int i;

	for (i = first; i < filter->count; i++) {
		filter->step[i].yes = filter->count;
		filter->step[i].no = i + 1 < filter->count ?
				     i + 1 : SOCKPORT_FILTER_REJECT;
	}
}

static int parse_kind(struct sockport_asking *asking, unsigned int kind,
		      const struct nlattr *nest)
{
	struct sockport_filter *filter = asking->filter;
	const unsigned int first = filter->count;
	struct sockport_step *step = NULL;
	const struct nlattr *attr;
	int err, rem;

	nla_for_each_nested(attr, nest, rem) {
		if (nla_type(attr) != kinds[kind].attr)
			continue;
		if (filter->count - first >= SOCKPORT_FILTER_VALUES) {
			NL_SET_ERR_MSG_ATTR(asking->extack, attr,
					    "more than 16 values of one kind");
			return -E2BIG;
		}
		if (!step || kinds[kind].each)
			step = sockport_request_step(asking,
						     kinds[kind].condition,
						     attr);
		if (IS_ERR(step))
			return PTR_ERR(step);
		err = kinds[kind].take(asking, step, attr);
		if (err)
			return err;
	}
	any_is_enough(filter, first);
	return 0;
}

static int parse_pid(struct sockport_asking *asking, const struct nlattr *attr)
{
	struct sockport_filter *filter = asking->filter;
	const u32 pid = nla_get_u32(attr);

	if (filter->pids == SOCKPORT_FILTER_VALUES) {
		NL_SET_ERR_MSG_ATTR(asking->extack, attr,
				    "more than 16 values of one kind");
		return -E2BIG;
	}
	if (!pid || pid > PID_MAX_LIMIT) {
		NL_SET_ERR_MSG_ATTR(asking->extack, attr,
				    "no process has that number");
		return -EINVAL;
	}
	filter->pid[filter->pids++] = pid;
	return 0;
}

/**
 * sockport_request_filter - add what the attributes of a filter say
 * @asking: the filter
 * @nest: its attributes, or NULL; steps are passed over
 *
 * Return: 0, or a negative errno with a message in @asking->extack.
 */
int sockport_request_filter(struct sockport_asking *asking,
			    const struct nlattr *nest)
{
	const struct nlattr *attr;
	unsigned int i;
	int rem, err = 0;

	if (!nest)
		return 0;
	for (i = 0; !err && i < ARRAY_SIZE(kinds); i++)
		err = parse_kind(asking, i, nest);
	if (err)
		return err;
	nla_for_each_nested(attr, nest, rem) {
		if (nla_type(attr) != SOCKPORT_A_FILTER_PID)
			continue;
		err = parse_pid(asking, attr);
		if (err)
			return err;
	}
	return 0;
}
