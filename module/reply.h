/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_REPLY_H
#define SOCKPORT_REPLY_H

#include <linux/types.h>

struct sk_buff;
struct sockport_port;
struct sockport_record;
struct sockport_stats;
struct tcp_info;
struct user_namespace;

int sockport_reply_port(struct sk_buff *skb, const struct sockport_port *port,
			struct user_namespace *user_ns);
int sockport_reply_socket(struct sk_buff *skb,
			  const struct sockport_record *rec,
			  const struct tcp_info *info,
			  struct user_namespace *user_ns, bool net_admin);
int sockport_reply_stats(struct sk_buff *skb, struct sockport_stats *stats);

#endif /* SOCKPORT_REPLY_H */
