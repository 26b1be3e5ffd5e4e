// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses that a record has no room for.
 */
#include <linux/overflow.h>

#include "memory/memory.h"
#include "walk/addresses.h"
#include "walk/record.h"

static size_t addresses_bytes(unsigned int room)
{
	return struct_size((struct sockport_addresses *)NULL, at, room);
}

/**
 * sockport_addresses_alloc - make room for further addresses
 * @account: namespace whose account pays for it
 * @room: how many
 *
 * Context: process context, may sleep.
 *
 * Return: no addresses yet, or NULL when there is no memory.
 */
struct sockport_addresses *sockport_addresses_alloc(struct net *account,
						    unsigned int room)
{
	struct sockport_addresses *more;

	more = sockport_alloc(account, addresses_bytes(room));
	if (more)
		more->room = room;
	return more;
}

/**
 * sockport_addresses_free - free further addresses
 * @account: namespace of sockport_addresses_alloc()
 * @more: what it returned
 *
 * Context: process context, may sleep.
 */
void sockport_addresses_free(struct net *account,
			     struct sockport_addresses *more)
{
	sockport_free(account, more, addresses_bytes(more->room));
}
