/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETNS_H
#define NETNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "failure.h"

struct netns_name;

/**
 * struct netns_names - names of network namespaces; zeroed before use
 * @run_read: those of /run/netns and of process 1 are in @list
 * @proc_read: those of processes are, too
 * @own_read: @own has been asked for
 * @own: inode of our own, 0 if it is not known
 * @list: by inode
 * @count: of names
 * @room: for names
 */
struct netns_names {
	bool run_read;
	bool proc_read;
	bool own_read;
	uint32_t own;
	struct netns_name *list;
	size_t count;
	size_t room;
};

/* Where ip-netns(8) keeps names. */
#define NETNS_DIRECTORY	"/run/netns"

bool netns_path(const char *name, char *path, size_t size);
int netns_open_named(const char *name, int *netns, struct failure *failure);
bool netns_is_own(struct netns_names *names, uint32_t inode);
const char *netns_name(struct netns_names *names, uint32_t inode);
void netns_free(struct netns_names *names);

#endif
