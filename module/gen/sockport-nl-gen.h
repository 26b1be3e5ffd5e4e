/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	module/sockport.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_SOCKPORT_GEN_H
#define _LINUX_SOCKPORT_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/sockport.h>

/* Common nested types */
extern const struct nla_policy sockport_filter_nl_policy[SOCKPORT_A_FILTER_STEP + 1];
extern const struct nla_policy sockport_prefix_nl_policy[SOCKPORT_A_PREFIX_LENGTH + 1];
extern const struct nla_policy sockport_range_nl_policy[SOCKPORT_A_RANGE_LAST + 1];
extern const struct nla_policy sockport_step_nl_policy[SOCKPORT_A_STEP_LENGTH + 1];

int sockport_nl_port_get_doit(struct sk_buff *skb, struct genl_info *info);
int sockport_nl_port_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int sockport_nl_socket_get_doit(struct sk_buff *skb, struct genl_info *info);
int sockport_nl_socket_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb);
int sockport_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info);
int sockport_nl_closed_door_get_dumpit(struct sk_buff *skb,
				       struct netlink_callback *cb);
int sockport_nl_history_reset_doit(struct sk_buff *skb, struct genl_info *info);
int sockport_nl_event_listen_doit(struct sk_buff *skb, struct genl_info *info);
int sockport_nl_closed_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb);
int sockport_nl_program_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb);

enum {
	SOCKPORT_NLGRP_EVENTS,
};

extern const struct nla_policy sockport_port_get_nl_policy[SOCKPORT_A_PORT_NETNS_ALL + 1];
extern const struct nla_policy sockport_socket_get_nl_policy[SOCKPORT_A_SOCKET_NETNS_ALL + 1];
extern const struct nla_policy sockport_closed_door_get_nl_policy[SOCKPORT_A_CLOSED_DOOR_NETNS_ALL + 1];
extern const struct nla_policy sockport_event_listen_nl_policy[SOCKPORT_A_EVENT_NETNS_ALL + 1];
extern const struct nla_policy sockport_closed_get_nl_policy[SOCKPORT_A_EVENT_NETNS_ALL + 1];
extern const struct nla_policy sockport_program_get_nl_policy[SOCKPORT_A_PROGRAM_NETNS_ALL + 1];

#endif /* _LINUX_SOCKPORT_GEN_H */
