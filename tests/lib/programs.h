/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_PROGRAMS_H
#define TESTS_PROGRAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "history.h"

struct client;
struct nlmsghdr;

#define PROGRAM_NOBODY	UINT32_MAX

/**
 * struct account - what the module says of a program
 * @uid: PROGRAM_NOBODY when it does not say
 * @comm: "" when it does not say
 * @rest: of those that are not told
 */
struct account {
	uint32_t	netns;
	uint32_t	uid;
	char		comm[HISTORY_COMM];
	char		cgroup[512];
	bool		rest;
	struct history	history;
};

struct accounts {
	struct account	*account;
	size_t		count;
	size_t		room;
};

/* Of the own namespace, of one or of all; refused if client->error says so. */
struct accounts programs_dump(struct client *client, int netns);
/* For mnl_cb_t: data is struct accounts *. */
int programs_add(const struct nlmsghdr *nlh, void *data);
void programs_free(struct accounts *accounts);

/* The sum of those with a name, "" for those without, but for the rest. */
struct history programs_named(const struct accounts *accounts, const char *comm);
/* Of all. */
struct history programs_sum(const struct accounts *accounts);
/* Is what they sum to what the ports of the namespace do? Says what is not. */
bool programs_sum_to_ports(struct client *client);

#endif
