// SPDX-License-Identifier: GPL-2.0
/*
 * Paths of cgroups that may be gone when somebody asks
 *
 * A container or a service ends, and its cgroup with it: what its programs did is
 * kept longer. So a path is kept when a program gets a row. There is room for a
 * fixed number; who needs room takes it from others of the same kind of network
 * namespace, so that containers cannot make those of the host be forgotten.
 */
#include <linux/cgroup.h>
#include <linux/hash.h>
#include <linux/kernfs.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <net/sock.h>

#include "net.h"
#include "owners/cgroup-past.h"
#include "socket.h"

/* A cgroup has its place in one set, where it takes that of the oldest. */
#define SETS_BITS	8
#define SETS		(1 << SETS_BITS)
#define WAYS		4

/**
 * struct past - a cgroup
 * @id: its id, 0 for none
 * @path: as seen from the initial cgroup namespace
 */
struct past {
	u64	id;
	char	*path;
};

static struct {
	struct past	at[WAYS];
	u8		next;
} sets[SOCKPORT_POOLS][SETS];

/* Guards all of them. Taken in softirqs. */
static DEFINE_SPINLOCK(lock);

/* Lock held. */
static const struct past *find(unsigned int pool, u64 id)
{
	const struct past *at = sets[pool][hash_64(id, SETS_BITS)].at;
	unsigned int i;

	for (i = 0; i < WAYS; i++)
		if (at[i].id == id)
			return &at[i];
	return NULL;
}

static bool is_known(unsigned int pool, u64 id)
{
	bool known;

	spin_lock_bh(&lock);
	known = find(pool, id);
	spin_unlock_bh(&lock);
	return known;
}

/* Returns what has to be freed. */
static char *put(unsigned int pool, u64 id, char *path)
{
	struct past *at;
	char *old = path;
	u8 *next;

	spin_lock_bh(&lock);
	/* Somebody else may have been at it. */
	if (!find(pool, id)) {
		next = &sets[pool][hash_64(id, SETS_BITS)].next;
		at = &sets[pool][hash_64(id, SETS_BITS)].at[*next];
		*next = (*next + 1) % WAYS;
		old = at->path;
		at->path = path;
		at->id = id;
	}
	spin_unlock_bh(&lock);
	return old;
}

#ifdef CONFIG_SOCK_CGROUP_DATA
/* The cgroup is there as long as the socket. */
static char *path_of(const struct sock *sk)
{
	const struct cgroup *cgrp;
	char *path, *shorter;
	int len;

	cgrp = sock_cgroup_ptr((struct sock_cgroup_data *)&sk->sk_cgrp_data);
	/* A longer one comes cut off: by one byte more it is known. */
	path = kmalloc(SOCKPORT_CGROUP_PAST + 1, GFP_ATOMIC | __GFP_NOWARN);
	if (!path)
		return NULL;
	len = kernfs_path(cgrp->kn, path, SOCKPORT_CGROUP_PAST + 1);
	if (len < 0 || len >= SOCKPORT_CGROUP_PAST) {
		kfree(path);
		return NULL;
	}
	shorter = kstrdup(path, GFP_ATOMIC | __GFP_NOWARN);
	kfree(path);
	return shorter;
}
#else
static char *path_of(const struct sock *sk)
{
	return NULL;
}
#endif

/**
 * sockport_cgroup_remember - keep the path of a socket's cgroup
 * @sk: a full socket
 *
 * Where there is no memory it is not kept.
 *
 * Context: process or BH. No raw lock held.
 */
void sockport_cgroup_remember(const struct sock *sk)
{
	const unsigned int pool = sockport_net(sock_net(sk))->pool;
	const u64 id = sockport_cgroup_of(sk);
	char *path;

	if (!id || is_known(pool, id))
		return;
	path = path_of(sk);
	if (path)
		kfree(put(pool, id, path));
}

/**
 * sockport_cgroup_past - the path that a cgroup had
 * @id: its id
 * @path: where to put it, as seen from the initial cgroup namespace
 *
 * Context: any but hard interrupts.
 *
 * Return: false when it is not known (any more).
 */
bool sockport_cgroup_past(u64 id, char path[SOCKPORT_CGROUP_PAST])
{
	const struct past *past = NULL;
	unsigned int pool;

	spin_lock_bh(&lock);
	for (pool = 0; pool < SOCKPORT_POOLS && !past; pool++)
		past = find(pool, id);
	if (past)
		strscpy(path, past->path, SOCKPORT_CGROUP_PAST);
	spin_unlock_bh(&lock);
	return past;
}

/**
 * sockport_cgroups_forget - free all of them
 *
 * Context: process context. Nobody uses them any more.
 */
void sockport_cgroups_forget(void)
{
	unsigned int pool, set, way;

	for (pool = 0; pool < SOCKPORT_POOLS; pool++)
		for (set = 0; set < SETS; set++)
			for (way = 0; way < WAYS; way++)
				kfree(sets[pool][set].at[way].path);
}
