// SPDX-License-Identifier: GPL-2.0
/* A filter becomes attributes. */
#include "kernel/request.h"

#include <libmnl/libmnl.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/genetlink.h>
#include <linux/sockport.h>

/**
 * request_start - begin a request
 * @buffer: REQUEST_MAX bytes
 * @type: id of the generic netlink family
 * @flags: NLM_F_* beside NLM_F_REQUEST
 * @command: of the family
 * @version: of the family
 *
 * Return: the message, to which attributes can be added.
 */
struct nlmsghdr *request_start(void *buffer, uint16_t type, uint16_t flags, uint8_t command,
			       uint8_t version)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *header;

	request->nlmsg_type = type;
	request->nlmsg_flags = NLM_F_REQUEST | flags;
	header = mnl_nlmsg_put_extra_header(request, sizeof(*header));
	header->cmd = command;
	header->version = version;
	return request;
}

static void put_bytes(struct nlmsghdr *request, uint16_t type, const uint8_t *list,
		      unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		mnl_attr_put_u8(request, type, list[i]);
}

static void put_ranges(struct nlmsghdr *request, uint16_t type, const struct port_range *list,
		       unsigned int count)
{
	struct nlattr *nest;
	unsigned int i;

	for (i = 0; i < count; i++) {
		nest = mnl_attr_nest_start(request, type);
		mnl_attr_put_u32(request, SOCKPORT_A_RANGE_FIRST, list[i].first);
		mnl_attr_put_u32(request, SOCKPORT_A_RANGE_LAST, list[i].last);
		mnl_attr_nest_end(request, nest);
	}
}

static void put_prefixes(struct nlmsghdr *request, uint16_t type, const struct prefix *list,
			 unsigned int count)
{
	struct nlattr *nest;
	unsigned int i;

	for (i = 0; i < count; i++) {
		nest = mnl_attr_nest_start(request, type);
		mnl_attr_put(request, SOCKPORT_A_PREFIX_ADDRESS,
			     list[i].family == AF_INET ? 4 : 16, list[i].address);
		mnl_attr_put_u8(request, SOCKPORT_A_PREFIX_LENGTH, list[i].length);
		mnl_attr_nest_end(request, nest);
	}
}

static void put_numbers(struct nlmsghdr *request, uint16_t type, const uint32_t *list,
			unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		mnl_attr_put_u32(request, type, list[i]);
}

static void put_operands(struct nlmsghdr *request, const struct expression *test)
{
	switch (test->condition) {
	case SOCKPORT_CONDITION_PROTOCOL:
	case SOCKPORT_CONDITION_ROLE:
	case SOCKPORT_CONDITION_STATE:
		mnl_attr_put_u32(request, SOCKPORT_A_STEP_MASK, test->mask);
		break;
	case SOCKPORT_CONDITION_MARK:
		mnl_attr_put_u32(request, SOCKPORT_A_STEP_MASK, test->mask);
		mnl_attr_put_u32(request, SOCKPORT_A_STEP_VALUE, test->first);
		break;
	case SOCKPORT_CONDITION_PORT:
	case SOCKPORT_CONDITION_LOCAL_PORT:
	case SOCKPORT_CONDITION_REMOTE_PORT:
		mnl_attr_put_u32(request, SOCKPORT_A_STEP_VALUE, test->first);
		mnl_attr_put_u32(request, SOCKPORT_A_STEP_LAST, test->last);
		break;
	case SOCKPORT_CONDITION_LOCAL_ADDRESS:
	case SOCKPORT_CONDITION_REMOTE_ADDRESS:
		mnl_attr_put(request, SOCKPORT_A_STEP_ADDRESS,
			     test->prefix.family == AF_INET ? 4 : 16, test->prefix.address);
		mnl_attr_put_u8(request, SOCKPORT_A_STEP_LENGTH, test->prefix.length);
		break;
	case SOCKPORT_CONDITION_CGROUP:
	case SOCKPORT_CONDITION_INODE:
	case SOCKPORT_CONDITION_COOKIE:
	case SOCKPORT_CONDITION_AGE:
	case SOCKPORT_CONDITION_STATE_AGE:
		mnl_attr_put_u64(request, SOCKPORT_A_STEP_NUMBER, test->number);
		break;
	case SOCKPORT_CONDITION_AUTOBOUND:
		break;
	default:
		mnl_attr_put_u32(request, SOCKPORT_A_STEP_VALUE, test->first);
	}
}

/* Who asks for ports of IPv4 wants those that it comes to, whatever the family of the socket. */
static bool asks_ipv4(const struct filter *filter)
{
	return filter->by_port && filter->families.count == 1 &&
	       filter->families.list[0] == AF_INET;
}

/* Where a step goes on, 0 for nowhere, with another number of steps before all. */
static void put_jump(struct nlmsghdr *request, uint16_t type, uint16_t to, uint16_t before)
{
	mnl_attr_put_u16(request, type, to ? to + before : 0);
}

static void put_ipv4(struct nlmsghdr *request)
{
	struct nlattr *nest = mnl_attr_nest_start(request, SOCKPORT_A_FILTER_STEP);

	mnl_attr_put_u8(request, SOCKPORT_A_STEP_CONDITION, SOCKPORT_CONDITION_IPV4);
	mnl_attr_nest_end(request, nest);
}

static void put_steps(struct nlmsghdr *request, const struct expression_plan *plan, uint16_t before)
{
	const struct expression_step *step;
	struct nlattr *nest;

	for (step = plan->step; step < plan->step + plan->steps; step++) {
		nest = mnl_attr_nest_start(request, SOCKPORT_A_FILTER_STEP);
		mnl_attr_put_u8(request, SOCKPORT_A_STEP_CONDITION, step->test->condition);
		put_jump(request, SOCKPORT_A_STEP_YES, step->yes, before);
		put_jump(request, SOCKPORT_A_STEP_NO, step->no, before);
		put_operands(request, step->test);
		mnl_attr_nest_end(request, nest);
	}
}

static void put_program(struct nlmsghdr *request, const struct filter *filter)
{
	const bool ipv4 = asks_ipv4(filter);

	if (ipv4)
		put_ipv4(request);
	if (!filter->plan)
		return;
	put_numbers(request, SOCKPORT_A_FILTER_PID, filter->plan->pid, filter->plan->pids);
	put_steps(request, filter->plan, ipv4);
}

/* Its length is that of the request before, until it ends. */
static void end_unless_empty(struct nlmsghdr *request, struct nlattr *nest)
{
	if (mnl_nlmsg_get_payload_tail(request) != mnl_attr_get_payload(nest))
		mnl_attr_nest_end(request, nest);
	else
		mnl_attr_nest_cancel(request, nest);
}

/**
 * request_put_filter - say which sockets are wanted
 * @request: from request_start()
 * @type: of the attribute that holds the filter
 * @filter: its @tcp_states hold for all protocols, see filter_split()
 */
void request_put_filter(struct nlmsghdr *request, uint16_t type, const struct filter *filter)
{
	struct nlattr *nest = mnl_attr_nest_start(request, type);

	put_bytes(request, SOCKPORT_A_FILTER_PROTOCOL, filter->protocols.list,
		  filter->protocols.count);
	if (!asks_ipv4(filter))
		put_bytes(request, SOCKPORT_A_FILTER_FAMILY, filter->families.list,
			  filter->families.count);
	put_bytes(request, SOCKPORT_A_FILTER_ROLE, filter->roles.list, filter->roles.count);
	if (filter->tcp_states)
		mnl_attr_put_u32(request, SOCKPORT_A_FILTER_STATES, filter->tcp_states);
	put_ranges(request, SOCKPORT_A_FILTER_PORT, filter->ports.list, filter->ports.count);
	put_ranges(request, SOCKPORT_A_FILTER_LOCAL_PORT, filter->local_ports.list,
		   filter->local_ports.count);
	put_ranges(request, SOCKPORT_A_FILTER_REMOTE_PORT, filter->remote_ports.list,
		   filter->remote_ports.count);
	put_prefixes(request, SOCKPORT_A_FILTER_LOCAL_ADDRESS, filter->locals.list,
		     filter->locals.count);
	put_prefixes(request, SOCKPORT_A_FILTER_REMOTE_ADDRESS, filter->remotes.list,
		     filter->remotes.count);
	put_numbers(request, SOCKPORT_A_FILTER_UID, filter->uids.list, filter->uids.count);
	put_numbers(request, SOCKPORT_A_FILTER_PID, filter->pids.list, filter->pids.count);
	put_program(request, filter);
	end_unless_empty(request, nest);
}

/**
 * request_put_plan - say which events are wanted
 * @request: from request_start()
 * @type: of the attribute that holds the filter
 * @plan: of an expression; the kernel is not told of processes, which it knows of sockets only
 */
void request_put_plan(struct nlmsghdr *request, uint16_t type, const struct expression_plan *plan)
{
	struct nlattr *nest = mnl_attr_nest_start(request, type);

	put_steps(request, plan, 0);
	end_unless_empty(request, nest);
}
