/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RECORD_MESSAGE_H
#define RECORD_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/netlink.h>

uint64_t message_number(const struct nlmsghdr *message, uint16_t type);
const char *message_text(const struct nlmsghdr *message, uint16_t type);
char *message_line(const struct nlmsghdr *message, uint16_t type);

#endif
