// SPDX-License-Identifier: GPL-2.0
/*
 * From a request to a filter: what its own attributes ask for, and the filter
 * that it has
 */
#include <linux/limits.h>
#include <net/netlink.h>

#include "gen/sockport-nl-gen.h"
#include "netlink/request.h"
#include "walk/filter.h"

/* What an event can answer. */
#define OF_EVENTS	(BIT(SOCKPORT_CONDITION_PROTOCOL) | \
			 BIT(SOCKPORT_CONDITION_FAMILY) | \
			 BIT(SOCKPORT_CONDITION_ROLE) | \
			 BIT(SOCKPORT_CONDITION_PORT) | \
			 BIT(SOCKPORT_CONDITION_LOCAL_PORT) | \
			 BIT(SOCKPORT_CONDITION_REMOTE_PORT) | \
			 BIT(SOCKPORT_CONDITION_LOCAL_ADDRESS) | \
			 BIT(SOCKPORT_CONDITION_REMOTE_ADDRESS) | \
			 BIT(SOCKPORT_CONDITION_UID) | \
			 BIT(SOCKPORT_CONDITION_IFINDEX))

static int parse_program(struct sockport_asking *asking,
			 const struct nlattr *nest)
{
	int err = nest ? sockport_request_program(asking, nest) : 0;

	if (!err)
		sockport_filter_plan(asking->filter);
	return err;
}

static struct sockport_step *find_step(const struct sockport_filter *filter,
				       u8 condition)
{
	unsigned int i;

	for (i = 0; i < filter->count; i++)
		if (filter->step[i].condition == condition)
			return &filter->step[i];
	return NULL;
}

/* What is asked for exactly narrows what the filter says. */
static int narrow(struct sockport_asking *asking, u8 condition,
		  const struct nlattr *attr)
{
	struct sockport_step *step;
	u64 bit;

	if (!attr)
		return 0;
	bit = BIT_ULL(nla_get_u8(attr));
	step = find_step(asking->filter, condition);
	if (step && !(step->mask & bit)) {
		NL_SET_ERR_MSG_ATTR(asking->extack, attr,
				    "filter asks for another");
		return -EINVAL;
	}
	if (!step)
		step = sockport_request_step(asking, condition, attr);
	if (IS_ERR(step))
		return PTR_ERR(step);
	step->mask = bit;
	return 0;
}

static struct sockport_step *exact_step(struct sockport_asking *asking,
					u8 condition, const struct nlattr *attr)
{
	if (!find_step(asking->filter, condition))
		return sockport_request_step(asking, condition, attr);
	NL_SET_ERR_MSG_ATTR(asking->extack, attr, "filter asks for it too");
	return ERR_PTR(-EINVAL);
}

static int exact_port(struct sockport_asking *asking, u8 condition,
		      const struct nlattr *attr)
{
	struct sockport_step *step;
	u32 port;

	if (!attr)
		return 0;
	step = exact_step(asking, condition, attr);
	if (IS_ERR(step))
		return PTR_ERR(step);
	port = nla_get_u32(attr);
	return sockport_request_range(asking, step, port, port, attr);
}

static int exact_address(struct sockport_asking *asking, u8 condition,
			 const struct nlattr *attr)
{
	struct sockport_step *step;

	if (!attr)
		return 0;
	step = exact_step(asking, condition, attr);
	if (IS_ERR(step))
		return PTR_ERR(step);
	return sockport_request_prefix(asking, step, attr, NULL);
}

static int exact_family(struct sockport_asking *asking,
			const struct nlattr *attr)
{
	struct sockport_step *step;

	if (!attr)
		return 0;
	step = exact_step(asking, SOCKPORT_CONDITION_FAMILY, attr);
	if (IS_ERR(step))
		return PTR_ERR(step);
	return sockport_request_family(asking, step, nla_get_u8(attr), attr);
}

static int exact_ifindex(struct sockport_asking *asking,
			 const struct nlattr *attr)
{
	struct sockport_step *step;

	if (!attr)
		return 0;
	if (nla_get_u32(attr) > S32_MAX) {
		NL_SET_ERR_MSG_ATTR(asking->extack, attr, "no such interface");
		return -EINVAL;
	}
	step = sockport_request_step(asking, SOCKPORT_CONDITION_IFINDEX, attr);
	if (IS_ERR(step))
		return PTR_ERR(step);
	step->ifindex = nla_get_u32(attr);
	return 0;
}

static int exact_cookie(struct sockport_asking *asking,
			const struct nlattr *attr)
{
	struct sockport_step *step;

	if (!attr)
		return 0;
	if (!nla_get_u64(attr)) {
		NL_SET_ERR_MSG_ATTR(asking->extack, attr,
				    "no socket has cookie 0");
		return -EINVAL;
	}
	step = sockport_request_step(asking, SOCKPORT_CONDITION_COOKIE, attr);
	if (IS_ERR(step))
		return PTR_ERR(step);
	step->number = nla_get_u64(attr);
	return 0;
}

static int request_begin(struct sockport_asking *asking, u32 conditions)
{
	const int err = sockport_filter_init(asking->filter, asking->account);

	asking->filter->ops = asking->ops;
	asking->conditions = conditions;
	return err;
}

/**
 * sockport_request_ports - what a request for ports asks for
 * @asking: filter to fill
 * @attrs: attributes of the request, checked against the policy, or NULL
 *
 * Context: process context, may sleep.
 *
 * Return: 0, or a negative errno with a message in @asking->extack.
 */
int sockport_request_ports(struct sockport_asking *asking,
			   struct nlattr **attrs)
{
	int err;

	if (!attrs)
		return 0;
	err = request_begin(asking, ~0U);
	if (!err)
		err = sockport_request_filter(asking, attrs[SOCKPORT_A_PORT_FILTER]);
	if (!err && asking->filter->pids) {
		NL_SET_ERR_MSG_ATTR(asking->extack,
				    attrs[SOCKPORT_A_PORT_FILTER],
				    "processes can be asked for of sockets");
		err = -EOPNOTSUPP;
	}
	if (!err)
		err = narrow(asking, SOCKPORT_CONDITION_PROTOCOL,
			     attrs[SOCKPORT_A_PORT_PROTOCOL]);
	if (!err)
		err = narrow(asking, SOCKPORT_CONDITION_ROLE,
			     attrs[SOCKPORT_A_PORT_ROLE]);
	if (!err)
		err = exact_port(asking, SOCKPORT_CONDITION_PORT,
				 attrs[SOCKPORT_A_PORT_PORT]);
	return err ? : parse_program(asking, attrs[SOCKPORT_A_PORT_FILTER]);
}

static int socket_tuple(struct sockport_asking *asking, struct nlattr **attrs)
{
	int err;

	err = narrow(asking, SOCKPORT_CONDITION_PROTOCOL,
		     attrs[SOCKPORT_A_SOCKET_PROTOCOL]);
	if (!err)
		err = exact_port(asking, SOCKPORT_CONDITION_LOCAL_PORT,
				 attrs[SOCKPORT_A_SOCKET_LOCAL_PORT]);
	if (!err)
		err = exact_port(asking, SOCKPORT_CONDITION_REMOTE_PORT,
				 attrs[SOCKPORT_A_SOCKET_REMOTE_PORT]);
	if (!err)
		err = exact_address(asking, SOCKPORT_CONDITION_LOCAL_ADDRESS,
				    attrs[SOCKPORT_A_SOCKET_LOCAL_ADDRESS]);
	if (!err)
		err = exact_address(asking, SOCKPORT_CONDITION_REMOTE_ADDRESS,
				    attrs[SOCKPORT_A_SOCKET_REMOTE_ADDRESS]);
	return err;
}

static int socket_rest(struct sockport_asking *asking, struct nlattr **attrs)
{
	int err;

	err = exact_ifindex(asking, attrs[SOCKPORT_A_SOCKET_IFINDEX]);
	if (!err)
		err = exact_cookie(asking, attrs[SOCKPORT_A_SOCKET_COOKIE]);
	if (!err)
		err = exact_family(asking, attrs[SOCKPORT_A_SOCKET_FAMILY]);
	return err;
}

/**
 * sockport_request_sockets - what a request for sockets asks for
 * @asking: filter to fill
 * @attrs: attributes of the request, checked against the policy, or NULL
 *
 * Context: process context, may sleep.
 *
 * Return: 0, or a negative errno with a message in @asking->extack.
 */
int sockport_request_sockets(struct sockport_asking *asking,
			     struct nlattr **attrs)
{
	int err;

	if (!attrs)
		return 0;
	err = request_begin(asking, ~0U);
	if (!err)
		err = sockport_request_filter(asking, attrs[SOCKPORT_A_SOCKET_FILTER]);
	if (!err)
		err = socket_tuple(asking, attrs);
	if (!err)
		err = socket_rest(asking, attrs);
	return err ? : parse_program(asking, attrs[SOCKPORT_A_SOCKET_FILTER]);
}

/**
 * sockport_request_events - what events are asked for, or connections that ended
 * @asking: filter to fill
 * @nest: attributes of the filter, checked against the policy
 *
 * Context: process context, may sleep.
 *
 * Return: 0, or a negative errno with a message in @asking->extack.
 */
int sockport_request_events(struct sockport_asking *asking,
			    const struct nlattr *nest)
{
	int err;

	err = request_begin(asking, OF_EVENTS);
	if (!err)
		err = sockport_request_filter(asking, nest);
	if (!err && asking->filter->pids) {
		NL_SET_ERR_MSG_ATTR(asking->extack, nest,
				    "processes can be asked for of sockets");
		err = -EOPNOTSUPP;
	}
	return err ? : parse_program(asking, nest);
}
