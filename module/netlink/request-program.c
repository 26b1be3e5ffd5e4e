// SPDX-License-Identifier: GPL-2.0
/*
 * From the steps of a request to those of a filter
 *
 * A program is checked completely when it comes: each step has what its
 * condition is compared with and nothing else, each jump goes forward, and each
 * step is one that some way leads to.
 */
#include <linux/bitmap.h>
#include <linux/overflow.h>
#include <net/netlink.h>

#include "gen/sockport-nl-gen.h"
#include "netlink/request.h"
#include "owners/reader.h"
#include "walk/filter.h"

#define ATTR(name)	BIT(SOCKPORT_A_STEP_##name)

/* What any step may have. */
#define ATTRS_OF_ALL	(ATTR(CONDITION) | ATTR(YES) | ATTR(NO))

#define PROTOCOLS	(2 * BIT(SOCKPORT_PROTOCOL_MAX) - 2)
#define ROLES		(2 * BIT(SOCKPORT_ROLE_MAX) - 2)
#define STATES		(2 * BIT(SOCKPORT_STATE_MAX) - 2)

/**
 * struct program - on its way in
 * @asking: the filter that it becomes part of
 * @base: steps that the filter had before
 * @count: steps of the program
 * @at: the one under way
 * @reached: those that some way leads to
 */
struct program {
	struct sockport_asking	*asking;
	unsigned int		base;
	unsigned int		count;
	unsigned int		at;
	DECLARE_BITMAP(reached, SOCKPORT_FILTER_STEPS + 1);
};

/* Say what is wrong and where. */
#define REFUSE(program, attr, why) ({					\
	NL_SET_ERR_MSG_ATTR((program)->asking->extack, attr, why);	\
	-EINVAL; })

static int take_mask(struct program *program, struct sockport_step *step,
		     struct nlattr **tb, u32 all)
{
	const u32 mask = nla_get_u32(tb[SOCKPORT_A_STEP_MASK]);

	step->mask = mask;
	if (mask && !(mask & ~all))
		return 0;
	return REFUSE(program, tb[SOCKPORT_A_STEP_MASK],
		      "mask has no bits, or unknown ones");
}

static int take_protocol(struct program *program, struct sockport_step *step,
			 struct nlattr **tb)
{
	return take_mask(program, step, tb, PROTOCOLS);
}

static int take_role(struct program *program, struct sockport_step *step,
		     struct nlattr **tb)
{
	return take_mask(program, step, tb, ROLES);
}

static int take_state(struct program *program, struct sockport_step *step,
		      struct nlattr **tb)
{
	return take_mask(program, step, tb, STATES);
}

static int take_family(struct program *program, struct sockport_step *step,
		       struct nlattr **tb)
{
	return sockport_request_family(program->asking, step,
				       nla_get_u32(tb[SOCKPORT_A_STEP_VALUE]),
				       tb[SOCKPORT_A_STEP_VALUE]);
}

static int take_port(struct program *program, struct sockport_step *step,
		     struct nlattr **tb)
{
	const struct nlattr *first = tb[SOCKPORT_A_STEP_VALUE];
	const struct nlattr *last = tb[SOCKPORT_A_STEP_LAST] ? : first;

	return sockport_request_range(program->asking, step, nla_get_u32(first),
				      nla_get_u32(last), last);
}

static int take_address(struct program *program, struct sockport_step *step,
			struct nlattr **tb)
{
	return sockport_request_prefix(program->asking, step,
				       tb[SOCKPORT_A_STEP_ADDRESS],
				       tb[SOCKPORT_A_STEP_LENGTH]);
}

static int take_uid(struct program *program, struct sockport_step *step,
		    struct nlattr **tb)
{
	return sockport_request_uid(program->asking, step,
				    tb[SOCKPORT_A_STEP_VALUE]);
}

static int take_ifindex(struct program *program, struct sockport_step *step,
			struct nlattr **tb)
{
	step->ifindex = nla_get_u32(tb[SOCKPORT_A_STEP_VALUE]);
	if (step->ifindex <= S32_MAX)
		return 0;
	return REFUSE(program, tb[SOCKPORT_A_STEP_VALUE], "no such interface");
}

static int take_mark(struct program *program, struct sockport_step *step,
		     struct nlattr **tb)
{
	step->mark = nla_get_u32(tb[SOCKPORT_A_STEP_VALUE]);
	step->bits = tb[SOCKPORT_A_STEP_MASK] ?
		     nla_get_u32(tb[SOCKPORT_A_STEP_MASK]) : ~0U;
	if (program->asking->reader->net_admin)
		return 0;
	REFUSE(program, tb[SOCKPORT_A_STEP_CONDITION],
	       "marks need CAP_NET_ADMIN over the namespace");
	return -EPERM;
}

static int take_number(struct program *program, struct sockport_step *step,
		       struct nlattr **tb)
{
	step->number = nla_get_u64(tb[SOCKPORT_A_STEP_NUMBER]);
	return 0;
}

static int take_nothing(struct program *program, struct sockport_step *step,
			struct nlattr **tb)
{
	return 0;
}

/* What each condition is compared with. */
static const struct {
	u16	needs;
	u16	takes;
	int	(*take)(struct program *program, struct sockport_step *step,
			struct nlattr **tb);
} conditions[] = {
	[SOCKPORT_CONDITION_PROTOCOL]	= { ATTR(MASK), 0, take_protocol },
	[SOCKPORT_CONDITION_FAMILY]	= { ATTR(VALUE), 0, take_family },
	[SOCKPORT_CONDITION_ROLE]	= { ATTR(MASK), 0, take_role },
	[SOCKPORT_CONDITION_STATE]	= { ATTR(MASK), 0, take_state },
	[SOCKPORT_CONDITION_PORT]	= { ATTR(VALUE), ATTR(LAST), take_port },
	[SOCKPORT_CONDITION_LOCAL_PORT]	= { ATTR(VALUE), ATTR(LAST), take_port },
	[SOCKPORT_CONDITION_REMOTE_PORT] = { ATTR(VALUE), ATTR(LAST), take_port },
	[SOCKPORT_CONDITION_LOCAL_ADDRESS] = { ATTR(ADDRESS), ATTR(LENGTH),
					       take_address },
	[SOCKPORT_CONDITION_REMOTE_ADDRESS] = { ATTR(ADDRESS), ATTR(LENGTH),
						take_address },
	[SOCKPORT_CONDITION_UID]	= { ATTR(VALUE), 0, take_uid },
	[SOCKPORT_CONDITION_IFINDEX]	= { ATTR(VALUE), 0, take_ifindex },
	[SOCKPORT_CONDITION_MARK]	= { ATTR(VALUE), ATTR(MASK), take_mark },
	[SOCKPORT_CONDITION_CGROUP]	= { ATTR(NUMBER), 0, take_number },
	[SOCKPORT_CONDITION_INODE]	= { ATTR(NUMBER), 0, take_number },
	[SOCKPORT_CONDITION_COOKIE]	= { ATTR(NUMBER), 0, take_number },
	[SOCKPORT_CONDITION_AUTOBOUND]	= { 0, 0, take_nothing },
	[SOCKPORT_CONDITION_AGE]	= { ATTR(NUMBER), 0, take_number },
	[SOCKPORT_CONDITION_IPV4]	= { 0, 0, take_nothing },
	[SOCKPORT_CONDITION_STATE_AGE]	= { ATTR(NUMBER), 0, take_number },
};

static int check_operands(const struct program *program, u8 condition,
			  struct nlattr **tb, const struct nlattr *attr)
{
	const unsigned long takes = ATTRS_OF_ALL | conditions[condition].needs |
				    conditions[condition].takes;
	unsigned int i;

	for (i = 0; i <= SOCKPORT_A_STEP_MAX; i++) {
		if (tb[i] && !(takes & BIT(i)))
			return REFUSE(program, tb[i],
				      "the condition does not take this");
		if (!tb[i] && conditions[condition].needs & BIT(i))
			return REFUSE(program, attr,
				      "step without what the condition compares with");
	}
	return 0;
}

/* Where a step goes on, as number of the program's steps; -1 for no match. */
static int parse_jump(const struct program *program, const struct nlattr *attr,
		      int *to)
{
	u16 number;

	if (!attr)
		return 0;
	number = nla_get_u16(attr);
	*to = number ? number : -1;
	if (number && number <= program->at)
		return REFUSE(program, attr, "jump does not go forward");
	if (number > program->count)
		return REFUSE(program, attr, "jump goes beyond the program");
	return 0;
}

static u16 go_on(struct program *program, int to)
{
	if (to < 0)
		return SOCKPORT_FILTER_REJECT;
	__set_bit(to, program->reached);
	return program->base + to;
}

static int parse_jumps(struct program *program, struct sockport_step *step,
		       struct nlattr **tb)
{
	int yes = program->at + 1, no = -1;
	int err;

	err = parse_jump(program, tb[SOCKPORT_A_STEP_YES], &yes);
	if (!err)
		err = parse_jump(program, tb[SOCKPORT_A_STEP_NO], &no);
	if (err)
		return err;
	step->yes = go_on(program, yes);
	step->no = go_on(program, no);
	return 0;
}

static int parse_step(struct program *program, const struct nlattr *attr)
{
	struct sockport_asking *asking = program->asking;
	struct nlattr *tb[SOCKPORT_A_STEP_MAX + 1];
	struct sockport_step *step;
	u8 condition;
	int err;

	if (!test_bit(program->at, program->reached))
		return REFUSE(program, attr, "no way leads to this step");
	err = nla_parse_nested(tb, SOCKPORT_A_STEP_MAX, attr,
			       sockport_step_nl_policy, asking->extack);
	if (err)
		return err;
	if (!tb[SOCKPORT_A_STEP_CONDITION])
		return REFUSE(program, attr, "step without condition");
	condition = nla_get_u8(tb[SOCKPORT_A_STEP_CONDITION]);
	err = check_operands(program, condition, tb, attr);
	if (err)
		return err;
	step = sockport_request_step(asking, condition,
				     tb[SOCKPORT_A_STEP_CONDITION]);
	if (IS_ERR(step))
		return PTR_ERR(step);
	err = conditions[condition].take(program, step, tb);
	return err ? : parse_jumps(program, step, tb);
}

/**
 * sockport_request_program - add the steps of a request to its filter
 * @asking: the filter, nothing is added to it behind them
 * @nest: attributes of the filter
 *
 * Return: 0, or a negative errno with a message in @asking->extack.
 */
int sockport_request_program(struct sockport_asking *asking,
			     const struct nlattr *nest)
{
	struct program program = {
		.asking = asking,
		.base = asking->filter->count,
		.reached = { 1 },
	};
	const struct nlattr *attr;
	int err, rem;

	nla_for_each_nested(attr, nest, rem)
		program.count += nla_type(attr) == SOCKPORT_A_FILTER_STEP;
	nla_for_each_nested(attr, nest, rem) {
		if (nla_type(attr) != SOCKPORT_A_FILTER_STEP)
			continue;
		if (program.base + program.count > SOCKPORT_FILTER_STEPS) {
			REFUSE(&program, attr, "more than 256 steps");
			return -E2BIG;
		}
		err = parse_step(&program, attr);
		if (err)
			return err;
		program.at++;
	}
	return 0;
}
