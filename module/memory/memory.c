// SPDX-License-Identifier: GPL-2.0
/*
 * memory.c - what all readers together can make the module allocate
 *
 * Each allocation is the user's whose credentials made it, and no user may hold
 * more than what is left free for others: one alone gets half, and whoever comes
 * later still gets a part.
 *
 * One person has as many uids as a user namespace maps, so all of that namespace
 * and of those below it is the user's who made it. Root makes them for others,
 * who are no one person, and so are the roots of containers that have none: each
 * such namespace is a user.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/hashtable.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/user_namespace.h>
#include <net/net_namespace.h>

#include "memory/memory.h"
#include "net.h"

static unsigned int max_memory = 128;
module_param(max_memory, uint, 0644);
MODULE_PARM_DESC(max_memory,
		 "most memory that all readers hold together, in MiB, one user at most half of it; those with CAP_SYS_RESOURCE may go beyond");

/**
 * struct sockport_user - who holds memory
 * @node: in the hash table
 * @uid: the user
 * @inum: the namespace, of users that are told apart by it, or 0
 * @held: bytes, never 0; who holds nothing is forgotten
 */
struct sockport_user {
	struct hlist_node	node;
	kuid_t			uid;
	u32			inum;
	u64			held;
};

/**
 * struct allocation - what stands before memory of sockport_alloc()
 * @user: who holds it
 */
struct allocation {
	struct sockport_user	*user;
} __aligned(2 * sizeof(u64));

static DEFINE_HASHTABLE(users, 10);
static u64 held; /* by all users but the privileged one */
static DEFINE_SPINLOCK(users_lock); /* @users, their bytes and @held */

/* Who may go beyond the limits takes nothing from others. */
static struct sockport_user privileged;

/* Whose is what this task allocates for a reader in @net? */
static struct sockport_user payer(const struct net *net)
{
	const struct user_namespace *ns = current_user_ns();
	struct sockport_user user = { .uid = current_uid() };

	if (ns == &init_user_ns) {
		if (uid_eq(user.uid, GLOBAL_ROOT_UID))
			user.inum = net->ns.inum;
		return user;
	}
	while (ns->parent != &init_user_ns)
		ns = ns->parent;
	user.uid = ns->owner;
	if (uid_eq(user.uid, GLOBAL_ROOT_UID))
		user.inum = ns->ns.inum;
	return user;
}

static u32 key_of(const struct sockport_user *user)
{
	return __kuid_val(user->uid) ^ user->inum;
}

/* users_lock held. The user, made when there is none, or NULL. */
static struct sockport_user *user_get(const struct sockport_user *like)
{
	struct sockport_user *user;

	hash_for_each_possible(users, user, node, key_of(like))
		if (uid_eq(user->uid, like->uid) && user->inum == like->inum)
			return user;
	user = kmemdup(like, sizeof(*like),
		       GFP_ATOMIC | __GFP_NOWARN | __GFP_ACCOUNT);
	if (user)
		hash_add(users, &user->node, key_of(user));
	return user;
}

/* users_lock held. */
static void user_put(struct sockport_user *user)
{
	if (user->held)
		return;
	hash_del(&user->node);
	kfree(user);
}

/* users_lock held. */
static bool fits(const struct sockport_user *user, size_t size)
{
	const u64 limit = (u64)READ_ONCE(max_memory) << 20;
	const u64 all = held + size;

	return all <= limit && user->held + size <= limit - all;
}

static struct sockport_user *charge_user(const struct net *net, size_t size)
{
	const struct sockport_user like = payer(net);
	struct sockport_user *user;

	spin_lock(&users_lock);
	user = user_get(&like);
	if (user && fits(user, size)) {
		user->held += size;
		held += size;
	} else if (user) {
		user_put(user);
		user = NULL;
	}
	spin_unlock(&users_lock);
	return user;
}

/**
 * sockport_charge - account for memory that a reader is about to hold
 * @net: namespace whose account it goes to
 * @size: bytes, not 0
 *
 * It goes to the user with the credentials that the task has at the moment, too.
 *
 * Context: process context.
 *
 * Return: who holds it, for sockport_uncharge(); NULL when the module's readers,
 * or those of this user, hold as much as they may.
 */
struct sockport_user *sockport_charge(struct net *net, size_t size)
{
	struct sockport_user *user = charge_user(net, size);

	if (!user) {
		if (!ns_capable_noaudit(&init_user_ns, CAP_SYS_RESOURCE))
			return NULL;
		user = &privileged;
	}
	atomic64_add(size, &sockport_stats(net)->memory);
	return user;
}

/**
 * sockport_uncharge - memory of a reader is free again
 * @net: namespace of sockport_charge()
 * @user: what it returned
 * @size: size of then
 *
 * Context: process context, of whomever.
 */
void sockport_uncharge(struct net *net, struct sockport_user *user,
		       size_t size)
{
	atomic64_sub(size, &sockport_stats(net)->memory);
	if (user == &privileged)
		return;
	spin_lock(&users_lock);
	held -= size;
	user->held -= size;
	user_put(user);
	spin_unlock(&users_lock);
}

/**
 * sockport_alloc - allocate zeroed memory for a reader
 * @net: namespace whose account it goes to
 * @size: bytes
 *
 * It is charged to the reader's memory cgroup too.
 *
 * Context: process context, may sleep.
 *
 * Return: the memory, or NULL when there is none, or the module's readers, or
 * those of this user, hold as much as they may.
 */
void *sockport_alloc(struct net *net, size_t size)
{
	struct allocation *memory;
	struct sockport_user *user;

	/* More would be worth a warning to kvmalloc(). */
	if (size > INT_MAX - sizeof(*memory))
		return NULL;
	size += sizeof(*memory);
	user = sockport_charge(net, size);
	if (!user)
		return NULL;
	/* Any user could fill the log. */
	memory = kvzalloc(size, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!memory) {
		sockport_uncharge(net, user, size);
		return NULL;
	}
	memory->user = user;
	return memory + 1;
}

/**
 * sockport_free - free memory of a reader
 * @net: namespace of sockport_alloc()
 * @memory: what it returned, may be NULL
 * @size: size of then
 *
 * Context: process context, may sleep.
 */
void sockport_free(struct net *net, void *memory, size_t size)
{
	struct allocation *allocation = memory;
	struct sockport_user *user;

	if (!memory)
		return;
	user = (--allocation)->user;
	kvfree(allocation);
	sockport_uncharge(net, user, size + sizeof(*allocation));
}
