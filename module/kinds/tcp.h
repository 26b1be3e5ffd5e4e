/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_TCP_H
#define SOCKPORT_TCP_H

#include <linux/bitmap.h>
#include <linux/types.h>

#include "walk/walk.h"

struct sock;

#define SOCKPORT_TCP_PORTS	65536

/**
 * struct sockport_tcp - what is known of the local ports of one namespace
 * @bound: ports that bind() opened, or listen(), as sockport_roles_bind() has
 *	it of one of their bind buckets at least
 */
struct sockport_tcp {
	DECLARE_BITMAP(bound, SOCKPORT_TCP_PORTS);
};

/**
 * sockport_tcp_state - what is known of a namespace's ports
 * @walk: walk of a kind that keeps an array of it, one for each namespace
 * @space: namespace
 *
 * Return: its element.
 */
static inline struct sockport_tcp *
sockport_tcp_state(const struct sockport_walk *walk,
		   const struct sockport_space *space)
{
	return (struct sockport_tcp *)walk->state + space->index;
}

void sockport_tcp_note_bound(struct sockport_walk *walk,
			     struct sockport_tcp *ports);
int sockport_tcp_bound(struct sockport_walk *walk);
int sockport_tcp_listeners(struct sockport_walk *walk,
			   bool (*take)(struct sockport_walk *walk,
					struct sock *sk));
bool sockport_tcp_has_queue(const struct sockport_walk *walk,
			    const struct sock *sk);
void sockport_tcp_ask_queue(struct sockport_walk *walk,
			    const struct sockport_record *rec, struct sock *sk);
bool sockport_tcp_take(struct sockport_walk *walk, struct sock *sk);

#endif /* SOCKPORT_TCP_H */
