/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_CLOSED_H
#define SOCKPORT_CLOSED_H

struct netlink_callback;

/* Of the dump of connections that ended, which begins and ends with these. */
int sockport_closed_start(struct netlink_callback *cb);
int sockport_closed_done(struct netlink_callback *cb);

#endif /* SOCKPORT_CLOSED_H */
