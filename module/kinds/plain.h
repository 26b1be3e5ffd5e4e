/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_PLAIN_H
#define SOCKPORT_PLAIN_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

struct sock;
struct sockport_record;
struct sockport_walk;

bool sockport_plain_keep(struct sockport_walk *walk,
			 struct sockport_record *rec, struct sock *sk);
void sockport_plain_queues(struct sockport_walk *walk,
			   struct sockport_record *rec, const struct sock *sk);
int sockport_plain_list(struct sockport_walk *walk, struct mutex *lock,
			struct hlist_head *list,
			void (*take)(struct sockport_walk *walk,
				     struct sockport_record *rec,
				     struct sock *sk));

#endif /* SOCKPORT_PLAIN_H */
