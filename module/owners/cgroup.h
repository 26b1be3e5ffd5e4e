/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_CGROUP_H
#define SOCKPORT_CGROUP_H

#include <linux/types.h>

struct net;

#define SOCKPORT_CGROUPS	64

/**
 * struct sockport_cgroups - paths of the cgroups that were met last
 * @net: namespace whose account it goes to
 * @at: each cgroup's id, path, and bytes of it; a path of NULL for one that is
 *	gone or not the reader's to see
 * @failed: there was no memory for a path
 */
struct sockport_cgroups {
	struct net	*net;
	struct {
		u64	id;
		char	*path;
		size_t	size;
	} at[SOCKPORT_CGROUPS];
	bool		failed;
};

void sockport_cgroups_init(struct sockport_cgroups *cgroups, struct net *net);
void sockport_cgroups_exit(struct sockport_cgroups *cgroups);
const char *sockport_cgroup_path(struct sockport_cgroups *cgroups, u64 id);

#endif /* SOCKPORT_CGROUP_H */
