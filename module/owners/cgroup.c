// SPDX-License-Identifier: GPL-2.0
/*
 * From the id of a cgroup to its path
 *
 * Many sockets have few cgroups, so the paths of some are kept.
 */
#include <linux/cgroup.h>
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/kernfs.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/nsproxy.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "memory/memory.h"
#include "owners/cgroup.h"
#include "owners/cgroup-past.h"

/**
 * sockport_cgroups_init - begin with no paths
 * @cgroups: paths
 * @net: namespace whose account they go to, kept alive by the caller
 */
void sockport_cgroups_init(struct sockport_cgroups *cgroups, struct net *net)
{
	memset(cgroups, 0, sizeof(*cgroups));
	cgroups->net = net;
}

/**
 * sockport_cgroups_exit - free all paths
 * @cgroups: paths
 *
 * Context: process context, may sleep.
 */
void sockport_cgroups_exit(struct sockport_cgroups *cgroups)
{
	unsigned int i;

	for (i = 0; i < SOCKPORT_CGROUPS; i++)
		sockport_free(cgroups->net, cgroups->at[i].path,
			      cgroups->at[i].size);
}

#ifdef CONFIG_CGROUPS
/*
 * Likewise of one that is gone. What is outside of the namespace has no path in
 * it. The namespace keeps its root.
 */
static bool look_back(u64 id, char *path)
{
	const struct cgroup_namespace *ns = current->nsproxy->cgroup_ns;
	char past[SOCKPORT_CGROUP_PAST];
	size_t len;

	if (!sockport_cgroup_past(id, past) ||
	    kernfs_path(ns->root_cset->dfl_cgrp->kn, path, PATH_MAX) < 0)
		return false;
	/* That of the initial one is "/". */
	len = path[1] ? strlen(path) : 0;
	if (strncmp(past, path, len) || past[len] != '/')
		return false;
	strscpy(path, past + len, PATH_MAX);
	return true;
}

/* As seen from the cgroup namespace of who reads now. */
static bool look_up(u64 id, char *path)
{
	struct cgroup *cgrp;
	int len;

	cgrp = cgroup_get_from_id(id);
	if (IS_ERR(cgrp))
		return look_back(id, path);
	len = cgroup_path_ns(cgrp, path, PATH_MAX,
			     current->nsproxy->cgroup_ns);
	cgroup_put(cgrp);
	return len >= 0 && len < PATH_MAX;
}
#else
static bool look_up(u64 id, char *path)
{
	return false;
}
#endif

/* Returns 0 also when there is no path, which is NULL then. */
static int path_of(struct sockport_cgroups *cgroups, u64 id, char **copy,
		   size_t *size)
{
	char *path;
	int err = 0;

	*copy = NULL;
	path = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!path)
		return -ENOMEM;
	if (look_up(id, path)) {
		*size = strlen(path) + 1;
		*copy = sockport_alloc(cgroups->net, *size);
		if (*copy)
			memcpy(*copy, path, *size);
		else
			err = -ENOMEM;
	}
	kfree(path);
	return err;
}

/**
 * sockport_cgroup_path - the path of a cgroup
 * @cgroups: paths found before
 * @id: id of a cgroup of the unified hierarchy
 *
 * Context: process context of who reads, may sleep.
 *
 * Return: the path until the next call, or NULL when the cgroup is gone or
 * lies outside of the reader's cgroup namespace; or when there is no memory for
 * it, and then @cgroups->failed says so.
 */
const char *sockport_cgroup_path(struct sockport_cgroups *cgroups, u64 id)
{
	unsigned int slot = hash_64(id, ilog2(SOCKPORT_CGROUPS));
	int err;

	if (cgroups->at[slot].id != id) {
		sockport_free(cgroups->net, cgroups->at[slot].path,
			      cgroups->at[slot].size);
		err = path_of(cgroups, id, &cgroups->at[slot].path,
			      &cgroups->at[slot].size);
		cgroups->at[slot].id = err ? 0 : id;
		if (err)
			cgroups->failed = true;
	}
	return cgroups->at[slot].path;
}
