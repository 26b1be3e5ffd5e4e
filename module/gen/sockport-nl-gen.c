// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	module/sockport.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "sockport-nl-gen.h"

#include <uapi/linux/sockport.h>

/* Common nested types */
const struct nla_policy sockport_filter_nl_policy[SOCKPORT_A_FILTER_STEP + 1] = {
	[SOCKPORT_A_FILTER_PROTOCOL] = NLA_POLICY_RANGE(NLA_U8, 1, 13),
	[SOCKPORT_A_FILTER_FAMILY] = { .type = NLA_U8, },
	[SOCKPORT_A_FILTER_ROLE] = NLA_POLICY_RANGE(NLA_U8, 1, 2),
	[SOCKPORT_A_FILTER_STATES] = NLA_POLICY_MASK(NLA_U32, 0xffe),
	[SOCKPORT_A_FILTER_PORT] = NLA_POLICY_NESTED(sockport_range_nl_policy),
	[SOCKPORT_A_FILTER_LOCAL_PORT] = NLA_POLICY_NESTED(sockport_range_nl_policy),
	[SOCKPORT_A_FILTER_REMOTE_PORT] = NLA_POLICY_NESTED(sockport_range_nl_policy),
	[SOCKPORT_A_FILTER_LOCAL_ADDRESS] = NLA_POLICY_NESTED(sockport_prefix_nl_policy),
	[SOCKPORT_A_FILTER_REMOTE_ADDRESS] = NLA_POLICY_NESTED(sockport_prefix_nl_policy),
	[SOCKPORT_A_FILTER_UID] = { .type = NLA_U32, },
	[SOCKPORT_A_FILTER_PID] = { .type = NLA_U32, },
	[SOCKPORT_A_FILTER_STEP] = NLA_POLICY_NESTED(sockport_step_nl_policy),
};

const struct nla_policy sockport_prefix_nl_policy[SOCKPORT_A_PREFIX_LENGTH + 1] = {
	[SOCKPORT_A_PREFIX_ADDRESS] = { .type = NLA_BINARY, },
	[SOCKPORT_A_PREFIX_LENGTH] = NLA_POLICY_MAX(NLA_U8, 128),
};

const struct nla_policy sockport_range_nl_policy[SOCKPORT_A_RANGE_LAST + 1] = {
	[SOCKPORT_A_RANGE_FIRST] = { .type = NLA_U32, },
	[SOCKPORT_A_RANGE_LAST] = { .type = NLA_U32, },
};

const struct nla_policy sockport_step_nl_policy[SOCKPORT_A_STEP_LENGTH + 1] = {
	[SOCKPORT_A_STEP_CONDITION] = NLA_POLICY_RANGE(NLA_U8, 1, 19),
	[SOCKPORT_A_STEP_YES] = { .type = NLA_U16, },
	[SOCKPORT_A_STEP_NO] = { .type = NLA_U16, },
	[SOCKPORT_A_STEP_MASK] = { .type = NLA_U32, },
	[SOCKPORT_A_STEP_VALUE] = { .type = NLA_U32, },
	[SOCKPORT_A_STEP_LAST] = { .type = NLA_U32, },
	[SOCKPORT_A_STEP_NUMBER] = { .type = NLA_U64, },
	[SOCKPORT_A_STEP_ADDRESS] = { .type = NLA_BINARY, },
	[SOCKPORT_A_STEP_LENGTH] = NLA_POLICY_MAX(NLA_U8, 128),
};

/* SOCKPORT_CMD_PORT_GET - do */
const struct nla_policy sockport_port_get_nl_policy[SOCKPORT_A_PORT_NETNS_ALL + 1] = {
	[SOCKPORT_A_PORT_FILTER] = NLA_POLICY_NESTED(sockport_filter_nl_policy),
	[SOCKPORT_A_PORT_PROTOCOL] = NLA_POLICY_RANGE(NLA_U8, 1, 13),
	[SOCKPORT_A_PORT_ROLE] = NLA_POLICY_RANGE(NLA_U8, 1, 2),
	[SOCKPORT_A_PORT_PORT] = { .type = NLA_U32, },
	[SOCKPORT_A_PORT_WANT] = NLA_POLICY_MASK(NLA_U32, 0x3ffff),
	[SOCKPORT_A_PORT_NETNS_FD] = { .type = NLA_U32, },
	[SOCKPORT_A_PORT_NETNS_ALL] = { .type = NLA_FLAG, },
};

/* SOCKPORT_CMD_SOCKET_GET - do */
const struct nla_policy sockport_socket_get_nl_policy[SOCKPORT_A_SOCKET_NETNS_ALL + 1] = {
	[SOCKPORT_A_SOCKET_FILTER] = NLA_POLICY_NESTED(sockport_filter_nl_policy),
	[SOCKPORT_A_SOCKET_WANT] = NLA_POLICY_MASK(NLA_U32, 0x3ffff),
	[SOCKPORT_A_SOCKET_PROTOCOL] = NLA_POLICY_RANGE(NLA_U8, 1, 13),
	[SOCKPORT_A_SOCKET_FAMILY] = { .type = NLA_U8, },
	[SOCKPORT_A_SOCKET_LOCAL_ADDRESS] = { .type = NLA_BINARY, },
	[SOCKPORT_A_SOCKET_LOCAL_PORT] = { .type = NLA_U32, },
	[SOCKPORT_A_SOCKET_REMOTE_ADDRESS] = { .type = NLA_BINARY, },
	[SOCKPORT_A_SOCKET_REMOTE_PORT] = { .type = NLA_U32, },
	[SOCKPORT_A_SOCKET_IFINDEX] = { .type = NLA_U32, },
	[SOCKPORT_A_SOCKET_COOKIE] = { .type = NLA_U64, },
	[SOCKPORT_A_SOCKET_NETNS_FD] = { .type = NLA_U32, },
	[SOCKPORT_A_SOCKET_NETNS_ALL] = { .type = NLA_FLAG, },
};

/* SOCKPORT_CMD_CLOSED_DOOR_GET - dump */
const struct nla_policy sockport_closed_door_get_nl_policy[SOCKPORT_A_CLOSED_DOOR_NETNS_ALL + 1] = {
	[SOCKPORT_A_CLOSED_DOOR_NETNS_FD] = { .type = NLA_U32, },
	[SOCKPORT_A_CLOSED_DOOR_NETNS_ALL] = { .type = NLA_FLAG, },
};

/* SOCKPORT_CMD_EVENT_LISTEN - do */
const struct nla_policy sockport_event_listen_nl_policy[SOCKPORT_A_EVENT_NETNS_ALL + 1] = {
	[SOCKPORT_A_EVENT_FILTER] = NLA_POLICY_NESTED(sockport_filter_nl_policy),
	[SOCKPORT_A_EVENT_NETNS_ALL] = { .type = NLA_FLAG, },
};

/* SOCKPORT_CMD_CLOSED_GET - dump */
const struct nla_policy sockport_closed_get_nl_policy[SOCKPORT_A_EVENT_NETNS_ALL + 1] = {
	[SOCKPORT_A_EVENT_FILTER] = NLA_POLICY_NESTED(sockport_filter_nl_policy),
	[SOCKPORT_A_EVENT_NETNS_FD] = { .type = NLA_U32, },
	[SOCKPORT_A_EVENT_NETNS_ALL] = { .type = NLA_FLAG, },
};

/* SOCKPORT_CMD_PROGRAM_GET - dump */
const struct nla_policy sockport_program_get_nl_policy[SOCKPORT_A_PROGRAM_NETNS_ALL + 1] = {
	[SOCKPORT_A_PROGRAM_NETNS_FD] = { .type = NLA_U32, },
	[SOCKPORT_A_PROGRAM_NETNS_ALL] = { .type = NLA_FLAG, },
};

