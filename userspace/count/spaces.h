/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SPACES_H
#define SPACES_H

#include "count/destinations.h"
#include "count/hash.h"
#include "count/pools.h"
#include "host/counters.h"
#include "host/limit.h"
#include "kernel/rows.h"

struct names;

/**
 * struct space - a network namespace; an item of a hash
 * @netns: its inode, 0 for the one that was asked about
 * @file: descriptor of it, -1 where it is not needed
 * @is_seen: its settings and counters could be read
 * @before: counters when they were read first
 * @after: and when they were again
 * @limits: what is used of them, when they were read last
 * @tcp_syncookies: net.ipv4.tcp_syncookies
 * @tcp_max_syn_backlog: net.ipv4.tcp_max_syn_backlog
 * @has_range: @destinations has a range
 * @available: how many ports that has
 * @destinations: who uses local ports
 * @pools: local ports by address, or NULL
 */
struct space {
	uint32_t netns;
	int file;
	bool is_seen;
	struct counters before;
	struct counters after;
	struct limit limits[LIMITS_READ];
	uint64_t tcp_syncookies;
	uint64_t tcp_max_syn_backlog;
	bool has_range;
	uint32_t available;
	struct destinations destinations;
	struct pools *pools;
};

/**
 * struct spaces - those that are looked at; zeroed before use
 * @hash: of struct space
 * @names: know the one that is asked about
 * @home: descriptor of our own, or -1
 * @all: all are looked at, not only that one
 */
struct spaces {
	struct hash hash;
	struct names *names;
	int home;
	bool all;
};

struct space *spaces_get(struct spaces *spaces, uint32_t netns);
struct space *spaces_at(const struct spaces *spaces, size_t i);
bool spaces_read(struct spaces *spaces, struct names *names, bool all);
void spaces_read_again(struct spaces *spaces);
bool spaces_add_socket(struct spaces *spaces, const struct socket_row *row);
void spaces_free(struct spaces *spaces);

#endif
