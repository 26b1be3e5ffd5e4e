/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_SOCKETS_H
#define SOCKPORT_SOCKETS_H

struct netlink_callback;

/* Of the dump of sockets, which begins and ends with these. */
int sockport_sockets_start(struct netlink_callback *cb);
int sockport_sockets_done(struct netlink_callback *cb);

#endif /* SOCKPORT_SOCKETS_H */
