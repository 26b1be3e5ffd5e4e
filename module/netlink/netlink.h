/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_NETLINK_H
#define SOCKPORT_NETLINK_H

struct genl_family;

extern struct genl_family sockport_family;

int sockport_netlink_init(void);
void sockport_netlink_exit(void);

#endif /* SOCKPORT_NETLINK_H */
