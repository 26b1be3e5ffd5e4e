// SPDX-License-Identifier: GPL-2.0
/*
 * The network namespaces that a walk covers: one, or all there are
 */
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/rtnetlink.h>
#include <linux/rwsem.h>
#include <net/net_namespace.h>

#include "memory/memory.h"
#include "walk/scope.h"

/* Namespaces that there is room for at first, and that one hold looks at. */
#define SPACES_FIRST	32
#define SPACES_ONCE	64

static size_t spaces_bytes(unsigned int count)
{
	return array_size(count, sizeof(struct sockport_space));
}

static size_t slots_bytes(const struct sockport_scope *scope)
{
	return array_size(BIT(scope->slot_bits), sizeof(u32));
}

static void space_init(struct sockport_scope *scope, struct net *net)
{
	struct sockport_space *space = &scope->space[scope->count];

	space->net = net;
	space->inode = net->ns.inum;
	space->index = scope->count++;
}

/**
 * sockport_scope_one - cover one namespace
 * @scope: scope
 * @account: namespace whose account pays
 * @net: the namespace covered; both are kept alive by the caller
 *
 * There is nothing to free, though sockport_scope_exit() may be called.
 */
void sockport_scope_one(struct sockport_scope *scope, struct net *account,
			struct net *net)
{
	memset(scope, 0, sizeof(*scope));
	scope->account = account;
	scope->space = &scope->only;
	scope->last = &scope->only;
	space_init(scope, net);
}

static struct net *net_after(struct net *net)
{
	return list_next_entry(net, list);
}

/*
 * Namespaces in the order of the kernel's list, some at a time: who makes a
 * namespace waits for the lock. The last one taken keeps the place, it stays in
 * the list while we have a reference. Returns 1 when there are more.
 */
static int take_spaces(struct sockport_scope *scope)
{
	struct net *net = scope->space[scope->count - 1].net;
	unsigned int n;
	int more = 1;

	down_read(&net_rwsem);
	for (n = 0; n < SPACES_ONCE || net != scope->space[scope->count - 1].net;
	     n++) {
		net = net_after(net);
		if (list_entry_is_head(net, &net_namespace_list, list)) {
			more = 0;
			break;
		}
		/* One that dies has no sockets of processes any more. */
		if (!maybe_get_net(net))
			continue;
		space_init(scope, net);
		if (scope->count == scope->room)
			break;
	}
	up_read(&net_rwsem);
	return more;
}

static int grow_spaces(struct sockport_scope *scope)
{
	unsigned int room = scope->room * 2;
	struct sockport_space *space;

	space = sockport_alloc(scope->account, spaces_bytes(room));
	if (!space)
		return -ENOMEM;
	memcpy(space, scope->space, spaces_bytes(scope->count));
	sockport_free(scope->account, scope->space, spaces_bytes(scope->room));
	scope->space = space;
	scope->last = space;
	scope->room = room;
	return 0;
}

static void put_spaces(struct sockport_scope *scope)
{
	while (scope->count)
		put_net(scope->space[--scope->count].net);
}

static unsigned int slot_of(const struct sockport_scope *scope,
			    const struct net *net)
{
	return hash_ptr(net, scope->slot_bits);
}

static int hash_spaces(struct sockport_scope *scope)
{
	unsigned int i, slot;

	scope->slot_bits = ilog2(scope->count) + 2;
	scope->slots = sockport_alloc(scope->account, slots_bytes(scope));
	if (!scope->slots)
		return -ENOMEM;
	for (i = 0; i < scope->count; i++) {
		slot = slot_of(scope, scope->space[i].net);
		while (scope->slots[slot])
			slot = (slot + 1) % BIT(scope->slot_bits);
		scope->slots[slot] = i + 1;
	}
	return 0;
}

/**
 * sockport_scope_all - cover all namespaces that there are now
 * @scope: scope
 * @account: namespace whose account pays, kept alive by the caller
 *
 * Each is kept from being freed until sockport_scope_exit(). One that comes
 * later is not covered.
 *
 * Context: process context, may sleep.
 *
 * Return: 0 or -ENOMEM, after which there is nothing to free.
 */
int sockport_scope_all(struct sockport_scope *scope, struct net *account)
{
	int err = 0;

	memset(scope, 0, sizeof(*scope));
	scope->account = account;
	scope->room = SPACES_FIRST;
	scope->space = sockport_alloc(account, spaces_bytes(scope->room));
	if (!scope->space)
		return -ENOMEM;
	scope->last = scope->space;
	/* The first of the list, which no other comes before. */
	space_init(scope, get_net(&init_net));
	while (!err && take_spaces(scope)) {
		if (scope->count == scope->room)
			err = grow_spaces(scope);
		cond_resched();
	}
	if (!err)
		err = hash_spaces(scope);
	if (err)
		sockport_scope_exit(scope);
	return err;
}

/**
 * sockport_scope_exit - cover nothing any more
 * @scope: scope
 *
 * Context: process context, may sleep.
 */
void sockport_scope_exit(struct sockport_scope *scope)
{
	if (scope->space == &scope->only)
		return;
	put_spaces(scope);
	if (scope->slots)
		sockport_free(scope->account, scope->slots, slots_bytes(scope));
	sockport_free(scope->account, scope->space, spaces_bytes(scope->room));
}

/**
 * sockport_scope_search - find a namespace among many
 * @scope: scope made by sockport_scope_all()
 * @net: namespace of some socket
 *
 * Context: any; one user of @scope at a time.
 *
 * Return: what the scope has of it, or NULL.
 */
struct sockport_space *sockport_scope_search(struct sockport_scope *scope,
					     const struct net *net)
{
	unsigned int slot = slot_of(scope, net);
	struct sockport_space *space;

	while (scope->slots[slot]) {
		space = &scope->space[scope->slots[slot] - 1];
		if (net_eq(space->net, net)) {
			scope->last = space;
			return space;
		}
		slot = (slot + 1) % BIT(scope->slot_bits);
	}
	return NULL;
}
