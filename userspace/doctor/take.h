/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TAKE_H
#define TAKE_H

#include "doctor/look.h"

/* For the files that take a look, each its part of it. */

/* Of what is stuck, so many addresses are looked at closely. */
#define STUCK_REMOTES	FILTER_VALUES

void *array_add(struct look *look, struct array *array, size_t size);
int look_no_memory(struct look *look);

/* take-ports.c */
int take_ports(struct look *look);
int take_ports_again(struct look *look);

/* take-watched.c */
int take_watched(struct look *look);
int take_suspects(struct look *look);
void take_watched_free(struct look *look);

/* take-sockets.c */
int take_sockets(struct look *look);

/* take-stuck.c */
bool take_stuck_candidate(struct look *look, const struct socket_row *row);
int take_stuck(struct look *look);
void take_stuck_free(struct look *look);

/* take-lazy.c */
int take_lazy(struct look *look);

/* take-past.c */
int take_past(struct look *look);

/**
 * take_netns - which network namespace something is in
 * @look: the look
 * @known: the kernel has said
 * @netns: the inode
 *
 * Return: the inode where all are looked at, else 0.
 */
static inline uint32_t take_netns(const struct look *look, bool known, uint32_t netns)
{
	return look->how.all_netns && known ? netns : 0;
}

/**
 * take_netns_of - which network namespace a socket is in
 * @look: the look
 * @row: the socket
 *
 * Return: as take_netns().
 */
static inline uint32_t take_netns_of(const struct look *look, const struct socket_row *row)
{
	return take_netns(look, row_knows(row, SOCKPORT_A_SOCKET_NETNS), row->netns);
}

#endif
