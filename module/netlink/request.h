/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_REQUEST_H
#define SOCKPORT_REQUEST_H

#include <linux/types.h>

struct netlink_ext_ack;
struct nlattr;
struct sockport_filter;
struct user_namespace;

int sockport_request_ports(struct sockport_filter *filter,
			   struct nlattr **attrs,
			   struct user_namespace *user_ns,
			   struct netlink_ext_ack *extack);
int sockport_request_sockets(struct sockport_filter *filter,
			     struct nlattr **attrs,
			     struct user_namespace *user_ns,
			     struct netlink_ext_ack *extack);

#endif /* SOCKPORT_REQUEST_H */
