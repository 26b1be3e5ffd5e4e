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

/* Namespaces that come while room is made for those that were counted. */
#define SPACES_SPARE	16
#define SPACES_TRIES	8

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

static unsigned int count_spaces(void)
{
	unsigned int count = 0;
	struct net *net;

	down_read(&net_rwsem);
	for_each_net(net)
		count++;
	up_read(&net_rwsem);
	return count;
}

/* Returns false when there are more than @room. */
static bool take_spaces(struct sockport_scope *scope, unsigned int room)
{
	struct net *net;
	bool all = true;

	space_init(scope, get_net(&init_net));
	down_read(&net_rwsem);
	for_each_net(net) {
		if (net_eq(net, &init_net))
			continue;
		all = scope->count < room;
		if (!all)
			break;
		/* One that dies has no sockets of processes any more. */
		if (maybe_get_net(net))
			space_init(scope, net);
	}
	up_read(&net_rwsem);
	return all;
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
	unsigned int room, tries = 0;
	int err;

	memset(scope, 0, sizeof(*scope));
	scope->account = account;
	for (;;) {
		room = count_spaces() + SPACES_SPARE;
		scope->space = sockport_alloc(account, spaces_bytes(room));
		if (!scope->space)
			return -ENOMEM;
		scope->last = scope->space;
		scope->room = room;
		if (take_spaces(scope, room))
			break;
		put_spaces(scope);
		sockport_free(account, scope->space, spaces_bytes(room));
		if (++tries == SPACES_TRIES)
			return -ENOMEM;
	}
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
