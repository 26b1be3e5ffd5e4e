/* SPDX-License-Identifier: GPL-2.0 */
#ifndef REQUEST_H
#define REQUEST_H

#include <linux/netlink.h>

#include "select/filter.h"

/* Bytes of the largest request: all lists of a filter are full, and its program is long. */
#define REQUEST_MAX	32768

struct nlmsghdr *request_start(void *buffer, uint16_t type, uint16_t flags, uint8_t command,
			       uint8_t version);
void request_put_filter(struct nlmsghdr *request, uint16_t type, const struct filter *filter);
void request_put_plan(struct nlmsghdr *request, uint16_t type,
		      const struct expression_plan *plan);

#endif
