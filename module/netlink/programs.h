/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_PROGRAMS_H
#define SOCKPORT_PROGRAMS_H

struct netlink_callback;

int sockport_programs_start(struct netlink_callback *cb);
int sockport_programs_done(struct netlink_callback *cb);

#endif /* SOCKPORT_PROGRAMS_H */
