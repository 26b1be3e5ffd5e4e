/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_REQUEST_H
#define SOCKPORT_REQUEST_H

#include <linux/types.h>

struct net;
struct netlink_ext_ack;
struct nlattr;
struct sockport_filter;
struct sockport_filter_ops;
struct sockport_reader;
struct sockport_step;

/**
 * struct sockport_asking - a filter on its way in
 * @filter: what it becomes
 * @account: namespace whose account it goes to
 * @reader: who asks
 * @ops: what the filter asks of others, NULL where it cannot
 * @conditions: mask of BIT(enum sockport_condition) that may be asked
 * @extack: where to say what is wrong, may be NULL
 */
struct sockport_asking {
	struct sockport_filter		*filter;
	struct net			*account;
	const struct sockport_reader	*reader;
	const struct sockport_filter_ops *ops;
	u32				conditions;
	struct netlink_ext_ack		*extack;
};

int sockport_request_ports(struct sockport_asking *asking,
			   struct nlattr **attrs);
int sockport_request_sockets(struct sockport_asking *asking,
			     struct nlattr **attrs);
int sockport_request_events(struct sockport_asking *asking,
			    const struct nlattr *nest);

/* Between the files that begin with request. */

struct sockport_step *sockport_request_step(struct sockport_asking *asking,
					    u8 condition,
					    const struct nlattr *attr);
int sockport_request_range(struct sockport_asking *asking,
			   struct sockport_step *step, u32 first, u32 last,
			   const struct nlattr *attr);
int sockport_request_prefix(struct sockport_asking *asking,
			    struct sockport_step *step,
			    const struct nlattr *address,
			    const struct nlattr *length);
int sockport_request_family(struct sockport_asking *asking,
			    struct sockport_step *step, u32 family,
			    const struct nlattr *attr);
int sockport_request_uid(struct sockport_asking *asking,
			 struct sockport_step *step, const struct nlattr *attr);
int sockport_request_filter(struct sockport_asking *asking,
			    const struct nlattr *nest);
int sockport_request_program(struct sockport_asking *asking,
			     const struct nlattr *nest);

#endif /* SOCKPORT_REQUEST_H */
