/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SOCKPORT_SCOPE_H
#define SOCKPORT_SCOPE_H

#include <linux/types.h>
#include <net/net_namespace.h>

/**
 * struct sockport_space - a network namespace that a walk covers
 * @net: the namespace
 * @inode: its inode in nsfs
 * @index: place among the spaces of its scope
 */
struct sockport_space {
	struct net	*net;
	u32		inode;
	unsigned int	index;
};

/**
 * struct sockport_scope - the network namespaces that a walk covers
 * @account: namespace whose account pays for it
 * @count: how many there are
 * @room: how many @space has room for, of a scope of many
 * @space: the namespaces; the initial one, when it is among others, is first
 * @last: the one found last
 * @only: @space of a scope of one
 * @slots: hash table of a scope of many, indices into @space plus 1
 * @slot_bits: binary logarithm of its size
 */
struct sockport_scope {
	struct net		*account;
	unsigned int		count;
	unsigned int		room;
	struct sockport_space	*space;
	struct sockport_space	*last;
	struct sockport_space	only;
	u32			*slots;
	unsigned int		slot_bits;
};

void sockport_scope_one(struct sockport_scope *scope, struct net *account,
			struct net *net);
int sockport_scope_all(struct sockport_scope *scope, struct net *account);
void sockport_scope_exit(struct sockport_scope *scope);
struct sockport_space *sockport_scope_search(struct sockport_scope *scope,
					     const struct net *net);

/**
 * sockport_scope_find - is a namespace covered?
 * @scope: scope
 * @net: namespace of some socket
 *
 * Context: any; one user of @scope at a time.
 *
 * Return: what the scope has of it, or NULL.
 */
static inline struct sockport_space *
sockport_scope_find(struct sockport_scope *scope, const struct net *net)
{
	if (likely(net_eq(scope->last->net, net)))
		return scope->last;
	return scope->slots ? sockport_scope_search(scope, net) : NULL;
}

#endif /* SOCKPORT_SCOPE_H */
