/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DECODE_H
#define DECODE_H

#include <stdbool.h>
#include <linux/netlink.h>

#include "kernel/rows.h"

bool decode_port(const struct nlmsghdr *message, struct port_row *row);
bool decode_socket(const struct nlmsghdr *message, struct socket_row *row);
bool decode_stats(const struct nlmsghdr *message, struct stats_row *row);
bool decode_door(const struct nlmsghdr *message, struct door_row *row);
bool decode_program(const struct nlmsghdr *message, struct program_row *row);
bool decode_event(const struct nlmsghdr *message, struct event_row *row);
bool decode_family(const struct nlmsghdr *message, const char *name, uint16_t *id,
		   uint32_t *version, uint32_t *group);
const char *decode_extack(const struct nlmsghdr *message, size_t offset);

#endif
